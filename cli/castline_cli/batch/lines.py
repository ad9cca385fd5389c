"""Progress lines for the files of a batch on standard error, and the table of results."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from castline_cli import shown
from castline_cli.output import complain, say, table
from castline_cli.strings import cell, t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import Progress

    from castline_cli.api import Json
    from castline_cli.batch.run import File


class Lines:
    """Listener to the progress of a batch. This one prints only problems, for output that is not a terminal."""

    def begin(self, file: File) -> None:
        """Show that a file has a job."""

    def show(self, file: File, job: Json) -> None:
        """Show the progress of a file's job."""

    def wait(self, text: str) -> None:
        """Show what the whole batch waits for. An empty text removes the message."""

    def end(self, file: File) -> None:
        """Show the result of a file."""
        if file.problem:
            complain(file.problem)


class _VisibleLines(Lines):
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._tasks: dict[str, int] = {}
        self._all = progress.add_task(t("files"), total=total, done=f"0/{total}")
        self._total = total
        self._ended = 0

    def begin(self, file: File) -> None:
        self._tasks[file.name] = self._progress.add_task(_escaped(file.name), total=None, done=t("submitted"))

    def show(self, file: File, job: Json) -> None:
        completed, total = job["progress"]["completed_segments"], job["progress"]["total_segments"]
        self._progress.update(
            self._tasks[file.name],  # type: ignore[arg-type]
            completed=completed,
            total=total or None,
            done=shown.progress(job) or t(job["status"]),
        )

    def wait(self, text: str) -> None:
        self._progress.update(self._all, done=text or f"{self._ended}/{self._total}")

    def end(self, file: File) -> None:
        super().end(file)
        if file.name in self._tasks:
            self._progress.remove_task(self._tasks.pop(file.name))  # type: ignore[arg-type]
        if not file.problem:
            facts = t(", ").join(filter(None, [file.length, t(file.status) if file.status != "done" else ""]))
            self._progress.console.print(f"[green]✓[/] {_escaped(file.name)}  [dim]{facts}[/]")
        self._ended += 1
        self._progress.update(self._all, completed=self._ended, done=f"{self._ended}/{self._total}")


@contextmanager
def lines_of(total: int) -> Iterator[Lines]:
    """Show a line for each file with a job during the context, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        yield _VisibleLines(progress, total)


def print_table(files: Sequence[File]) -> None:
    """Print the result of each file as a table."""
    came = sum(file.has_come for file in files)
    billed = sum(file.billed for file in files)
    table(
        ("file", "status", "length", "billed", "job"),
        [
            (shown.line(file.name), cell(file.status), file.length, str(file.billed or ""), file.job_id or "")
            for file in files
        ],
        footer=t(
            "{came} of {count} files are ready; {billed:,} characters billed",
            came=came,
            count=len(files),
            billed=billed,
        ),
    )


def print_estimates(files: Sequence[File]) -> None:
    """Print the estimated cost of each file as a table."""
    known = [(file.name, file.estimate) for file in files if file.estimate is not None]
    billed = sum(estimate["billed_characters"] for _name, estimate in known)
    footer = t(
        "{known} of {count} files would bill {billed:,} characters", known=len(known), count=len(files), billed=billed
    )
    if known:
        amount = sum(estimate["cost"]["amount"] for _name, estimate in known)
        footer += t(", ") + shown.cost({**known[0][1]["cost"], "amount": amount})
    table(
        ("file", "billed", "cost", "length"),
        [
            (
                shown.line(name),
                str(estimate["billed_characters"]),
                shown.cost(estimate["cost"]),
                shown.duration(estimate["duration_ms"]),
            )
            for name, estimate in known
        ],
        footer=footer,
    )


def print_json(files: Sequence[File]) -> None:
    """Print the result of each file as JSON."""
    say(json.dumps([file.as_json() for file in files], ensure_ascii=False, indent=2))


def _escaped(name: str) -> str:
    from rich.markup import escape

    return escape(shown.line(name))
