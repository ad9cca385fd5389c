"""Parsed scripts: turns, with warnings and questions about them."""

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
    """The line where the turn begins, counted from 1."""
    chapter: str | None = None
    """Title of the chapter that begins with the turn."""
    is_sound: bool = False
    """Whether the turn describes a sound, according to the author's answer."""


class TurnWarning(NamedTuple):
    """A warning about a script."""

    warning: ScriptWarning
    turn: int | None
    """Position of the turn that the warning is about, counted from 0; None if it is about no turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedScript:
    """A script as turns."""

    format: FoundFormat
    turns: tuple[ScriptTurn, ...]
    warnings: tuple[TurnWarning, ...]
    """In order of lines."""
    questions: tuple[Question, ...] = ()
    """The questions to the author that are not answered yet."""
