"""Progress bars of jobs and uploads, which are shown if standard error is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from castline_cli import shown
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, Task

    from castline_cli.api import Json

_MAX_NAME_CHARACTERS: Final = 24
"""Maximum characters of a file's name beside a bar."""


@contextmanager
def progress_bar() -> Iterator[Callable[[Json], None]]:
    """Show a bar during the context. Yields the function to call with each change of the job."""
    if not sys.stderr.isatty():
        yield lambda _job: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    # A terminal of 80 columns has room for a place in the queue.
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task(t("submitted"), total=None, done="")

        def show(job: Json) -> None:
            completed, total = job["progress"]["completed_segments"], job["progress"]["total_segments"]
            progress.update(
                task,
                description=t(job["status"]),
                completed=completed,
                total=total or None,
                done=shown.progress(job),
            )

        yield show


class UploadBar:
    """Progress line of one upload. This one shows nothing."""

    def show_sent(self, sent_bytes: int) -> None:
        """Show how much of the file has been sent."""

    def show_check(self) -> None:
        """Show that the file has been sent, and is being checked."""

    def hide(self) -> None:
        """Remove the line."""


class _VisibleUploadBar(UploadBar):
    def __init__(self, progress: Progress, name: str, size_bytes: int) -> None:
        self._progress = progress
        self._name = name
        self._task = progress.add_task(name, total=size_bytes, is_sent=False)

    def show_sent(self, sent_bytes: int) -> None:
        self._progress.update(self._task, completed=sent_bytes)

    def show_check(self) -> None:
        # The total of a task cannot be removed, so a new task replaces it.
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(self._name, total=None, is_sent=True)

    def hide(self) -> None:
        self._progress.update(self._task, visible=False)


@contextmanager
def upload_bars() -> Iterator[Callable[[str, int], UploadBar]]:
    """Show a bar for each upload during the context. Yields the function that adds a bar for a name and a size."""
    if not sys.stderr.isatty():
        yield lambda _name, _size_bytes: UploadBar()
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
    from rich.text import Text

    class Done(ProgressColumn):
        """Column with bytes and rate while a file is sent, and a note while it is checked."""

        def render(self, task: Task) -> Text:
            if task.fields["is_sent"]:
                return Text(t("being checked"))
            sent = t("{sent} of {size}", sent=shown.size(int(task.completed)), size=shown.size(int(task.total or 0)))
            return Text(f"{sent}, {shown.size(int(task.speed))}/s" if task.speed else sent)

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), Done())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:

        def begin(name: str, size_bytes: int) -> UploadBar:
            return _VisibleUploadBar(progress, escape(shown.line(name)[:_MAX_NAME_CHARACTERS]), size_bytes)

        yield begin
