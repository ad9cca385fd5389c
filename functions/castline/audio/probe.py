"""Probe of an uploaded audio file: checks it, measures it, and writes its forms.

The file is read by another process (``castline.audio.probe_process``) with limits of its own: whatever the file does
to a decoder, this process survives.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from castline.audio.upload_limits import MAX_AUDIO_BYTES, MAX_DECODE_SECONDS, UnusableUpload, UploadProblem

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM: Final = "castline.audio.probe_process"


class ProbeFailed(Exception):
    """The process could not begin to read a file. This is our fault, not the file's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedAudio:
    """Measurements of an audio file that can be used."""

    duration_ms: int
    channels: int
    sample_rate_hz: int
    loudness_lufs: float | None
    """Integrated loudness of ``studio.pcm``; None for silence."""
    standard_lufs: float | None
    """Integrated loudness of ``standard.pcm``, which is mono: some 3 LU less where both channels are the same."""


def probe(upload: Path, folder: Path) -> ProbedAudio:
    """Check an uploaded file, and write ``standard.pcm``, ``studio.pcm`` and ``listen.mp3`` into a folder.

    ``standard.pcm`` is 24 kHz mono and ``studio.pcm`` 48 kHz stereo, both 16-bit little-endian. The latter has
    exactly twice as many sample frames.

    Raises:
        UnusableUpload: the file cannot be used. The folder may hold some of its forms.
        ProbeFailed: the process could not run.
    """
    if upload.stat().st_size > MAX_AUDIO_BYTES:
        raise UnusableUpload(UploadProblem.TOO_LARGE)
    try:
        ended = subprocess.run(  # noqa: S603 (our own program, and paths of our own)
            [sys.executable, "-m", _PROGRAM, str(upload), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # No credentials, which Lambda gives in the environment; and the packages of this process.
            env={
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                **{name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            },
            timeout=MAX_DECODE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnusableUpload(UploadProblem.TOO_SLOW_TO_DECODE) from None
    if ended.returncode == -signal.SIGXCPU:
        raise UnusableUpload(UploadProblem.TOO_SLOW_TO_DECODE)
    if ended.returncode < 0:
        raise UnusableUpload(UploadProblem.BROKEN)
    return _result(ended)


def _result(ended: subprocess.CompletedProcess[bytes]) -> ProbedAudio:
    try:
        result: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        raise ProbeFailed(f"the process ended with {ended.returncode}") from None
    if "problem" in result:
        raise UnusableUpload(UploadProblem(result["problem"]))
    return ProbedAudio(**result)
