"""Files that appear under their names only when they are whole."""

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
"""The media type that is sent for a file, by its extension. The service looks into the file, too."""


def demand_free(path: Path) -> None:
    """See to it that there is no file at ``path``.

    Raises:
        FileExistsError: there is one.
    """
    if path.is_file():
        raise FileExistsError(f"{path} is there already")


@contextmanager
def whole_file(path: Path, *, overwrite: bool) -> Iterator[Callable[[bytes], object]]:
    """Write a file, which appears at ``path`` at the end; nothing is left of it when the context is left by an error.

    Gives the function that takes its pieces.

    Raises:
        FileExistsError: there is such a file, and it is not to be overwritten.
        OSError: it cannot be written.
    """
    if path.exists() and not path.is_file():  # such as /dev/null
        with path.open("wb") as file:
            yield file.write
        return
    if not overwrite:
        demand_free(path)
    # Given the usual permissions, which a file of tempfile's would not have.
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
    """Return the path of a file that goes to ``to``: a file, or a folder, in which it has its usual name."""
    path = Path(to)
    return path / usual_name if path.is_dir() else path
