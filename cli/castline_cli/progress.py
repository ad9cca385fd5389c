"""A bar on standard error that shows how far a job has come, if somebody watches."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline_cli.api import Json


@contextmanager
def progress_bar() -> Iterator[Callable[[Json], None]]:
    """Show a bar while the context lasts; gives what is to be told of each change of the job."""
    if not sys.stderr.isatty():
        yield lambda _job: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[done]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task("submitted", total=None, done="")

        def show(job: Json) -> None:
            completed, total = job["progress"]["completed_segments"], job["progress"]["total_segments"]
            progress.update(
                task,
                description=job["status"],
                completed=completed,
                total=total or None,
                done=f"{completed}/{total} segments" if total else "",
            )

        yield show
