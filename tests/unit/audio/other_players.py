"""ffmpeg and mpg123, if they are installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path


def find_ffmpeg() -> str | None:
    """Return the system's ffmpeg, or that of the benchmark group."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return shutil.which("ffmpeg")
    executable: str = get_ffmpeg_exe()
    return executable


FFMPEG = find_ffmpeg()
MPG123 = shutil.which("mpg123")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
needs_mpg123 = pytest.mark.skipif(MPG123 is None, reason="mpg123 is not installed")


def ffmpeg(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ffmpeg, which writes to its error output only if something is wrong."""
    assert FFMPEG is not None
    return _run(FFMPEG, "-v", "error", "-nostdin", *arguments)


def mpg123(path: Path) -> subprocess.CompletedProcess[str]:
    """Decode a whole file with mpg123, which reports problems."""
    assert MPG123 is not None
    return _run(MPG123, "-q", "-t", str(path))


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)  # noqa: S603
