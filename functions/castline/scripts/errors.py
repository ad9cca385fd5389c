"""Script errors: the problems that make a script impossible to parse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProblemKind(StrEnum):
    """Kinds of problems in a script."""

    EMPTY = "script_empty"
    """The whole script has nothing to speak."""
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
    """A problem in a script, and its line, counted from 1."""

    kind: ProblemKind
    line: int
    speaker: str = ""
    """The name that the problem is about, if any, cut to the longest allowed length."""
    path: str = ""
    """The path of the JSON value that the problem is about, if any."""


class ScriptNotUnderstood(Exception):
    """Error: a script is not a dialogue. ``problems`` lists everything that is wrong with it, in order of lines."""

    def __init__(self, problems: Sequence[ScriptProblem]) -> None:
        super().__init__(", ".join(f"line {problem.line}: {problem.kind}" for problem in problems))
        self.problems = tuple(problems)
