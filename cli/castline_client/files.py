"""Atomic writing of files: a file appears under its name only when it is complete."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/opus",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
"""Media types of uploads, by file extension. The service checks the content of the file, too."""


def demand_free(path: Path) -> None:
    """Require that there is no file at ``path``.

    Raises:
        FileExistsError: there is a file.
    """
    if path.is_file():
        raise FileExistsError(f"{path} already exists")


@contextmanager
def whole_file(path: Path, *, overwrite: bool) -> Iterator[Callable[[bytes], object]]:
    """Write a file that appears at ``path`` when the context ends; after an error, nothing is left of it.

    Yields the function that writes a piece.

    Raises:
        FileExistsError: the file exists, and ``overwrite`` is false.
        OSError: the file cannot be written.
    """
    if path.exists() and not path.is_file():  # such as /dev/null
        with path.open("wb") as file:
            yield file.write
        return
    if not overwrite:
        demand_free(path)
    # Not a file of ``tempfile``, because that would not have the usual permissions.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            yield file.write
        if not overwrite:
            demand_free(path)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def target(to: str | os.PathLike[str], usual_name: str) -> Path:
    """Return ``to`` if it is a file, or the path of ``usual_name`` in it if it is a folder."""
    path = Path(to)
    return path / usual_name if path.is_dir() else path
