"""Timeline of an MP3 whose frames were encoded beforehand, on a grid of 24 ms frames.

The Info frame makes decoders drop everything before the first real sample. A segment of n samples whose first frame
is frame F of the file is therefore heard from sample 576·F to 576·F + n, exactly. Its frames last 48 to 72 ms longer.
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
    """The place of one segment's frames; frame 0 is the first one after the Info frame."""

    turn: int
    """The position of the segment's turn."""
    turn_samples: int
    """The length of the segment's turn."""
    first_frame: int
    frames_into_turn: int
    """The number of the turn's frames that come before the segment."""
    samples: int

    @property
    def frame_count(self) -> int:
        """The number of the segment's frames."""
        return Framing.of(self.samples).audio_frames


@dataclass(frozen=True, slots=True)
class FrameTimeline:
    """The places of a dialogue's segments, in spoken order, and the times of its turns."""

    turns: Sequence[Sequence[int]]
    """The lengths in samples of each turn's segments."""
    first_frames: Sequence[int]
    """The frame at which each turn starts."""

    def segments(self) -> Iterator[PlacedSegment]:
        """Yield the place of every segment, lazily: there may be thousands."""
        for turn, (lengths, first_frame) in enumerate(zip(self.turns, self.first_frames, strict=True)):
            turn_samples = _turn_length(lengths)
            frame = first_frame
            for samples in lengths:
                yield PlacedSegment(turn, turn_samples, frame, frame - first_frame, samples)
                frame += Framing.of(samples).audio_frames

    def timeline(self) -> Timeline:
        """Return the span of each turn, from its first segment's first sample to its last segment's last sample."""
        return Timeline(
            tuple(
                Span(frame * FRAME_SAMPLES, frame * FRAME_SAMPLES + _turn_length(lengths))
                for frame, lengths in zip(self.first_frames, self.turns, strict=True)
            )
        )

    @property
    def framing(self) -> Framing:
        """The framing of the whole file: its last frame is the last frame of the last segment."""
        return Framing.of(self.first_frames[-1] * FRAME_SAMPLES + _turn_length(self.turns[-1]))


def place(
    turns: Sequence[Sequence[int]],
    *,
    gap_ms: int,
    crossfade_ms: int,
) -> FrameTimeline | None:
    """Place the turns of a dialogue on whole frames.

    The segments of a turn follow each other directly. A turn starts at the frame nearest to the start that
    :func:`~castline.audio.timeline.turn_starts` gives, at most half a frame away. Each start is computed from the
    exact position in samples, so rounding errors never add up.

    Args:
        turns: The lengths in samples of each turn's segments. At least one turn, each of at least one segment,
            each of at least one sample.
        gap_ms: The pause between two turns.
        crossfade_ms: By how much the next turn starts earlier.

    Returns:
        ``None`` when the frames of a turn do not end before the next turn starts. That is always so when turns
        overlap, and often when less than 72 ms lie between them. Such a dialogue must be mixed.

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
    """Return the length of a turn in samples: all frames of its segments, but of the last only its samples."""
    *others, last = segments
    return sum(Framing.of(samples).audio_frames for samples in others) * FRAME_SAMPLES + last


def _nearest_frame(sample: int) -> int:
    """Return the frame that starts nearest to ``sample``; the later one of two."""
    return (sample + FRAME_SAMPLES // 2) // FRAME_SAMPLES
