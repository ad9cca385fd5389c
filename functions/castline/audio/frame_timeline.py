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

    from castline.audio.timeline import TurnLengths


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

    turns: Sequence[TurnLengths]
    first_frames: Sequence[int]
    """The frame at which each turn starts."""

    def segments(self) -> Iterator[PlacedSegment]:
        """Yield the place of every segment, lazily: there may be thousands."""
        for number, (turn, first_frame) in enumerate(zip(self.turns, self.first_frames, strict=True)):
            turn_samples = _turn_length(turn)
            for samples, frames_into_turn in zip(turn.segments, _frames_before(turn), strict=True):
                yield PlacedSegment(number, turn_samples, first_frame + frames_into_turn, frames_into_turn, samples)

    def timeline(self) -> Timeline:
        """Return the span of each turn, including the pauses at its ends."""
        return Timeline(
            tuple(
                Span(frame * FRAME_SAMPLES, frame * FRAME_SAMPLES + _turn_length(turn))
                for frame, turn in zip(self.first_frames, self.turns, strict=True)
            )
        )

    @property
    def framing(self) -> Framing:
        """The framing of the whole file, which ends with the last turn."""
        return Framing.of(self.first_frames[-1] * FRAME_SAMPLES + _turn_length(self.turns[-1]))


def place(turns: Sequence[TurnLengths], *, crossfade_ms: int) -> FrameTimeline | None:
    """Place the turns of a dialogue on whole frames.

    A turn starts at the frame nearest to the start that :func:`~castline.audio.timeline.turn_starts` gives, at most
    half a frame away. A segment after a pause also starts at the nearest frame, but not before the frames of the
    previous segment have ended. Segments without a pause between them follow each other directly. The start of a
    turn is computed from its exact position in samples, so rounding errors never add up.

    Args:
        turns: At least one turn, each with at least one sample; every segment has at least one sample.
        crossfade_ms: The time by which each turn but the first starts earlier.

    Returns:
        The timeline, or ``None`` if the frames of a turn end after the next turn starts. This is always the case if
        turns overlap, and often if less than 72 ms lie between them. Such a dialogue must be mixed.

    Raises:
        ValueError: There are no turns, or a turn or a segment has no samples.
    """
    return _place(turns, crossfade_ms=crossfade_ms, waits=False)


def place_one_by_one(turns: Sequence[TurnLengths], *, crossfade_ms: int) -> FrameTimeline:
    """Place turns like :func:`place`, but delay a turn until the frames of the turn before it have ended.

    The arguments and errors are those of :func:`place`. A delay moves all later turns, too.
    """
    timeline = _place(turns, crossfade_ms=crossfade_ms, waits=True)
    assert timeline is not None  # noqa: S101 (for the type checker)
    return timeline


def _place(turns: Sequence[TurnLengths], *, crossfade_ms: int, waits: bool) -> FrameTimeline | None:
    if not turns or not all(turn.samples and all(turn.segments) for turn in turns):
        raise ValueError("a dialogue has turns, and turns and segments have samples")
    ideal_starts = turn_starts(
        map(_turn_length, turns), gaps_ms=(turn.gap_ms for turn in turns), crossfade_ms=crossfade_ms
    )
    first_frames = array("Q")
    free_from = late_samples = 0
    for turn, ideal_start in zip(turns, ideal_starts, strict=True):
        first_frame = _nearest_frame(ideal_start + late_samples)
        if first_frame < free_from:
            if not waits:
                return None
            first_frame = free_from
            late_samples = first_frame * FRAME_SAMPLES - ideal_start
        first_frames.append(first_frame)
        if turn.segments:
            *_, frames_before_last = _frames_before(turn)
            free_from = first_frame + frames_before_last + Framing.of(turn.segments[-1]).audio_frames
    return FrameTimeline(turns, first_frames)


def _frames_before(turn: TurnLengths) -> Iterator[int]:
    """Yield the number of frames between the start of a turn and each of its segments."""
    free_from = ended_at = 0
    for samples, pause in zip(turn.segments, turn.pauses_before, strict=True):
        first_frame = max(free_from, _nearest_frame(ended_at + pause)) if pause else free_from
        yield first_frame
        free_from = first_frame + Framing.of(samples).audio_frames
        ended_at = first_frame * FRAME_SAMPLES + samples


def _turn_length(turn: TurnLengths) -> int:
    """Return the number of samples from the start of a turn, on the frame grid, to the end of the pause after it."""
    if not turn.segments:
        return turn.pause_after
    *_, frames_before_last = _frames_before(turn)
    return frames_before_last * FRAME_SAMPLES + turn.segments[-1] + turn.pause_after


def _nearest_frame(sample: int) -> int:
    """Return the frame that starts nearest to ``sample``; of two equally near frames, the later one."""
    return (sample + FRAME_SAMPLES // 2) // FRAME_SAMPLES
