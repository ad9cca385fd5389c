"""Assembly of stored segments into one finished file.

A file is made in one of two ways, both in constant memory:

- Joining copies stored MP3 frames. Segments must be at least 48 to 72 ms apart to leave room for the frames.
- Mixing adds PCM and encodes the result. It makes all other files: those of another format or quality, those with
  music, those whose turns overlap or nearly touch, and those whose segments follow each other without a pause.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from castline.audio.frame_joining import join_frames
from castline.audio.frame_timeline import FrameTimeline, place
from castline.audio.mixing import mix
from castline.audio.mp3_frames import FRAME_SAMPLES
from castline.audio.profile import STANDARD, AudioProfile
from castline.audio.resampling import resample_stream
from castline.audio.samples import read_samples
from castline.audio.timeline import SoundLayout, Timeline, lay_out_programme
from castline.audio.tracks import overlay
from castline.pcm import ms_to_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from castline.audio.samples import Channels, Samples
    from castline.audio.timeline import TurnLengths
    from castline.audio.tracks import Track

_SILENCE_SAMPLES: Final = 1 << 15


class SegmentSource(Protocol):
    """A source of a dialogue's segments, which are requested one after another in spoken order."""

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
    """A plan of a finished file: its timeline, and whether it is joined or mixed."""

    turns: tuple[TurnLengths, ...]
    timeline: Timeline
    """The time at which each turn is heard in the finished file."""
    segment_starts: tuple[int, ...]
    """The tick at which each segment starts."""
    fade_in_ticks: int
    frame_timeline: FrameTimeline | None = None
    """The positions to which frames are copied; ``None`` if the file is mixed from PCM."""
    sound_starts: tuple[int, ...] = ()
    """The tick at which each sound starts."""
    outro_start: int = 0

    def join(self, source: SegmentSource) -> Iterator[bytes]:
        """Copy the frames into an MP3, and yield it chunk by chunk.

        Raises:
            BrokenSegment: a segment is missing, or its length differs from the timeline.
            ValueError: the file has no frame timeline.
        """
        if self.frame_timeline is None:
            raise ValueError("the file is to be mixed")
        return join_frames(
            source.frames(), self.frame_timeline, fade_in_samples=self.fade_in_ticks, read_pcm=source.pcm_of
        )

    def mix(
        self,
        source: SegmentSource,
        *,
        profile: AudioProfile = STANDARD,
        recording: AudioProfile = STANDARD,
        gains: Sequence[float] = (),
        tracks: Sequence[Track] = (),
    ) -> Iterator[Channels]:
        """Mix all turns and tracks, and yield arrays of channels by samples, in all as long as the timeline.

        Args:
            source: the segments.
            profile: the profile of the mix.
            recording: the profile of the segments' PCM.
            gains: the amplitude factor of each segment; empty to leave all segments unchanged.
            tracks: the clips to add to the turns.

        Raises:
            BrokenSegment: a segment is missing, or its length differs from the timeline.
        """
        speech = mix(
            self._turns(source.pcm(), profile, recording, gains),
            self.timeline,
            fade_in_ticks=self.fade_in_ticks,
            samples_per_tick=profile.samples_per_tick,
        )
        return overlay(speech, tracks, profile)

    def _turns(
        self,
        segments: Iterator[Iterator[bytes]],
        profile: AudioProfile,
        recording: AudioProfile,
        gains: Sequence[float],
    ) -> Iterator[Iterator[Samples]]:
        position = 0
        for turn in self.turns:
            own_gains = gains[position : position + len(turn.segments)] or (1.0,) * len(turn.segments)
            position += len(turn.segments)
            yield _with_pauses(turn, islice(segments, len(turn.segments)), profile, recording, own_gains)


def _with_pauses(
    turn: TurnLengths,
    segments: Iterator[Iterator[bytes]],
    profile: AudioProfile,
    recording: AudioProfile,
    gains: Sequence[float],
) -> Iterator[Samples]:
    """Yield the samples of one turn: its segments, and the silences before and after them."""
    for pause, ticks, segment, gain in zip(turn.pauses_before, turn.segments, segments, gains, strict=True):
        yield from _silence(pause * profile.samples_per_tick)
        samples = resample_stream(
            read_samples(segment),
            from_hz=recording.sample_rate_hz,
            to_hz=profile.sample_rate_hz,
            total_samples=ticks * profile.samples_per_tick,
        )
        yield from samples if gain == 1.0 else (chunk * np.float32(gain) for chunk in samples)
    yield from _silence(turn.pause_after * profile.samples_per_tick)


def _silence(samples: int) -> Iterator[Samples]:
    while samples:
        count = min(samples, _SILENCE_SAMPLES)
        yield np.zeros(count, np.float32)
        samples -= count


def plan_assembly(
    turns: Sequence[TurnLengths],
    *,
    crossfade_ms: int,
    copies_frames: bool,
    sound_layout: SoundLayout | None = None,
) -> Assembly:
    """Decide how to make a file, before any segment is read.

    Args:
        turns: the lengths of the turns and of their parts.
        crossfade_ms: the length of the fade-in of each turn but the first, which also starts that much earlier.
        copies_frames: whether to copy frames if the pauses leave room for them.
        sound_layout: the lengths of music and sounds; None for a file without clips.
    """
    if copies_frames and sound_layout is None:
        frame_timeline = place(turns, crossfade_ms=crossfade_ms)
        if frame_timeline is not None:
            return Assembly(
                turns=tuple(turns),
                timeline=frame_timeline.timeline(),
                segment_starts=tuple(each.first_frame * FRAME_SAMPLES for each in frame_timeline.segments()),
                fade_in_ticks=ms_to_samples(crossfade_ms),
                frame_timeline=frame_timeline,
            )
    programme = lay_out_programme(turns, sound_layout or SoundLayout(), crossfade_ms=crossfade_ms)
    return Assembly(
        turns=tuple(turns),
        timeline=programme.timeline,
        segment_starts=tuple(
            start
            for span, turn in zip(programme.timeline.spans, turns, strict=True)
            for start in _segment_starts(turn, span.start_sample)
        ),
        fade_in_ticks=ms_to_samples(crossfade_ms),
        sound_starts=programme.sound_starts,
        outro_start=programme.outro_start,
    )


def _segment_starts(turn: TurnLengths, start_tick: int) -> Iterator[int]:
    for pause, ticks in zip(turn.pauses_before, turn.segments, strict=True):
        yield start_tick + pause
        start_tick += pause + ticks
