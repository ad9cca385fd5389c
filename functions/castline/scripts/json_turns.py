"""Turns in JSON: an array of objects with a speaker and a text, or an object that holds such an array."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.labels import find_label, label_of
from castline.scripts.lines import Line, ReadScript, line_of, tidy_line, written_lines
from castline.scripts.markup import Markup, heading_of
from castline.scripts.tokens import LINE_BREAK
from castline.scripts.warnings import ScriptWarning, WarningKind, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LISTS: Final = ("turns", "dialogue", "dialog", "script", "lines", "messages")
_SPEAKERS: Final = ("speaker", "name", "role", "character")
_TEXTS: Final = ("text", "content", "line", "dialogue")
_ORDER: Final = "index"
_CHAPTER: Final = "chapter"
_READ: Final = frozenset({*_SPEAKERS, *_TEXTS, _ORDER, _CHAPTER})

_BLANK: Final = re.compile(r"[\s\ufeff]*")
_OPENING_FENCE: Final = re.compile(r"[\s\ufeff]*```\w*")
# A few lines of prose, with JSON in a code block below.
_AFTER_PROSE: Final = re.compile(
    r"(?P<prose>(?:(?!```)[^\n]*\n){1,10}?)[ \t]*```(?:json)?\s+(?:\{\s*\"|\[\s*\{)", re.IGNORECASE
)
_A_SPEAKER: Final = re.compile(rf'"(?:{"|".join(_SPEAKERS)})"\s*:\s*"')
_CLOSING_FENCE: Final = re.compile(r"\s*```")
_BEGINS: Final = re.compile(r"[\s\ufeff]*(?:```\w*\s*)?(?:\{\s*[\"}]|\[\s*\{)")


class _Turn(NamedTuple):
    path: str
    line: int
    value: Any


def is_json(script: str) -> bool:
    """Return whether ``script`` begins like a JSON object or an array of objects, perhaps after some prose."""
    return _BEGINS.match(script) is not None or _prose_before(script) > 0


def _prose_before(script: str) -> int:
    """Return the end of the prose before a code block of turns; 0 if there is none, or if the prose is a dialogue."""
    match = _AFTER_PROSE.match(script)
    if match is None or _A_SPEAKER.search(script, match.end("prose")) is None:
        return 0
    labels = (find_label(line) for _, line in written_lines(match["prose"]))
    return 0 if any(label is not None and label.text for label in labels) else match.end("prose")


def read_json(script: str, markup: Markup) -> ReadScript:
    """Read turns in JSON. If every turn has an ``index``, the turns are sorted by it.

    Raises:
        ScriptNotUnderstood: ``script`` is not JSON, has no array of turns, or has an invalid turn.
    """
    reader = _Reader(script)
    turns, ignored = reader.read()
    problems = [problem for turn in turns if (problem := _problem_of(turn)) is not None]
    if problems:
        raise ScriptNotUnderstood(problems)
    if all(type(turn.value.get(_ORDER)) is int for turn in turns):
        turns = sorted(turns, key=lambda turn: turn.value[_ORDER])
    lines = [line for turn in turns for line in _lines_of(turn, markup)]
    fields = dict.fromkeys([*ignored, *(name for turn in turns for name in turn.value if name not in _READ)])
    warnings = list(reader.prose)
    if fields:
        warnings.append(ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=quoted(", ".join(fields)), line=1))
    return ReadScript(lines=lines, warnings=warnings)


def _problem_of(turn: _Turn) -> ScriptProblem | None:
    if not isinstance(turn.value, dict):
        path = turn.path
    elif not tidy_line(_value_of(turn.value, _SPEAKERS)):
        path = f"{turn.path}.speaker"
    elif _name_of(turn.value, _TEXTS) is None:
        path = f"{turn.path}.text"
    else:
        return None
    return ScriptProblem(kind=ProblemKind.JSON_TURN, line=turn.line, path=path)


def _name_of(value: dict[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if isinstance(value.get(name), str)), None)


def _value_of(value: dict[str, Any], names: Sequence[str]) -> str:
    name = _name_of(value, names)
    return value[name] if name is not None else ""


def _lines_of(turn: _Turn, markup: Markup) -> Iterator[Line]:
    chapter = tidy_line(_value_of(turn.value, [_CHAPTER]))
    if chapter:
        yield Line(turn.line, chapter, chapter=chapter)
    yield Line(turn.line, "", label_of(tidy_line(_value_of(turn.value, _SPEAKERS))))
    for _, text in written_lines(_value_of(turn.value, _TEXTS)):
        yield Line(turn.line, text, chapter=heading_of(text) if markup is Markup.AUTO else None)


class _Reader:
    """Reader of JSON that parses the outer levels itself, so that it knows the line of each turn."""

    def __init__(self, script: str) -> None:
        self._script = script
        self._decoder = json.JSONDecoder()
        self._line_ends = [match.end() for match in LINE_BREAK.finditer(script)]
        self.prose: list[ScriptWarning] = []
        """Warnings about the prose before and after a code block."""

    def read(self) -> tuple[list[_Turn], list[str]]:
        """Return the turns, and the names of the other fields beside the array of turns."""
        begin = _prose_before(self._script)
        self._leave_out(0, begin)
        fence = _OPENING_FENCE.match(self._script, begin)
        start = self._skip(fence.end() if fence else 0)
        turns: list[_Turn] | None
        ignored: list[str] = []
        if self._script.startswith("[", start):
            turns, end = self._array(start, "")
        elif self._script.startswith("{", start):
            turns, ignored, end = self._object(start)
        else:
            raise self._refusal(start)
        if fence and (closing := _CLOSING_FENCE.match(self._script, end)):
            end = self._skip(closing.end())
            self._leave_out(end, len(self._script))
            end = len(self._script)
        end = self._skip(end)
        if end < len(self._script):
            raise self._refusal(end)
        if turns is None:
            raise self._refusal(start, ProblemKind.JSON_WITHOUT_TURNS)
        return turns, ignored

    def _leave_out(self, start: int, end: int) -> None:
        """Report the prose from ``start`` to ``end``."""
        text = quoted(self._script[start:end])
        if text:
            line = line_of(self._script, self._skip(start))
            self.prose.append(ScriptWarning(kind=WarningKind.NOT_DIALOGUE, text=text, line=line))

    def _array(self, start: int, path: str) -> tuple[list[_Turn], int]:
        """Read the array that begins at ``start``, and return its values as turns, and its end."""
        turns: list[_Turn] = []
        position = self._skip(start + 1)
        if self._script.startswith("]", position):
            return turns, position + 1
        while True:
            value, end = self._value(position)
            turns.append(_Turn(f"{path}[{len(turns)}]", 1 + bisect_right(self._line_ends, position), value))
            position = self._skip(end)
            if self._script.startswith("]", position):
                return turns, position + 1
            position = self._skip(self._after(",", position))

    def _object(self, start: int) -> tuple[list[_Turn] | None, list[str], int]:
        """Read the object that begins at ``start``: its turns, the names of its other fields, and its end."""
        turns: list[_Turn] | None = None
        ignored: list[str] = []
        position = self._skip(start + 1)
        if self._script.startswith("}", position):
            return turns, ignored, position + 1
        while True:
            name, end = self._value(position)
            if not isinstance(name, str):
                raise self._refusal(position)
            position = self._skip(self._after(":", self._skip(end)))
            if turns is None and name in _LISTS and self._script.startswith("[", position):
                turns, end = self._array(position, name)
            else:
                _, end = self._value(position)
                ignored.append(name)
            position = self._skip(end)
            if self._script.startswith("}", position):
                return turns, ignored, position + 1
            position = self._skip(self._after(",", position))

    def _value(self, position: int) -> tuple[Any, int]:
        try:
            return self._decoder.raw_decode(self._script, position)
        except json.JSONDecodeError as error:
            raise self._refusal(error.pos) from error
        except (ValueError, RecursionError) as error:
            # A number of thousands of digits, or values that are nested too deeply.
            raise self._refusal(position) from error

    def _after(self, mark: str, position: int) -> int:
        if not self._script.startswith(mark, position):
            raise self._refusal(position)
        return position + 1

    def _skip(self, position: int) -> int:
        blank = _BLANK.match(self._script, position)
        return blank.end() if blank else position

    def _refusal(self, position: int, kind: ProblemKind = ProblemKind.NOT_JSON) -> ScriptNotUnderstood:
        return ScriptNotUnderstood([ScriptProblem(kind=kind, line=line_of(self._script, position))])
