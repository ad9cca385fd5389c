"""Lines of a script: what every format is brought to, before turns are made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts.tokens import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from castline.scripts.labels import Label
    from castline.scripts.warnings import ScriptWarning

ACTION_MARKS: Final = ("△", "▲")
"""What a line of action begins with in a Chinese screenplay."""

_WHITE_SPACE: Final = re.compile(r"\s+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
# Direction marks and spaces: a line that was copied out of a chat often begins with them.
_NOT_AT_START: Final = " \u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Line(NamedTuple):
    """A line that is not blank."""

    number: int
    """Of the script's line, counted from 1. One line of a script may give several of these."""
    text: str
    """The whole line, label included."""
    label: Label | None = None
    """What may be a label. Other lines of the script may show that it is none."""
    chapter: str | None = None
    """Title of the chapter that begins with this line, which is not spoken."""
    is_direction: bool = False
    """Whether the format says that this is a stage direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadScript:
    """A script as its format gives it."""

    lines: Sequence[Line]
    warnings: Sequence[ScriptWarning] = ()
    narrator: str | None = None
    """The speaker of what stands before the first label. None where that is a problem."""
    rules: Sequence[int] = ()
    """The numbers of lines that divide the script and are left out: ``---``, and the fences of code blocks."""
    may_have_joint_labels: bool = False
    """Whether a line without a label may name several speakers at once."""
    dashes: Sequence[int] = ()
    """The numbers of lines with dashes in captions that have several of them."""
    joins_turns: bool = False
    """Whether labels that follow each other and name one speaker are one turn."""


def narrator_of(script: str) -> str:
    """Return what the narrator of a script is called: in Chinese where it has Chinese characters and no kana."""
    return "旁白" if _HAN.search(script) and not _KANA.search(script) else "Narrator"


def written_lines(script: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of ``script`` that are not blank, tidied, each with its number counted from 1."""
    for number, written in enumerate(LINE_BREAK.split(script), start=1):
        line = tidy_line(written)
        if line:
            yield number, line


def tidy_line(line: str) -> str:
    """Return ``line`` without white space around it, and with no other white space than single spaces.

    Byte order marks and zero-width spaces are left out, as are direction marks at its start.
    """
    visible = line.replace("\u200b", "").replace("\ufeff", "")
    return _WHITE_SPACE.sub(" ", visible).strip().lstrip(_NOT_AT_START)


def line_of(script: str, position: int) -> int:
    """Return the number, counted from 1, of the line that holds the character at ``position``."""
    return 1 + sum(1 for _ in LINE_BREAK.finditer(script, 0, position))
