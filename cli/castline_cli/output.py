"""Output: results go to standard output, everything else to standard error. Tables are for terminals only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from castline_cli.errors import PipeClosed
from castline_cli.strings import cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

_GAP: Final = 2
"""Number of spaces between the columns of a table."""
_LEAST: Final = 8
"""Minimum width of a shortened cell."""


def is_for_people() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """Print a result.

    Raises:
        PipeClosed: the reader has closed the pipe.
    """
    write(f"{text}\n".encode("utf-8", "replace"))


def write(data: bytes) -> None:
    """Write bytes to standard output.

    Raises:
        PipeClosed: the reader has closed the pipe.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise PipeClosed from error


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, footer: str = "", shortens_last: bool = False
) -> None:
    """Print rows as a table with a footer on a terminal, and otherwise only as tab-separated values.

    Args:
        columns: the English names of the columns; all empty for a table without a header.
        rows: the rows, with a cell for each column. The first cell is never shortened.
        footer: a line below the table.
        shortens_last: whether the last cell is shortened to fit into a line of the terminal.
    """
    if not is_for_people():
        for row in rows:
            say("\t".join(" ".join(each.split()) for each in row))
        return
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, header_style="dim", show_header=any(columns))
    heads = [cell(name) if name else "" for name in columns]
    for number, name in enumerate(heads):
        shown.add_column(name, no_wrap=number == 0, overflow="ignore" if number == 0 else "fold")
    cells = [[Text(each) for each in row] for row in rows]
    terminal = console()
    if shortens_last:
        *others, _ = zip([Text(name) for name in heads], *cells, strict=True)
        room = terminal.width - sum(max(each.cell_len for each in column) + _GAP for column in others)
        for *_, last in cells:
            last.truncate(max(room, _LEAST), overflow="ellipsis")
    for each in cells:
        shown.add_row(*each)
    if shown.row_count:
        terminal.print(shown)
    if footer:
        terminal.print(footer, style="dim", markup=False)


def console() -> Console:
    """Return a rich console that writes to standard output."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def remark(text: str) -> None:
    """Print a message to standard error if it is a terminal."""
    if sys.stderr.isatty():
        complain(text)


def complain(text: str) -> None:
    """Print a message to standard error."""
    print(f"castline: {text}", file=sys.stderr, flush=True)
