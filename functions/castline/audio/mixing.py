"""Mixing of turns into one stream of PCM, in constant memory."""

from __future__ import annotations

import audioop
from array import array
from typing import TYPE_CHECKING

from castline.audio.errors import BrokenSegment
from castline.pcm import SAMPLE_WIDTH_BYTES, whole_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from castline.audio.timeline import Span, Timeline


def mix(turns: Iterable[Iterable[bytes]], timeline: Timeline, *, fade_in_samples: int) -> Iterator[bytes]:
    """Mix ``turns`` into one stream, exactly ``timeline.total_samples`` long.

    Memory holds one chunk of one turn, and the part of earlier turns that lasts beyond the start of the next one.

    Args:
        turns: The PCM of each turn in order, as chunks of any size; a chunk may end within a sample. Each turn is
            requested after the one before it has been read, and is read once.
        timeline: The place of each turn: one span for each turn, none starting before the one before it.
        fade_in_samples: The length of the linear fade-in of each turn but the first. A turn that is shorter fades in
            over its whole length.

    Yields:
        PCM in chunks of whole samples: silence in the gaps, and where turns overlap their sum, clipped to full
        scale.

    Raises:
        BrokenSegment: A turn is shorter or longer than its span.
        ValueError: There are more or fewer turns than spans.
    """
    canvas = _Canvas()
    for position, (turn, span) in enumerate(zip(turns, timeline.spans, strict=True)):
        next_start = _start_of_next(timeline, position)
        chunks = whole_samples(_check_length(turn, span, position))
        if position > 0:
            chunks = _fade_in(chunks, min(fade_in_samples, span.length_samples))
        at = span.start_sample
        for chunk in chunks:
            canvas.add(chunk, at)
            at += len(chunk) // SAMPLE_WIDTH_BYTES
            yield from canvas.take(min(at, next_start))
        yield from canvas.take(next_start)


class _Canvas:
    """The part of the mix that later turns may still change."""

    def __init__(self) -> None:
        self._taken_samples = 0
        self._pcm = bytearray()

    def add(self, pcm: bytes, at_sample: int) -> None:
        """Mix ``pcm`` in at ``at_sample``, which must not have been taken yet."""
        offset = (at_sample - self._taken_samples) * SAMPLE_WIDTH_BYTES
        self._fill_with_silence(offset)
        overlap = min(len(pcm), len(self._pcm) - offset)
        under = self._pcm[offset : offset + overlap]
        self._pcm[offset : offset + overlap] = audioop.add(under, pcm[:overlap], SAMPLE_WIDTH_BYTES)
        self._pcm += pcm[overlap:]

    def take(self, until_sample: int) -> Iterator[bytes]:
        """Yield everything before ``until_sample``, which is final, as one chunk or none."""
        size = (until_sample - self._taken_samples) * SAMPLE_WIDTH_BYTES
        if size <= 0:
            return
        self._fill_with_silence(size)
        final = bytes(self._pcm[:size])
        del self._pcm[:size]
        self._taken_samples = until_sample
        yield final

    def _fill_with_silence(self, size: int) -> None:
        self._pcm.extend(bytes(max(0, size - len(self._pcm))))


def _start_of_next(timeline: Timeline, position: int) -> int:
    """Return the first sample that a turn after ``position`` may still change; for the last turn, the end."""
    if position + 1 < len(timeline.spans):
        return timeline.spans[position + 1].start_sample
    return timeline.total_samples


def _check_length(chunks: Iterable[bytes], span: Span, position: int) -> Iterator[bytes]:
    """Yield ``chunks`` unchanged; raise as soon as they are longer than ``span``, or at their end if shorter."""
    expected_bytes = span.length_samples * SAMPLE_WIDTH_BYTES
    seen_bytes = 0
    for chunk in chunks:
        seen_bytes += len(chunk)
        if seen_bytes > expected_bytes:
            raise BrokenSegment(f"turn {position} is longer than its {expected_bytes} bytes")
        yield chunk
    if seen_bytes < expected_bytes:
        raise BrokenSegment(f"turn {position} has {seen_bytes} of its {expected_bytes} bytes")


def _fade_in(chunks: Iterable[bytes], fade_samples: int) -> Iterator[bytes]:
    """Raise the gain linearly from 0 to 1 over the first ``fade_samples``."""
    faded_samples = 0
    for chunk in chunks:
        if faded_samples >= fade_samples:
            yield chunk
            continue
        samples = array("h", chunk)
        for index in range(min(len(samples), fade_samples - faded_samples)):
            samples[index] = samples[index] * (faded_samples + index) // fade_samples
        faded_samples += len(samples)
        yield samples.tobytes()
