"""Uploaded clips of a dialogue: their lengths for the timeline, and their tracks on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.audio.timeline import Span
from castline.audio.tracks import Envelope, Track, duck
from castline.synthesis.segment_loudness import REFERENCE_LUFS
from castline.synthesis.sound_layout import sound_layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from castline.audio.assembly import Assembly
    from castline.audio.clips import ClipSource
    from castline.audio.profile import AudioProfile
    from castline.audio.timeline import SoundLayout
    from castline.jobs.model import Clip, Dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredClip:
    """An uploaded clip whose file is on this machine, and its loudness."""

    source: ClipSource
    lufs: float | None
    """The loudness of ``source``; None for silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueClips:
    """All clips of one dialogue."""

    dialogue: Dialogue
    clips: Mapping[str, MeasuredClip]
    """The clips by the ids of their sounds."""
    profile: AudioProfile
    """The profile of the dialogue's file, and of the clips."""

    def sound_layout(self) -> SoundLayout | None:
        """Return the lengths of the clips; None for a dialogue without clips."""
        if not self.clips:
            return None
        return sound_layout(self.dialogue, self._ticks)

    def are_bright(self) -> bool:
        """Return whether an encoder may change the loudness of one of the clips."""
        return any(clip.source.is_bright() for clip in self.clips.values())

    def tracks(self, assembly: Assembly) -> list[Track]:
        """Return the tracks of all clips, at the places that ``assembly`` gives them."""
        return [*self._clips(assembly), *self._bed(assembly)]

    def _clips(self, assembly: Assembly) -> Iterator[Track]:
        music = self.dialogue.music
        placed: list[tuple[Clip | None, int]] = [
            (music.intro if music else None, 0),
            (music.outro if music else None, assembly.outro_start),
            *zip(self.dialogue.sounds, assembly.sound_starts, strict=True),
        ]
        for clip, start in placed:
            if clip is not None:
                heard = self.clips[clip.sound_id].source.faded(
                    fade_in_ms=clip.fade_in_ms, fade_out_ms=clip.fade_out_ms
                )
                envelope = Envelope.steady(self._gain_db(clip))
                yield Track(clip=heard, start=start, end=start + self._ticks(clip), envelope=envelope)

    def _bed(self, assembly: Assembly) -> Iterator[Track]:
        bed = self.dialogue.music.bed if self.dialogue.music else None
        if bed is None or not self._ticks(bed):
            return
        spans = assembly.timeline.spans
        start, end = spans[0].start_sample, max(span.end_sample for span in spans)
        envelope = duck(
            _spoken(assembly),
            start=start,
            end=end,
            gain_db=self._gain_db(bed),
            duck_db=bed.duck_db,
            fade_in_ms=bed.fade_in_ms,
            fade_out_ms=bed.fade_out_ms,
        )
        loop = self.clips[bed.sound_id].source.looped()
        yield Track(clip=loop, start=start, end=end, envelope=envelope)

    def _ticks(self, clip: Clip) -> int:
        return len(self.clips[clip.sound_id].source) // self.profile.samples_per_tick

    def _gain_db(self, clip: Clip) -> float:
        lufs = self.clips[clip.sound_id].lufs
        if lufs is None:
            return clip.gain_db
        speech_lufs = REFERENCE_LUFS + 10 * math.log10(self.profile.channels)
        return speech_lufs - lufs + clip.gain_db


def _spoken(assembly: Assembly) -> list[Span]:
    lengths = (ticks for turn in assembly.turns for ticks in turn.segments)
    return [Span(start, start + ticks) for start, ticks in zip(assembly.segment_starts, lengths, strict=True)]
