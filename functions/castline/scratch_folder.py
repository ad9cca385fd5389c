"""Scratch folder: a temporary folder whose files do not outlive the work that needs them.

Lambda stops a function that exceeds its time at once, and may give the same disk to the next invocation. What was
left behind is removed then: the disk has room for one job.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "castline-scratch-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder, and remove it with all its files in the end. Remove also those of processes that were killed."""
    _remove_abandoned()
    folder = Path(mkdtemp(prefix=_PREFIX))
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_abandoned() -> None:
    """Remove the folders that nobody has locked. The kernel gives up the locks of a process that ends."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # An empty one may have been made a moment ago, and not be locked yet.
                if any(folder.iterdir()):
                    shutil.rmtree(folder)
            finally:
                os.close(lock)
