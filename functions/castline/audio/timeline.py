"""Timeline of a dialogue: pure arithmetic on sample counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.pcm import ms_to_samples, samples_to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Span:
    """The place of one turn: ``start_sample`` is its first sample, ``end_sample`` one past its last."""

    start_sample: int
    end_sample: int

    @property
    def length_samples(self) -> int:
        """The length of the turn."""
        return self.end_sample - self.start_sample

    @property
    def start_ms(self) -> int:
        """The start, rounded to the nearest millisecond."""
        return samples_to_ms(self.start_sample)

    @property
    def end_ms(self) -> int:
        """The end, rounded to the nearest millisecond."""
        return samples_to_ms(self.end_sample)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The spans of a dialogue's turns, in spoken order.

    Milliseconds are rounded from an absolute sample position, never summed. So errors do not add up, turns that touch
    in samples touch in milliseconds, and the last end equals ``duration_ms``.
    """

    spans: tuple[Span, ...]

    @property
    def total_samples(self) -> int:
        """The length of the dialogue: its latest end."""
        return max((span.end_sample for span in self.spans), default=0)

    @property
    def duration_ms(self) -> int:
        """The length of the dialogue, rounded to the nearest millisecond."""
        return samples_to_ms(self.total_samples)


def lay_out(lengths_samples: Sequence[int], *, gap_ms: int, crossfade_ms: int) -> Timeline:
    """Lay out turns of the given lengths one after another, each at the start that :func:`turn_starts` gives."""
    starts = turn_starts(lengths_samples, gap_ms=gap_ms, crossfade_ms=crossfade_ms)
    return Timeline(tuple(Span(start, start + length) for start, length in zip(starts, lengths_samples, strict=True)))


def turn_starts(lengths_samples: Iterable[int], *, gap_ms: int, crossfade_ms: int) -> Iterator[int]:
    """Yield the sample at which each turn starts.

    Each turn starts ``gap_ms - crossfade_ms`` after the end of the turn before it. When the crossfade exceeds the
    gap, the two overlap. Every turn keeps at least half of its length to itself: a turn between two others overlaps
    each of them by at most a quarter of its length, the first and the last turn overlap by at most half of theirs.
    """
    lengths = list(lengths_samples)
    step_samples = ms_to_samples(gap_ms - crossfade_ms)
    most_shared = [length // (4 if 0 < position < len(lengths) - 1 else 2) for position, length in enumerate(lengths)]
    start = 0
    for position, length in enumerate(lengths):
        yield start
        overlap_samples = min(-step_samples, *most_shared[position : position + 2])
        start += length - overlap_samples
