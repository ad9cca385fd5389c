"""Probe of an uploaded audio file: checks it, measures it, and writes its forms.

Another process (``castline.audio.probe_process``) with limits of its own reads the file. This process therefore
survives a file that makes the decoder crash or hang.
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
    """The process ended without a result. The cause is the service, not the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedAudio:
    """Measurements of a usable audio file."""

    duration_ms: int
    channels: int
    sample_rate_hz: int
    loudness_lufs: float | None
    """Integrated loudness of ``studio.pcm``; None for silence."""
    standard_lufs: float | None
    """Integrated loudness of ``standard.pcm``; None for silence.

    The file is mono, so its loudness is about 3 LU lower if both channels are equal.
    """


def probe(upload: Path, folder: Path) -> ProbedAudio:
    """Check an uploaded file, and write ``standard.pcm``, ``studio.pcm`` and ``listen.mp3`` into a folder.

    ``standard.pcm`` is 24 kHz mono and ``studio.pcm`` is 48 kHz stereo, both 16-bit little-endian. The latter has
    exactly twice as many sample frames.

    Raises:
        UnusableUpload: the file cannot be used. Some of the three files may have been written.
        ProbeFailed: the process ended without a result.
    """
    if upload.stat().st_size > MAX_AUDIO_BYTES:
        raise UnusableUpload(UploadProblem.TOO_LARGE)
    try:
        ended = subprocess.run(  # noqa: S603 (our own program, and paths of our own)
            [sys.executable, "-m", _PROGRAM, str(upload), str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # The packages of this process, but not the credentials that Lambda puts into the environment.
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
