"""Conversion of speech to another sample rate, by FFmpeg's resampler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from castline.audio.filters import FilterGraph
from castline.audio.samples import chunks_of, to_pcm
from castline.pcm import SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from castline.audio.samples import Samples

_FILTER: Final = "filter_size=128"
"""A steep filter. From 24 to 48 kHz, it is flat up to 11.4 kHz, and the images of that band are inaudible."""


def resample(pcm: bytes, *, from_hz: int, to_hz: int) -> bytes:
    """Return ``pcm`` at another sample rate, without delay, with its duration rounded to the nearest sample.

    Args:
        pcm: 16-bit little-endian mono, in whole samples.
        from_hz: the sample rate of ``pcm``.
        to_hz: the sample rate of the result.
    """
    total_samples = round(len(pcm) // SAMPLE_WIDTH_BYTES * to_hz / from_hz)
    chunks = (chunk[0] for chunk in chunks_of(pcm, chunk_samples=from_hz))
    resampled = resample_stream(chunks, from_hz=from_hz, to_hz=to_hz, total_samples=total_samples)
    return b"".join(to_pcm(samples[np.newaxis]) for samples in resampled)


def resample_stream(chunks: Iterable[Samples], *, from_hz: int, to_hz: int, total_samples: int) -> Iterator[Samples]:
    """Convert a stream to another sample rate, and yield exactly ``total_samples`` samples.

    Args:
        chunks: the stream, in chunks of any size.
        from_hz: the sample rate of ``chunks``.
        to_hz: the sample rate of the result. If it equals ``from_hz``, the chunks are yielded unchanged.
        total_samples: the number of samples to yield. A longer result is cut, a shorter one padded with silence.
    """
    if from_hz == to_hz:
        yield from chunks
        return
    graph = FilterGraph([("aresample", f"{to_hz}:{_FILTER}")], sample_rate_hz=from_hz, channels=1)
    missing = total_samples
    for resampled in _filtered(graph, chunks):
        part = resampled[:missing]
        missing -= len(part)
        yield part
    if missing:
        yield np.zeros(missing, np.float32)


def _filtered(graph: FilterGraph, chunks: Iterable[Samples]) -> Iterator[Samples]:
    for chunk in chunks:
        for resampled in graph.run(chunk[np.newaxis]):
            yield resampled[0].astype(np.float32)
    for resampled in graph.finish():
        yield resampled[0].astype(np.float32)
