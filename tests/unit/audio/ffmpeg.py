"""The FFmpeg program of ``imageio-ffmpeg``: another build than the one that the product uses."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import imageio_ffmpeg

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()


class Loudness(NamedTuple):
    """Measurements of the ``ebur128`` filter."""

    lufs: float
    peak_dbtp: float


def ffmpeg(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ffmpeg, which writes to its error output only if something is wrong."""
    return subprocess.run(  # noqa: S603 (our own arguments)
        [FFMPEG, "-v", "error", "-nostdin", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def ebur128(pcm: bytes, sample_rate_hz: int, *, channels: int = 1) -> Loudness:
    """Measure interleaved 16-bit PCM."""
    return _measure(["-f", "s16le", "-ar", str(sample_rate_hz), "-ac", str(channels), "-i", "-"], pcm)


def ebur128_of_file(path: Path) -> Loudness:
    """Measure a file of any format."""
    return _measure(["-i", str(path)], b"")


def _measure(arguments: list[str], data: bytes) -> Loudness:
    command = [FFMPEG, "-hide_banner", "-nostats", *arguments]
    done = subprocess.run(  # noqa: S603 (our own arguments)
        [*command, "-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-"],
        input=data,
        capture_output=True,
        check=True,
    )
    summary = done.stderr.decode().rpartition("Summary:")[2]
    found = {name: float(value) for name, value in re.findall(r"(I|Peak):\s+(-?[\d.]+|-inf)", summary)}
    return Loudness(found["I"], found["Peak"])
