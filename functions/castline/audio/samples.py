"""Samples as arrays of 32-bit floats, in which 1.0 is full scale, and their conversion from and to 16-bit PCM.

The float of a 16-bit sample is exact, so converting it back gives the same sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from castline.pcm import FULL_SCALE, SAMPLE_WIDTH_BYTES, whole_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Samples = NDArray[np.float32]
"""The samples of one channel."""
Channels = NDArray[np.float32]
"""The samples of one or two channels, as an array of channels by samples."""

_SCALE: Final = np.float32(FULL_SCALE)


def read_samples(chunks: Iterable[bytes]) -> Iterator[Samples]:
    """Yield the samples of mono PCM. Chunks may end within a sample."""
    for chunk in whole_samples(chunks):
        if chunk:
            yield from_pcm(chunk, channels=1)[0]


def from_pcm(pcm: bytes, *, channels: int) -> Channels:
    """Return interleaved PCM as an array."""
    return np.frombuffer(pcm, np.int16).reshape(-1, channels).T.astype(np.float32) / _SCALE


def chunks_of(pcm: bytes, *, chunk_samples: int) -> Iterator[Channels]:
    """Yield mono PCM as arrays of up to ``chunk_samples``. One array would take twice the memory of the PCM."""
    chunk_bytes = chunk_samples * SAMPLE_WIDTH_BYTES
    for start in range(0, len(pcm), chunk_bytes):
        yield from_pcm(pcm[start : start + chunk_bytes], channels=1)


def to_pcm(samples: Channels) -> bytes:
    """Return an array as interleaved PCM, rounded and clipped to full scale."""
    scaled = np.rint(samples * _SCALE)
    return np.ascontiguousarray(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16).T).tobytes()
