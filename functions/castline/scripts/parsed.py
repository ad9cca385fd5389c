"""Scripts as turns: what a script becomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from castline.scripts.formats import FoundFormat
    from castline.scripts.questions import Question
    from castline.scripts.warnings import ScriptWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTurn:
    """One speaker's words."""

    speaker: str
    """Spelled as in the speaker's first turn."""
    text: str
    line: int
    """The line where it begins, counted from 1."""
    chapter: str | None = None
    """Title of the chapter that begins with it."""
    is_sound: bool = False
    """Whether it describes a sound, as the author has answered."""


class TurnWarning(NamedTuple):
    """A warning about a script."""

    warning: ScriptWarning
    turn: int | None
    """Position of the turn that it is about, counted from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedScript:
    """A script as turns."""

    format: FoundFormat
    turns: tuple[ScriptTurn, ...]
    warnings: tuple[TurnWarning, ...]
    """In order of lines."""
    questions: tuple[Question, ...] = ()
    """Questions that only the author can answer, and has not."""
