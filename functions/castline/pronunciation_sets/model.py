"""Named lists of pronunciations, and what a list of them shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from castline.speech.pronunciation import Pronunciation


@dataclass(frozen=True, slots=True, kw_only=True)
class PronunciationSet:
    """A named list of pronunciations that a user keeps."""

    name: str
    entries: tuple[Pronunciation, ...]
    """In order of precedence; no two have the same text and language."""
    version: str
    """A hash of the entries: lower-case hexadecimal digits."""
    updated_at: datetime
    """Time of the last change of the entries."""

    def summary(self) -> SetSummary:
        """Return what lists show of the set."""
        return SetSummary(
            name=self.name, entry_count=len(self.entries), version=self.version, updated_at=self.updated_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSummary:
    """Summary of a set, as lists show it."""

    name: str
    entry_count: int
    version: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDirectory:
    """All sets of a user."""

    revision: int = 0
    """The number of changes of any set; a change is written only if there has been no other one in between."""
    summaries: Mapping[str, SetSummary] = field(default_factory=dict)
    """By name."""
