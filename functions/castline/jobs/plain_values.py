"""Conversion of dialogues to plain values, to store them and to hash submissions."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from castline.jobs.model import OMITTED_AT_DEFAULT


def plain_values(value: Any) -> Any:
    """Convert dataclasses to dictionaries and tuples to lists, recursively, so that JSON can hold the value.

    Fields that were added after the first release are omitted at their default. A dialogue that does not use them is
    stored and hashed exactly as in the first release.
    """
    if is_dataclass(value):
        return {
            each.name: plain_values(getattr(value, each.name))
            for each in fields(value)
            if not (each.metadata.get(OMITTED_AT_DEFAULT) and getattr(value, each.name) == each.default)
        }
    return [plain_values(each) for each in value] if isinstance(value, tuple) else value
