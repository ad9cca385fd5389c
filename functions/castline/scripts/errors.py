"""Why a script cannot be understood."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProblemKind(StrEnum):
    """What is wrong with a line."""

    EMPTY = "script_empty"
    """There is nothing to speak in the whole script."""
    NO_SPEAKER = "script_without_speaker"
    """Text comes before any speaker."""
    NO_TEXT = "script_speaker_without_text"
    """A speaker says nothing."""
    NAME_TOO_LONG = "script_speaker_too_long"
    TOO_MANY_TURNS = "script_too_many_turns"
    NOT_JSON = "script_not_json"
    JSON_WITHOUT_TURNS = "script_json_without_turns"
    """JSON that is neither an array of turns nor an object with such an array."""
    JSON_TURN = "script_json_turn"
    """A turn in JSON without a speaker or a text, or with one that is no string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptProblem:
    """Something wrong with a script, and the line it is in, counted from 1."""

    kind: ProblemKind
    line: int
    speaker: str = ""
    """The name it is about, if it is about one; at most as long as names may be."""
    path: str = ""
    """The place in JSON that it is about."""


class ScriptNotUnderstood(Exception):
    """A script is not a dialogue. It lists everything that is wrong with it, in order of lines."""

    def __init__(self, problems: Sequence[ScriptProblem]) -> None:
        super().__init__(", ".join(f"line {problem.line}: {problem.kind}" for problem in problems))
        self.problems = tuple(problems)
