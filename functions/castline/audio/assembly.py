"""How stored segments become one finished file, and when each turn is heard in it.

An MP3 is joined by copying frames where every pause has room for them: copied segments are 48 to 72 ms apart at
least. Everything else is mixed from PCM and encoded: a WAV, turns that overlap or follow each other too closely,
segments that belong together without a pause. Either way memory is constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING, Protocol

from castline.audio.formats import OutputFormat, encode
from castline.audio.frame_joining import join_frames
from castline.audio.frame_timeline import FrameTimeline, place
from castline.audio.mixing import mix
from castline.audio.mp3_frames import FRAME_SAMPLES
from castline.audio.timeline import Timeline, lay_out
from castline.pcm import ms_to_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class SegmentSource(Protocol):
    """Where the segments of a dialogue are read from, in spoken order. Each is asked for after the one before it."""

    def frames(self) -> Iterator[Iterator[bytes]]:
        """The MP3 frames of every segment, in chunks of any size."""
        ...

    def pcm(self) -> Iterator[Iterator[bytes]]:
        """The PCM of every segment, in chunks of any size."""
        ...

    def pcm_of(self, position: int) -> Iterable[bytes]:
        """The PCM of one segment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """What a file will be made of."""

    output_format: OutputFormat
    segments_per_turn: tuple[int, ...]
    timeline: Timeline
    """When each turn is heard in the file as it will be written."""
    segment_starts: tuple[int, ...]
    """The sample at which each segment is heard first."""
    fade_in_samples: int
    frame_timeline: FrameTimeline | None
    """Where frames are copied to; ``None`` when PCM is mixed."""

    def write(self, source: SegmentSource) -> Iterator[bytes]:
        """The file, chunk by chunk.

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
        mixed = mix(self._turns(source.pcm()), self.timeline, fade_in_samples=self.fade_in_samples)
        return encode(self.output_format, mixed, self.timeline.total_samples)

    def _turns(self, segments: Iterator[Iterator[bytes]]) -> Iterator[Iterator[bytes]]:
        for count in self.segments_per_turn:
            yield chain.from_iterable(islice(segments, count))


def plan_assembly(
    turns: Sequence[Sequence[int]],
    *,
    output_format: OutputFormat,
    gap_ms: int,
    crossfade_ms: int,
    has_seamless_joints: bool,
) -> Assembly:
    """Decide how a file is put together, before anything is read.

    Args:
        turns: the lengths in samples of each turn's segments.
        output_format: of the file.
        gap_ms: the pause between two turns.
        crossfade_ms: how long each next turn fades in, starting that much earlier.
        has_seamless_joints: whether segments of one turn follow each other where a speaker would not pause.
    """
    frame_timeline: FrameTimeline | None = None
    if output_format is OutputFormat.MP3 and not has_seamless_joints:
        frame_timeline = place(turns, gap_ms=gap_ms, crossfade_ms=crossfade_ms)
    if frame_timeline is not None:
        timeline = frame_timeline.timeline()
        segment_starts = tuple(segment.first_frame * FRAME_SAMPLES for segment in frame_timeline.segments())
    else:
        timeline = lay_out([sum(segments) for segments in turns], gap_ms=gap_ms, crossfade_ms=crossfade_ms)
        segment_starts = tuple(
            start
            for span, segments in zip(timeline.spans, turns, strict=True)
            for start in accumulate(segments[:-1], initial=span.start_sample)
        )
    return Assembly(
        output_format=output_format,
        segments_per_turn=tuple(map(len, turns)),
        timeline=timeline,
        segment_starts=segment_starts,
        fade_in_samples=ms_to_samples(crossfade_ms),
        frame_timeline=frame_timeline,
    )
