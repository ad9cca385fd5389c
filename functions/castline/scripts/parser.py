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

Spellings of one name (``castline.speakers``) are one speaker, who is called as it is spelled first.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.errors import ProblemKind, ScriptNotUnderstood, ScriptProblem
from castline.scripts.labels import Label, find_label, is_direction
from castline.scripts.prose import Reading, read_name
from castline.speakers import MAX_NAME_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LINE_BREAK: Final = re.compile("\r\n|[\n\r\u2028\u2029]")
_WHITE_SPACE: Final = re.compile(r"\s+")
# Direction marks and spaces: a line that was copied out of a chat often begins with them.
_NOT_AT_START: Final = " \u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_RULE: Final = re.compile(r"[-–—─*_=~# ]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptTurn:
    """One speaker's words."""

    speaker: str
    """Spelled as in the speaker's first turn."""
    text: str
    line: int
    """Where it begins, counted from 1."""


class _Line(NamedTuple):
    number: int
    text: str
    label: Label | None


@dataclass(slots=True)
class _OpenTurn:
    speaker: str
    line: int
    texts: list[str]


def parse_script(script: str, *, max_turns: int) -> tuple[ScriptTurn, ...]:
    """Read ``script`` as a dialogue: at least one turn, each with a name of up to 50 characters and with text.

    Lines end as on any system (LF, CR LF, CR). White space around a line, direction marks at its start, and byte
    order marks and zero-width spaces anywhere are ignored.

    Raises:
        ScriptNotUnderstood: there is nothing to speak, text before any speaker, a speaker without text, or a name
            that is too long. With more than ``max_turns`` turns it is that alone: the rest is not read.
    """
    lines, readings = _spoken_lines(script, max_turns)
    if not lines:
        raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.EMPTY, line=1)])
    names = _names_in(lines, readings)
    problems: list[ScriptProblem] = []
    turns: list[_OpenTurn] = []
    spellings: dict[str, str] = {}
    for line in lines:
        label = line.label
        if label is not None and (label.is_marked or label.key in names):
            if len(turns) == max_turns:
                raise ScriptNotUnderstood([ScriptProblem(kind=ProblemKind.TOO_MANY_TURNS, line=line.number)])
            speaker = spellings.setdefault(label.key, label.name)
            turns.append(_OpenTurn(speaker=speaker, line=line.number, texts=[label.text] if label.text else []))
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
    """Return the number, counted from 1, of the line that holds the character at ``position``."""
    return 1 + sum(1 for _ in _LINE_BREAK.finditer(script, 0, position))


def _problem_of(turn: _OpenTurn) -> ProblemKind | None:
    if len(turn.speaker) > MAX_NAME_CHARACTERS:
        return ProblemKind.NAME_TOO_LONG
    return None if turn.texts else ProblemKind.NO_TEXT


def _spoken_lines(script: str, max_turns: int) -> tuple[list[_Line], dict[str, Reading]]:
    """Return the lines that have something to speak, and the reading of each label's key.

    They end with the line that begins a turn too many, whatever other lines say.
    """
    lines: list[_Line] = []
    readings: dict[str, Reading] = {}
    certain_turns = 0
    for number, written in enumerate(_LINE_BREAK.split(script), start=1):
        text = _tidy(written)
        if not text or is_direction(text) or _RULE.fullmatch(text):
            continue
        label = find_label(text)
        lines.append(_Line(number, text, label))
        if label is None:
            continue
        if label.key not in readings:
            readings[label.key] = read_name(label.key)
        certain_turns += label.is_marked or readings[label.key] is Reading.NAME
        if certain_turns > max_turns:
            break
    return lines, readings


def _tidy(line: str) -> str:
    """``line`` without what is ignored, and with no other white space than single spaces."""
    visible = line.replace("\u200b", "").replace("\ufeff", "")
    return _WHITE_SPACE.sub(" ", visible).strip().lstrip(_NOT_AT_START)


def _names_in(lines: Sequence[_Line], readings: Mapping[str, Reading]) -> frozenset[str]:
    """Return the keys of those labels that are speakers' names."""
    labels = [line.label for line in lines if line.label is not None]
    uses = Counter(label.key for label in labels)
    names = {label.key for label in labels if label.is_marked or readings[label.key] is Reading.NAME}
    if not names:
        return frozenset(key for key, reading in readings.items() if reading is not Reading.REMARK)
    return frozenset(
        names | {key for key, reading in readings.items() if reading is Reading.PERHAPS_PROSE and uses[key] > 1}
    )
