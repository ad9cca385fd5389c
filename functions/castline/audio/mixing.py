"""Mixing of turns into one stream of samples, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from castline.audio.errors import BrokenSegment
from castline.pcm import FULL_SCALE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from castline.audio.samples import Samples
    from castline.audio.timeline import Timeline

_CHUNK_SAMPLES: Final = 1 << 16


def mix(
    turns: Iterable[Iterable[Samples]], timeline: Timeline, *, fade_in_ticks: int, samples_per_tick: int = 1
) -> Iterator[Samples]:
    """Mix ``turns`` into one stream, exactly ``timeline.total_samples`` ticks long.

    Memory holds one chunk of one turn, and the part of earlier turns that overlaps the next one.

    Args:
        turns: the samples of each turn in order, in chunks of any size; 1.0 is full scale. Each turn is requested
            after the one before it has been read, and is read once.
        timeline: one span for each turn, in order of their starts.
        fade_in_ticks: the length of the linear fade-in of each turn but the first. A turn that is shorter fades in
            over its whole length.
        samples_per_tick: the samples in a tick, the timeline's unit.

    Yields:
        Chunks of samples: silence in the gaps, and the sum of overlapping turns, which may exceed full scale.

    Raises:
        BrokenSegment: a turn is shorter or longer than its span.
        ValueError: there are more or fewer turns than spans.
    """
    canvas = _Canvas()
    if timeline.spans:
        yield from canvas.take(timeline.spans[0].start_sample * samples_per_tick)
    for position, (turn, span) in enumerate(zip(turns, timeline.spans, strict=True)):
        next_start = _start_of_next(timeline, position) * samples_per_tick
        chunks = _check_length(turn, span.length_samples * samples_per_tick, position)
        if position > 0:
            chunks = _fade_in(chunks, min(fade_in_ticks, span.length_samples) * samples_per_tick)
        at = span.start_sample * samples_per_tick
        for chunk in chunks:
            canvas.add(chunk, at)
            at += len(chunk)
            yield from canvas.take(min(at, next_start))
        yield from canvas.take(next_start)


class _Canvas:
    """The part of the mix that later turns may still change."""

    def __init__(self) -> None:
        self._taken = 0
        self._samples = np.zeros(0, np.float32)

    def add(self, samples: Samples, at: int) -> None:
        """Add ``samples`` to the mix from the position ``at``, which must not have been taken yet."""
        offset = at - self._taken
        end = offset + len(samples)
        self._reach(end)
        self._samples[offset:end] += samples

    def take(self, until: int) -> Iterator[Samples]:
        """Yield the mix up to the position ``until``, in chunks of at most ``_CHUNK_SAMPLES``."""
        while self._taken < until:
            count = min(until - self._taken, _CHUNK_SAMPLES)
            self._reach(count)
            final, self._samples = self._samples[:count], self._samples[count:].copy()
            self._taken += count
            yield final

    def _reach(self, length: int) -> None:
        missing = length - len(self._samples)
        if missing > 0:
            self._samples = np.concatenate([self._samples, np.zeros(missing, np.float32)])


def _start_of_next(timeline: Timeline, position: int) -> int:
    """Return the first tick that a turn after ``position`` may still change; for the last turn, the end."""
    if position + 1 < len(timeline.spans):
        return timeline.spans[position + 1].start_sample
    return timeline.total_samples


def _check_length(chunks: Iterable[Samples], expected: int, position: int) -> Iterator[Samples]:
    """Yield ``chunks`` unchanged. Raise as soon as they are longer than expected, or at their end if shorter."""
    seen = 0
    for chunk in chunks:
        seen += len(chunk)
        if seen > expected:
            raise BrokenSegment(f"turn {position} is longer than its {expected} samples")
        yield chunk
    if seen < expected:
        raise BrokenSegment(f"turn {position} has {seen} of its {expected} samples")


def _fade_in(chunks: Iterable[Samples], fade_samples: int) -> Iterator[Samples]:
    """Raise the gain linearly from 0 to 1 over the first ``fade_samples``.

    Samples are rounded down to values of 16-bit PCM.
    """
    faded = 0
    for chunk in chunks:
        count = max(0, min(len(chunk), fade_samples - faded))
        if count:
            gains = np.arange(faded, faded + count)
            steps = np.floor(chunk[:count] * float(FULL_SCALE) * gains / fade_samples)
            yield (steps / FULL_SCALE).astype(np.float32)
            faded += count
        if count < len(chunk):
            yield chunk[count:]
