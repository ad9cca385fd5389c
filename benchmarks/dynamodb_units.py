"""DynamoDB's on-demand charges: read and write request units, computed from items in the API's notation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from castline.table import Index

Item = dict[str, dict[str, Any]]
"""Attribute values by name, in DynamoDB's own notation: ``{"pk": {"S": "JOB#…"}}``."""

_READ_BYTES = 4096
_WRITE_BYTES = 1024
_CONTAINER_BYTES = 3


def item_size_bytes(item: Item) -> int:
    """Return an item's size by DynamoDB's rules: names and values together."""
    return sum(len(name.encode("utf-8")) + _value_size_bytes(value) for name, value in item.items())


def read_units(sizes_bytes: Iterable[int], *, consistent: bool) -> float:
    """Return the units of one GetItem or Query that reads items of these sizes; at least those of a small item."""
    blocks = max(1, math.ceil(sum(sizes_bytes) / _READ_BYTES))
    return blocks * (1.0 if consistent else 0.5)


def write_units(
    before: Item | None,
    after: Item | None,
    *,
    indexes: Iterable[Index],
    projected: Iterable[str],
    transactional: bool,
) -> float:
    """Return the units of one write, including those of the indexes.

    Args:
        before: the item before the write; None when there was none.
        after: the item after the write; None when there is none.
        indexes: the table's indexes.
        projected: the attributes that the indexes hold besides the keys.
        transactional: whether the write is part of a transaction. A transaction doubles the table's units, but not
            the indexes'.
    """
    largest = max((item_size_bytes(item) for item in (before, after) if item), default=0)
    own = _write_blocks(largest) * (2 if transactional else 1)
    names = set(projected)
    return float(own + sum(_index_units(before, after, index, names) for index in indexes))


def _index_units(before: Item | None, after: Item | None, index: Index, projected: set[str]) -> int:
    old, new = (_projection(item, index, projected) for item in (before, after))
    if old == new:
        return 0
    keys = (index.partition_key, index.sort_key)
    moved = old is not None and new is not None and any(old[key] != new[key] for key in keys)
    sizes = [item_size_bytes(entry) for entry in (old, new) if entry is not None]
    return sum(map(_write_blocks, sizes)) if moved else _write_blocks(max(sizes))


def _projection(item: Item | None, index: Index, projected: set[str]) -> Item | None:
    """Return an index's projection of an item; None when the item is not in the index."""
    if item is None or index.partition_key not in item or index.sort_key not in item:
        return None
    names = projected | {*index.further_attributes, "pk", "sk", index.partition_key, index.sort_key}
    return {name: value for name, value in item.items() if name in names}


def _write_blocks(size_bytes: int) -> int:
    return max(1, math.ceil(size_bytes / _WRITE_BYTES))


def _value_size_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode("utf-8"))
        case "N":
            return _number_size_bytes(content)
        case "B":
            return len(content)
        case "SS":
            return sum(len(each.encode("utf-8")) for each in content)
        case "L":
            return _CONTAINER_BYTES + sum(1 + _value_size_bytes(each) for each in content)
        case "M":
            return _CONTAINER_BYTES + len(content) + item_size_bytes(content)
        case "BOOL" | "NULL":
            return 1
    raise ValueError(f"no size is known of a value of type {kind}")


def _number_size_bytes(text: str) -> int:
    """Return a number's size: one byte, and one for every two significant digits."""
    return 1 + math.ceil(len(text.strip("-").replace(".", "").strip("0")) / 2) + text.startswith("-")
