"""Dialogues as plain values: for storage, and to tell whether two submissions are the same."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from castline.jobs.model import OMITTED_AT_DEFAULT


def plain_values(value: Any) -> Any:
    """Return a dataclass as a dictionary, and tuples as lists, down to values that JSON knows.

    Fields that were added after the first release are left out while they have their default. So a dialogue that
    makes no use of them looks as it did then, in the table and to the hash of its submission.
    """
    if is_dataclass(value):
        return {
            each.name: plain_values(getattr(value, each.name))
            for each in fields(value)
            if not (each.metadata.get(OMITTED_AT_DEFAULT) and getattr(value, each.name) == each.default)
        }
    return [plain_values(each) for each in value] if isinstance(value, tuple) else value
