"""Lines of a script: the common form of all formats, from which turns are made."""

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
"""Marks that begin a line of action in a Chinese screenplay."""

_WHITE_SPACE: Final = re.compile(r"\s+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
# Spaces and direction marks. Lines that were copied from a chat often begin with them.
_NOT_AT_START: Final = " \u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class Line(NamedTuple):
    """A line that is not blank."""

    number: int
    """The number of the script's line, counted from 1. One line of a script may become several ``Line`` objects."""
    text: str
    """The whole line, label included."""
    label: Label | None = None
    """A possible label. Other lines of the script may show that it is not one."""
    chapter: str | None = None
    """Title of the chapter that begins with this line, which is not spoken."""
    is_direction: bool = False
    """Whether the format says that this is a stage direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadScript:
    """Script as the reader of its format returns it."""

    lines: Sequence[Line]
    warnings: Sequence[ScriptWarning] = ()
    narrator: str | None = None
    """The speaker of text before the first label. None if such text is a problem."""
    rules: Sequence[int] = ()
    """The numbers of lines that divide the script and are left out: ``---``, and the fences of code blocks."""
    may_have_joint_labels: bool = False
    """Whether a line without a label may name several speakers at once."""
    dashes: Sequence[int] = ()
    """The numbers of lines that begin with a dash, in captions with several such lines."""
    joins_turns: bool = False
    """Whether consecutive labels of one speaker make one turn."""


def narrator_of(script: str) -> str:
    """Return the narrator's name: in Chinese if the script has Chinese characters and no kana, else in English."""
    return "旁白" if _HAN.search(script) and not _KANA.search(script) else "Narrator"


def written_lines(script: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of ``script`` that are not blank, tidied, each with its number counted from 1."""
    for number, written in enumerate(LINE_BREAK.split(script), start=1):
        line = tidy_line(written)
        if line:
            yield number, line


def tidy_line(line: str) -> str:
    """Return ``line`` without surrounding white space, and with single spaces for all other white space.

    Byte order marks and zero-width spaces are removed, and so are direction marks at the start of the line.
    """
    visible = line.replace("\u200b", "").replace("\ufeff", "")
    return _WHITE_SPACE.sub(" ", visible).strip().lstrip(_NOT_AT_START)


def line_of(script: str, position: int) -> int:
    """Return the number, counted from 1, of the line that holds the character at ``position``."""
    return 1 + sum(1 for _ in LINE_BREAK.finditer(script, 0, position))
