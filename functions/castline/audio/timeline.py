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

    Milliseconds are rounded from an absolute sample position, never summed. Errors therefore do not add up, turns
    that touch in samples touch in milliseconds, and the last end equals ``duration_ms``.
    """

    spans: tuple[Span, ...]
    end_sample: int = 0
    """The end of the last sound or of the music; 0 without them."""

    def later(self, ticks: int) -> Timeline:
        """Return the timeline, shifted by ``ticks``."""
        spans = (Span(span.start_sample + ticks, span.end_sample + ticks) for span in self.spans)
        return Timeline(tuple(spans), self.end_sample + ticks if self.end_sample else 0)

    @property
    def total_samples(self) -> int:
        """The length of the dialogue: its latest end."""
        return max(self.end_sample, max((span.end_sample for span in self.spans), default=0))

    @property
    def duration_ms(self) -> int:
        """The length of the dialogue, rounded to the nearest millisecond."""
        return samples_to_ms(self.total_samples)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLengths:
    """The lengths of a turn's parts: its segments, and the silences around them."""

    segments: tuple[int, ...]
    """The samples of each segment; empty for a turn that is only a pause."""
    pauses: tuple[int, ...] = ()
    """The samples of silence before each segment and after the last one; empty if there is no silence."""
    gap_ms: int
    """The pause between this turn and the next one."""

    @property
    def pauses_before(self) -> tuple[int, ...]:
        """The samples of silence before each segment."""
        return self.pauses[: len(self.segments)] or (0,) * len(self.segments)

    @property
    def pause_after(self) -> int:
        """The samples of silence after the last segment."""
        return self.pauses[-1] if self.pauses else 0

    @property
    def samples(self) -> int:
        """The length of the turn if its parts follow each other directly."""
        return sum(self.segments) + sum(self.pauses)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlace:
    """The place of a sound among the turns."""

    before_turn: int
    """The position of the turn that follows the sound; the number of turns for a sound at the end."""
    ticks: int
    under: bool = False
    """Whether the sound starts together with that turn and takes no time of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLayout:
    """Lengths of the music and sounds around and between the turns, in ticks. These lengths move the turns."""

    sounds: tuple[SoundPlace, ...] = ()
    gap_ms: int = 0
    """The pause after a sound."""
    intro: int = 0
    """The time from the start of the file to the first turn."""
    outro: int = 0
    outro_overlap: int = 0
    """The time for which the outro and the turns are heard together."""


@dataclass(frozen=True, slots=True)
class ProgrammeTimeline:
    """The times of a file's turns, sounds and music, in ticks."""

    timeline: Timeline
    sound_starts: tuple[int, ...]
    """The tick at which each sound starts."""
    outro_start: int


def lay_out_programme(turns: Sequence[TurnLengths], layout: SoundLayout, *, crossfade_ms: int) -> ProgrammeTimeline:
    """Lay out turns, the sounds between them, and the music around them."""
    timeline, sound_starts = lay_out_with_sounds(
        turns, layout.sounds, gap_ms=layout.gap_ms, crossfade_ms=crossfade_ms
    )
    timeline = timeline.later(layout.intro)
    outro_start = max(timeline.spans[0].start_sample, timeline.total_samples - layout.outro_overlap)
    end = max(timeline.end_sample, outro_start + layout.outro if layout.outro else 0)
    starts = tuple(start + layout.intro for start in sound_starts)
    return ProgrammeTimeline(Timeline(timeline.spans, end), starts, outro_start)


def lay_out_with_sounds(
    turns: Sequence[TurnLengths], sounds: Sequence[SoundPlace], *, gap_ms: int, crossfade_ms: int
) -> tuple[Timeline, list[int]]:
    """Lay out turns and the sounds between them.

    A sound that takes time of its own is laid out like a turn with the gap ``gap_ms`` after it.

    Returns:
        The times of the turns, and the start of each sound.
    """
    own_time = [(number, sound) for number, sound in enumerate(sounds) if not sound.under]
    entries: list[tuple[TurnLengths, int | None]] = []
    for position in range(len(turns) + 1):
        entries += [
            (TurnLengths(segments=(), pauses=(sound.ticks,), gap_ms=gap_ms), number)
            for number, sound in own_time
            if sound.before_turn == position
        ]
        if position < len(turns):
            entries.append((turns[position], None))
    everything = lay_out([lengths for lengths, _ in entries], crossfade_ms=crossfade_ms)
    placed = list(zip(entries, everything.spans, strict=True))
    spans = tuple(span for (_, number), span in placed if number is None)
    starts = {number: span.start_sample for (_, number), span in placed if number is not None}
    starts |= {number: spans[each.before_turn].start_sample for number, each in enumerate(sounds) if each.under}
    ends = [starts[number] + sound.ticks for number, sound in enumerate(sounds)]
    return Timeline(spans, max(ends, default=0)), [starts[number] for number in range(len(sounds))]


def lay_out(turns: Sequence[TurnLengths], *, crossfade_ms: int) -> Timeline:
    """Lay out turns one after another, each at the start that :func:`turn_starts` gives."""
    lengths = [turn.samples for turn in turns]
    starts = turn_starts(lengths, gaps_ms=[turn.gap_ms for turn in turns], crossfade_ms=crossfade_ms)
    return Timeline(tuple(Span(start, start + length) for start, length in zip(starts, lengths, strict=True)))


def turn_starts(lengths_samples: Iterable[int], *, gaps_ms: Iterable[int], crossfade_ms: int) -> Iterator[int]:
    """Yield the sample at which each turn starts.

    The time between the end of a turn and the start of the next one is the turn's gap minus ``crossfade_ms``. If the
    crossfade exceeds the gap, the two turns overlap. Every turn keeps at least half of its length to itself: a turn
    between two others overlaps each of them by at most a quarter of its length, and the first and the last turn
    overlap by at most half of theirs.

    Args:
        lengths_samples: the length of each turn.
        gaps_ms: the pause after each turn, one for each turn. The last one is not used.
        crossfade_ms: the time by which the next turn starts earlier.
    """
    lengths = list(lengths_samples)
    most_shared = [length // (4 if 0 < position < len(lengths) - 1 else 2) for position, length in enumerate(lengths)]
    start = 0
    for position, (length, gap_ms) in enumerate(zip(lengths, gaps_ms, strict=True)):
        yield start
        overlap_samples = min(-ms_to_samples(gap_ms - crossfade_ms), *most_shared[position : position + 2])
        start += length - overlap_samples
