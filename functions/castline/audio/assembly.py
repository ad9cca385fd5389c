"""Assembly of stored segments into one finished file.

An MP3 is made by copying frames where every pause has room for them: copied segments are at least 48 to 72 ms apart.
Every other file is mixed from PCM and encoded: a WAV file, a file whose turns overlap or follow each other too
closely, and a file whose segments follow each other without a pause. Both ways use constant memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from castline.audio.formats import OutputFormat, encode
from castline.audio.frame_joining import join_frames
from castline.audio.frame_timeline import FrameTimeline, place
from castline.audio.mixing import mix
from castline.audio.mp3_frames import FRAME_SAMPLES
from castline.audio.samples import read_samples, to_pcm
from castline.audio.timeline import Timeline, lay_out
from castline.pcm import SAMPLE_WIDTH_BYTES, ms_to_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from castline.audio.timeline import TurnLengths

_SILENCE_SAMPLES: Final = 1 << 15


class SegmentSource(Protocol):
    """A source of a dialogue's segments, in spoken order. Each segment is requested after the one before it."""

    def frames(self) -> Iterator[Iterator[bytes]]:
        """Yield the MP3 frames of every segment, in chunks of any size."""
        ...

    def pcm(self) -> Iterator[Iterator[bytes]]:
        """Yield the PCM of every segment, in chunks of any size."""
        ...

    def pcm_of(self, position: int) -> Iterable[bytes]:
        """Return the PCM of one segment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A plan of a finished file: its format, its timeline and how it is made."""

    output_format: OutputFormat
    turns: tuple[TurnLengths, ...]
    timeline: Timeline
    """The time at which each turn is heard in the finished file."""
    segment_starts: tuple[int, ...]
    """The sample at which each segment starts."""
    fade_in_samples: int
    frame_timeline: FrameTimeline | None
    """The positions to which frames are copied; ``None`` when the file is mixed from PCM."""

    def write(self, source: SegmentSource) -> Iterator[bytes]:
        """Yield the file, chunk by chunk.

        Raises:
            BrokenSegment: a segment is missing, or not as long as its place on the timeline.
        """
        if self.frame_timeline is not None:
            return join_frames(
                source.frames(),
                self.frame_timeline,
                fade_in_samples=self.fade_in_samples,
                read_pcm=source.pcm_of,
            )
        mixed = mix(map(read_samples, self._turns(source.pcm())), self.timeline, fade_in_ticks=self.fade_in_samples)
        pcm = (to_pcm(samples[np.newaxis]) for samples in mixed)
        return encode(self.output_format, pcm, self.timeline.total_samples)

    def _turns(self, segments: Iterator[Iterator[bytes]]) -> Iterator[Iterator[bytes]]:
        for turn in self.turns:
            yield _with_pauses(turn, segments)


def _with_pauses(turn: TurnLengths, segments: Iterator[Iterator[bytes]]) -> Iterator[bytes]:
    """Yield the PCM of one turn: its segments, and the silences before and after them."""
    for pause, segment in zip(turn.pauses_before, islice(segments, len(turn.segments)), strict=True):
        yield from _silence(pause)
        yield from segment
    yield from _silence(turn.pause_after)


def _silence(samples: int) -> Iterator[bytes]:
    while samples:
        count = min(samples, _SILENCE_SAMPLES)
        yield bytes(count * SAMPLE_WIDTH_BYTES)
        samples -= count


def plan_assembly(
    turns: Sequence[TurnLengths], *, output_format: OutputFormat, crossfade_ms: int, has_seamless_joints: bool
) -> Assembly:
    """Decide how to make a file, before any segment is read.

    Args:
        turns: the lengths of the turns and of their parts.
        output_format: of the file.
        crossfade_ms: how long each next turn fades in, starting that much earlier.
        has_seamless_joints: whether segments of one turn follow each other where a speaker would not pause.
    """
    frame_timeline: FrameTimeline | None = None
    if output_format is OutputFormat.MP3 and not has_seamless_joints:
        frame_timeline = place(turns, crossfade_ms=crossfade_ms)
    if frame_timeline is not None:
        timeline = frame_timeline.timeline()
        segment_starts = tuple(segment.first_frame * FRAME_SAMPLES for segment in frame_timeline.segments())
    else:
        timeline = lay_out(turns, crossfade_ms=crossfade_ms)
        segment_starts = tuple(
            start
            for span, turn in zip(timeline.spans, turns, strict=True)
            for start in _segment_starts(turn, span.start_sample)
        )
    return Assembly(
        output_format=output_format,
        turns=tuple(turns),
        timeline=timeline,
        segment_starts=segment_starts,
        fade_in_samples=ms_to_samples(crossfade_ms),
        frame_timeline=frame_timeline,
    )


def _segment_starts(turn: TurnLengths, start_sample: int) -> Iterator[int]:
    for pause, samples in zip(turn.pauses_before, turn.segments, strict=True):
        yield start_sample + pause
        start_sample += pause + samples
