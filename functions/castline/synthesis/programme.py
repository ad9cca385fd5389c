"""Plan of a dialogue's finished file, which is made of segments and clips, and the writing of the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from castline.audio.assembly import Assembly, plan_assembly
from castline.audio.encoded_loudness import lufs_of_file
from castline.audio.encoder_effects import effect_of
from castline.audio.encoding import stream_file, write_file
from castline.audio.formats import OutputFormat
from castline.audio.id3 import id3_tag
from castline.audio.mastering import Master, master
from castline.audio.profile import STANDARD, AudioProfile, profile_of
from castline.speech.places import ends_sentence
from castline.synthesis.mastered_frames import lufs_of_timeline
from castline.synthesis.segment_loudness import normalization_gain_db
from castline.synthesis.turn_lengths import turn_lengths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from castline.audio.assembly import SegmentSource
    from castline.audio.profile import LoudnessTarget
    from castline.audio.tags import Tags
    from castline.audio.tracks import Track
    from castline.jobs.model import Dialogue, SpokenSegment
    from castline.synthesis.clips import DialogueClips
    from castline.synthesis.segments import PlannedTurn

_ACCURACY_LU: Final = 0.4
"""The greatest distance from the loudness target at which a file is made by copying frames."""
_ENCODED_ACCURACY_LU: Final = 0.3
"""The greatest distance from the loudness target at which a file is not encoded a second time."""
_MAX_CORRECTION_DB: Final = 6.0
"""The highest gain that makes up for sound that an encoder leaves out."""
_CHUNK_BYTES: Final = 1 << 20
_FILE: Final = "programme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A plan of a dialogue's file."""

    output_format: OutputFormat
    profile: AudioProfile
    recording: AudioProfile
    """The profile of the segments' PCM."""
    target: LoudnessTarget | None
    assembly: Assembly
    tracks: tuple[Track, ...]
    gains: tuple[float, ...]
    """The amplitude factor of each segment; empty for a file without a loudness target."""
    copied_lufs: float | None
    """The loudness of a file whose frames are copied; None for a file without a loudness target."""
    checks_encoding: bool
    """Whether to measure the encoded file, because an encoder may leave out a loud part of the mix."""

    def write(self, source: SegmentSource, tags: Tags, folder: Path) -> tuple[Iterator[bytes], float | None]:
        """Start to write the file.

        Args:
            source: the segments.
            tags: the tags of the file.
            folder: a folder for a file that cannot be streamed.

        Returns:
            An iterator that makes the file's bytes, and the file's loudness if it has a target.

        Raises:
            BrokenSegment: a segment is missing or damaged. The iterator raises this, too.
        """
        if self.assembly.frame_timeline is not None:
            return chain([id3_tag(tags)], self.assembly.join(source)), self.copied_lufs
        mastered = master(
            partial(
                self.assembly.mix,
                source,
                profile=self.profile,
                recording=self.recording,
                gains=self.gains,
                tracks=self.tracks,
            ),
            self.profile,
            self.target,
            effect=effect_of(self.output_format, self.profile),
        )
        if self.checks_encoding:
            return self._encode_checked(mastered, tags, folder)
        return self._encode(mastered.pcm(), tags, folder), mastered.lufs

    def _encode_checked(self, mastered: Master, tags: Tags, folder: Path) -> tuple[Iterator[bytes], float | None]:
        """Encode a file. If its loudness is too far from the target, encode it again with another gain."""
        path = folder / _FILE
        self._write_file(path, mastered.pcm(), tags)
        lufs = lufs_of_file(path, self.profile)
        if lufs is not None and self.target is not None and abs(self.target.lufs - lufs) > _ENCODED_ACCURACY_LU:
            missing_lu = min(self.target.lufs - lufs, _MAX_CORRECTION_DB)
            self._write_file(path, replace(mastered, gain_db=mastered.gain_db + missing_lu).pcm(), tags)
            lufs = lufs_of_file(path, self.profile)
        return _read(path), lufs

    def _encode(self, pcm: Iterator[bytes], tags: Tags, folder: Path) -> Iterator[bytes]:
        if self.output_format in {OutputFormat.MP3, OutputFormat.WAV}:
            return stream_file(
                self.output_format, pcm, profile=self.profile, total_samples=self._total_samples, tags=tags
            )
        self._write_file(folder / _FILE, pcm, tags)
        return _read(folder / _FILE)

    def _write_file(self, path: Path, pcm: Iterator[bytes], tags: Tags) -> None:
        write_file(path, self.output_format, pcm, profile=self.profile, total_samples=self._total_samples, tags=tags)

    @property
    def _total_samples(self) -> int:
        return self.assembly.timeline.total_samples * self.profile.samples_per_tick


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def plan_programme(
    dialogue: Dialogue,
    planned: Sequence[PlannedTurn],
    spoken: Sequence[Sequence[SpokenSegment]],
    clips: DialogueClips,
) -> Programme:
    """Decide how to make a dialogue's file.

    Args:
        dialogue: the dialogue.
        planned: its turns.
        spoken: the stored segments of each turn.
        clips: the dialogue's clips.
    """
    segments = list(chain.from_iterable(spoken))
    recording = profile_of(dialogue.spoken_quality, has_music=False)
    target = dialogue.loudness.target
    sound_layout = clips.sound_layout()
    can_copy = (
        dialogue.output_format is OutputFormat.MP3
        and clips.profile == recording == STANDARD
        and sound_layout is None
        and not any(map(_has_seamless_joint, planned))
        and (target is None or all(segment.mastered is not None for segment in segments))
    )
    plan = partial(
        plan_assembly,
        turn_lengths(dialogue, planned, [[segment.samples for segment in each] for each in spoken]),
        crossfade_ms=dialogue.crossfade_ms,
        sound_layout=sound_layout,
    )
    assembly = plan(copies_frames=can_copy)
    copied_lufs = None
    if assembly.frame_timeline is not None and target is not None:
        copied_lufs = lufs_of_timeline(segments, assembly)
        if copied_lufs is None or abs(copied_lufs - target.lufs) > _ACCURACY_LU:
            assembly = plan(copies_frames=False)
    return Programme(
        output_format=dialogue.output_format,
        profile=clips.profile,
        recording=recording,
        target=target,
        assembly=assembly,
        tracks=tuple(clips.tracks(assembly)),
        gains=() if target is None else tuple(map(_normalization_factor, segments)),
        copied_lufs=copied_lufs,
        checks_encoding=target is not None and dialogue.output_format.is_lossy and clips.are_bright(),
    )


def _normalization_factor(segment: SpokenSegment) -> float:
    return float(10 ** (normalization_gain_db(segment.lufs) / 20))


def _has_seamless_joint(turn: PlannedTurn) -> bool:
    return any(
        not other.pause_before_ms and not ends_sentence(one.utterance.text) for one, other in pairwise(turn.segments)
    )
