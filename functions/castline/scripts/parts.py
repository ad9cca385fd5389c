"""Parts of a text: words, pauses and chapters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from castline.scripts.warnings import ScriptWarning


class Markup(StrEnum):
    """Treatment of marks, tags and stage directions in a text."""

    AUTO = "auto"
    """Marks, tags and stage directions are understood."""
    LITERAL = "literal"
    """Everything is spoken as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text to be spoken, and shown in subtitles."""

    text: str
    style: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A silence."""

    duration_ms: int
    """0 to 10,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A heading, which begins a chapter and is not spoken."""

    title: str


Part = Words | Pause | Chapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Parts of a text in order, and warnings about what is not spoken."""

    parts: tuple[Part, ...]
    warnings: tuple[ScriptWarning, ...] = ()
