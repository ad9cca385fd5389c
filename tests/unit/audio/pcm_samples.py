"""PCM for tests, and ways to cut and read it."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from castline.audio.mixing import mix
from castline.audio.samples import read_samples, to_pcm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from castline.audio.timeline import Timeline

Samples: TypeAlias = npt.NDArray[np.int16]


def noise(length_samples: int, seed: int = 0) -> bytes:
    """Return white noise at full scale: no two places in it are alike."""
    rng = np.random.default_rng(seed)
    return rng.integers(-32_768, 32_768, length_samples, dtype=np.int16).tobytes()


def hum(length_samples: int) -> bytes:
    """Return noise below 4 kHz, which an MP3 encoder keeps nearly as it is."""
    rng = np.random.default_rng(0)
    smooth = np.convolve(rng.normal(size=length_samples + 8), np.hanning(9), mode="valid")
    return (smooth / 12 * 10_000).clip(-32_768, 32_767).astype(np.int16).tobytes()


def to_array(pcm: bytes) -> Samples:
    """Return the samples of ``pcm``."""
    return np.frombuffer(pcm, np.int16)


def cut(data: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """Yield ``data`` in chunks of the given sizes, repeated."""
    start = 0
    for size in cycle(sizes):
        if start >= len(data):
            return
        yield data[start : start + size]
        start += size


def mix_pcm(turns: Iterable[Iterable[bytes]], timeline: Timeline, *, fade_in_samples: int) -> Iterator[bytes]:
    """Mix turns of PCM, and yield PCM."""
    mixed = mix(map(read_samples, turns), timeline, fade_in_ticks=fade_in_samples)
    return (to_pcm(samples[np.newaxis]) for samples in mixed)
