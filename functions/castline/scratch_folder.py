"""Scratch folder: a temporary folder that is removed after use.

Lambda stops a function that exceeds its time immediately, and may reuse its disk for the next invocation. That
invocation removes the files that were left behind, because the disk has room for only one job.
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
    """Create a folder, and remove it with its files at the end. Remove the folders of killed processes first."""
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
    """Remove the folders without a lock. The kernel releases the locks of a process that ends."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # An empty folder may be new and not locked yet.
                if any(folder.iterdir()):
                    shutil.rmtree(folder)
            finally:
                os.close(lock)
