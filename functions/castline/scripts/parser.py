"""How a script is read: which lines begin a turn, which go on with one, and which are not spoken.

- A line with a label (``castline.scripts.labels``) begins a turn, if the label is a name.
- Any other line goes on with the turn before it. The two are joined by a line break, which stays in the text: a
  provider pauses there as a reader would, long texts may be cut there, and no space is put between characters that
  have none. A name on a line of its own speaks the lines below it.
- Not spoken: blank lines, a stage direction in parentheses on a line of its own, and lines of dashes and the like.

A label is a name if it is in brackets or in bold, or reads like a name (``castline.scripts.prose``). What reads
like prose is a name all the same if it stands before a colon at least twice (老師說：… 老師說：…), or if nothing in
the script reads like a name: then it is written as a story is (小明說：… 小華說：…), and each 說 names a speaker. The
heading of a remark (``Note``, 注意) is never a name.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.labels import Label, find_label, is_direction
from castline.scripts.prose import Reading, read_name

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NAME_CHARACTERS: Final = 50

_LINE_BREAK: Final = re.compile("\r\n|[\n\r\u2028\u2029]")
_WHITE_SPACE: Final = re.compile(r"[\s\u200b\ufeff]+")
_RULE: Final = re.compile(r"[-–—─*_=~# ]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTurn:
    """One speaker's words."""

    speaker: str
    text: str
    line: int
    """Where it begins, counted from 1."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    label: Label | None


@dataclass(slots=True)
class _OpenTurn:
    speaker: str
    line: int
    texts: list[str]


def parse_script(script: str) -> tuple[ScriptTurn, ...]:
    """Read ``script`` as a dialogue: at least one turn, each with a name of up to 50 characters and with text.

    Lines end as on any system (LF, CR LF, CR); a byte order mark and white space around a line are ignored.

    Raises:
        ScriptNotUnderstood: there is nothing to speak, text before any speaker, a speaker without text, or a name
            that is too long.
    """
    lines = _spoken_lines(script)
    if not lines:
        raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.EMPTY, line=1)])
    names = _names_in(lines)
    problems: list[ScriptProblem] = []
    turns: list[_OpenTurn] = []
    for line in lines:
        label = line.label
        if label is not None and (label.is_marked or label.name in names):
            turns.append(_OpenTurn(speaker=label.name, line=line.number, texts=[label.text] if label.text else []))
        elif turns:
            turns[-1].texts.append(line.text)
        elif not problems:
            problems.append(ScriptProblem(kind=ProblemKind.NO_SPEAKER, line=line.number))
    for turn in turns:
        kind = _problem_of(turn)
        if kind is not None:
            problems.append(ScriptProblem(kind=kind, line=turn.line, speaker=turn.speaker[:MAX_NAME_CHARACTERS]))
    if problems:
        raise ScriptNotUnderstood(problems)
    return tuple(ScriptTurn(speaker=turn.speaker, text="\n".join(turn.texts), line=turn.line) for turn in turns)


def line_of(script: str, position: int) -> int:
    """The number of the line, counted from 1, that the character at ``position`` is in."""
    return 1 + sum(1 for _ in _LINE_BREAK.finditer(script, 0, position))


def _problem_of(turn: _OpenTurn) -> ProblemKind | None:
    if len(turn.speaker) > MAX_NAME_CHARACTERS:
        return ProblemKind.NAME_TOO_LONG
    return None if turn.texts else ProblemKind.NO_TEXT


def _spoken_lines(script: str) -> list[_Line]:
    texts = ((number, _tidy(text)) for number, text in enumerate(_LINE_BREAK.split(script), start=1))
    return [
        _Line(number, text, find_label(text))
        for number, text in texts
        if text and not is_direction(text) and not _RULE.fullmatch(text)
    ]


def _tidy(line: str) -> str:
    """``line`` without white space around it, other white space within it being one space each time."""
    return _WHITE_SPACE.sub(" ", line).strip()


def _names_in(lines: Sequence[_Line]) -> frozenset[str]:
    """Which labels without brackets are names."""
    labels = [line.label for line in lines if line.label is not None]
    uses = Counter(label.name for label in labels)
    readings = {label.name: read_name(label.name) for label in labels}
    names = {label.name for label in labels if label.is_marked or readings[label.name] is Reading.NAME}
    if not names:
        return frozenset(name for name, reading in readings.items() if reading is not Reading.REMARK)
    return frozenset(
        names | {name for name, reading in readings.items() if reading is Reading.PERHAPS_PROSE and uses[name] > 1}
    )
