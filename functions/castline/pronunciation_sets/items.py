"""Pronunciation sets as documents: their keys, attributes and JSON, for ``castline.documents.items``."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from castline.documents.model import Kind
from castline.jobs.items import read_pronunciation
from castline.pronunciation_sets.errors import PronunciationSetLimitExceeded, PronunciationSetNotFound
from castline.speech.pronunciation import Pronunciation

if TYPE_CHECKING:
    from collections.abc import Iterable

Entries = tuple[Pronunciation, ...]
"""Content of a set, in order of precedence. No two entries have the same text and language."""


def pronunciation_values(entries: Entries) -> list[dict[str, str]]:
    """Return pronunciations as JSON, without fields that are None."""
    return [
        {each.name: value for each in fields(entry) if (value := getattr(entry, each.name)) is not None}
        for entry in entries
    ]


def read_pronunciations(values: Iterable[dict[str, Any]]) -> Entries:
    """Return the pronunciations that ``pronunciation_values`` has written."""
    return tuple(map(read_pronunciation, values))


PRONUNCIATION_SETS: Final[Kind[Entries]] = Kind(
    directory="PRONUNCIATIONS",
    directory_attribute="sets",
    prefix="PRONUNCIATION#",
    content_attribute="entries",
    write=pronunciation_values,
    read=read_pronunciations,
    note=len,
    not_found=PronunciationSetNotFound,
    limit_exceeded=PronunciationSetLimitExceeded,
)
