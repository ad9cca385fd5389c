"""Parser of a documentation page: its steps in order, its tables, its code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent.parent

_PART: Final = re.compile(
    r"^<!-- test: (?P<directive>[^\n]+) -->$|^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_ANSWERS: Final = frozenset({"", "http", "json"})


class PageNotUnderstood(Exception):
    """A page has an answer without a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """A step for the test only: ``<!-- test: pause plan -->``."""

    words: str


@dataclass(slots=True, kw_only=True)
class Command:
    """A ``bash`` block, and the block that shows its output, if there is one."""

    line: int
    """The line of the page, counted from 1."""
    text: str
    answer_language: str = ""
    answer: str | None = None


def read(name: str) -> str:
    """Read a page of the repository."""
    return (ROOT / name).read_text("utf-8")


def steps(page: str) -> Iterator[Directive | Command]:
    """Yield the steps of a page, in order.

    The block after a ``bash`` block is its answer if it is ``json``, ``http`` or has no language. Other blocks are
    ignored, and so is everything before the first command.

    Raises:
        PageNotUnderstood: an answer follows no command.
    """
    command: Command | None = None
    began = False
    for match in _PART.finditer(page):
        line = page.count("\n", 0, match.start()) + 1
        if match["directive"]:
            if command:
                yield command
            command = None
            yield Directive(words=match["directive"])
        elif match["language"] == "bash":
            if command:
                yield command
            command, began = Command(line=line, text=match["text"]), True
        elif match["language"] in _ANSWERS and began:
            if command is None:
                raise PageNotUnderstood(f"the block in line {line} answers nothing")
            command.answer_language, command.answer = match["language"], match["text"]
            yield command
            command = None
    if command:
        yield command


def code(page: str, language: str) -> list[str]:
    """Return all blocks in a language."""
    return [match["text"] for match in _PART.finditer(page) if match["language"] == language]


def block_with(page: str, words: str) -> str:
    """Return the one ``sh`` block with some words: no step, because it needs something of the reader's own."""
    (found,) = [text for text in code(page, "sh") if words in text]
    return found


def rows(page: str) -> list[list[str]]:
    """Return the cells of every row of every table, without the headings."""
    lines = page.splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("| ") and not following.startswith("|--")
    ]


def row_of(page: str, name: str) -> list[str]:
    """Return the cells of the one row whose first cell is the code ``name``."""
    (found,) = [cells for cells in rows(page) if cells[0] == f"`{name}`"]
    return found
