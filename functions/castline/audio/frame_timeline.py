"""When each turn is heard in an MP3 whose frames were encoded beforehand: the timeline, on a grid of 24 ms.

An Info frame has decoders drop what comes before the first real sample, so a segment of n samples whose first
frame is frame F of the file is heard from sample 576·F to 576·F + n, exactly. Its frames last 48 to 72 ms longer.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.audio.info_frame import Framing
from castline.audio.mp3_frames import FRAME_SAMPLES
from castline.audio.timeline import Span, Timeline, turn_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class PlacedSegment:
    """Where the frames of one segment lie; frame 0 is the first one after the Info frame."""

    turn: int
    """The position of its turn."""
    turn_samples: int
    """How long its turn is heard."""
    first_frame: int
    frames_into_turn: int
    """How many frames of its turn come before it."""
    samples: int

    @property
    def frame_count(self) -> int:
        """How many frames it has."""
        return Framing.of(self.samples).audio_frames


@dataclass(frozen=True, slots=True)
class FrameTimeline:
    """Where the segments of a dialogue lie, in spoken order, and when its turns are therefore heard."""

    turns: Sequence[Sequence[int]]
    """The lengths in samples of each turn's segments."""
    first_frames: Sequence[int]
    """The frame at which each turn starts."""

    def segments(self) -> Iterator[PlacedSegment]:
        """Every segment. They are worked out as they are asked for: there may be thousands."""
        for turn, (lengths, first_frame) in enumerate(zip(self.turns, self.first_frames, strict=True)):
            turn_samples = _turn_length(lengths)
            frame = first_frame
            for samples in lengths:
                yield PlacedSegment(turn, turn_samples, frame, frame - first_frame, samples)
                frame += Framing.of(samples).audio_frames

    def timeline(self) -> Timeline:
        """When each turn is heard: from its first segment's first sample to its last segment's last one."""
        return Timeline(
            tuple(
                Span(frame * FRAME_SAMPLES, frame * FRAME_SAMPLES + _turn_length(lengths))
                for frame, lengths in zip(self.first_frames, self.turns, strict=True)
            )
        )

    @property
    def framing(self) -> Framing:
        """Of the whole file: its last frame is the last one of the last segment."""
        return Framing.of(self.first_frames[-1] * FRAME_SAMPLES + _turn_length(self.turns[-1]))


def place(
    turns: Sequence[Sequence[int]],
    *,
    gap_ms: int,
    crossfade_ms: int,
) -> FrameTimeline | None:
    """Place the turns of a dialogue on whole frames.

    A turn's segments follow each other directly. A turn starts at the frame nearest to where
    :func:`~castline.audio.timeline.turn_starts` has it start, at most half a frame off. The ideal is kept in samples
    and each turn is measured against it: what is rounded never adds up.

    Args:
        turns: The lengths in samples of each turn's segments. At least one turn, each of at least one segment,
            each of at least one sample.
        gap_ms: The pause between two turns.
        crossfade_ms: By how much the next turn starts earlier.

    Returns:
        ``None`` when the frames of some turn are still going on where the next one has to start, as always when
        turns overlap and often when less than 72 ms lie between them: such a dialogue must be mixed.

    Raises:
        ValueError: There is no turn, or one without segments, or a segment without samples.
    """
    if not turns or not all(turns) or min(map(min, turns)) < 1:
        raise ValueError("a dialogue has turns, turns have segments, and segments have samples")
    lengths = (_turn_length(segments) for segments in turns)
    ideal_starts = turn_starts(lengths, gap_ms=gap_ms, crossfade_ms=crossfade_ms)
    first_frames = array("Q")
    free_from = 0
    for segments, ideal_start in zip(turns, ideal_starts, strict=True):
        first_frame = _nearest_frame(ideal_start)
        if first_frame < free_from:
            return None
        first_frames.append(first_frame)
        free_from = first_frame + sum(Framing.of(samples).audio_frames for samples in segments)
    return FrameTimeline(turns, first_frames)


def _turn_length(segments: Sequence[int]) -> int:
    """How long a turn is heard, in samples: all frames of its segments but the last, and that one's samples."""
    *others, last = segments
    return sum(Framing.of(samples).audio_frames for samples in others) * FRAME_SAMPLES + last


def _nearest_frame(sample: int) -> int:
    """The frame that starts nearest to ``sample``; the later one of two."""
    return (sample + FRAME_SAMPLES // 2) // FRAME_SAMPLES
