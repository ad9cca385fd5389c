"""Mastered frames of a dialogue's segments: makes, stores and finds them, and computes the loudness of their file.

A segment that is spoken for a file with mastered frames is stored in one object with these frames. A segment may have
been stored before, without mastered frames or with those for another loudness. Its mastered frames are then stored in
an object of their own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from castline.audio.loudness import PlacedPowers, gated_lufs, powers_of_timeline
from castline.audio.mastered_segment import StepPowers, master_segment
from castline.audio.stored_segment import digest, part_checksum
from castline.jobs.model import MasteredFrames
from castline.pcm import SAMPLES_PER_MS
from castline.synthesis.frame_copying import may_copy_mastered
from castline.synthesis.segment_loudness import REFERENCE_LUFS, normalization_gain_db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.audio.assembly import Assembly
    from castline.audio.profile import Loudness
    from castline.audio.storage import AudioStorage
    from castline.audio.stored_segment import Layout, StoredSegment
    from castline.jobs.model import Dialogue, SpokenSegment

_CHECKSUM: Final = "frames-sha256"
_MADE_FROM: Final = "pcm-sha256"
_POWERS: Final = "powers"


def frame_master(
    dialogue: Dialogue, storage: AudioStorage, *, user_id: str, turns: int | None = None
) -> FrameMaster | None:
    """Return the frame master for the file of a user's dialogue; None if the file is not made of mastered frames.

    Args:
        dialogue: the dialogue.
        storage: the storage of the frames.
        user_id: the user.
        turns: the number of turns in the file that the frames are for; by default, all turns of the dialogue.
    """
    if not may_copy_mastered(dialogue):
        return None
    turns = turns or len(dialogue.turns)
    return FrameMaster(storage, user_id, dialogue.loudness, pause_ms=dialogue.gap_ms * (turns - 1) / turns)


class FrameMaster:
    """Maker and finder of the mastered frames of segments. One instance serves many threads."""

    def __init__(self, storage: AudioStorage, user_id: str, loudness: Loudness, *, pause_ms: float) -> None:
        """Master segments of a user.

        Args:
            storage: the storage of the segments and their frames.
            user_id: the user.
            loudness: the loudness of the files that the frames are for. It must have a target.
            pause_ms: the average pause after a segment. Only :meth:`add_to` takes it into account.
        """
        self._storage = storage
        self._user_id = user_id
        self._loudness = loudness
        self._pause_ms = pause_ms

    def add_to(
        self, segment: StoredSegment, fingerprint: str, *, lufs: float | None
    ) -> tuple[StoredSegment, MasteredFrames]:
        """Add mastered frames to a segment before it is stored. Return the segment and the notes on the frames.

        Args:
            segment: the segment, without mastered frames.
            fingerprint: the segment's fingerprint.
            lufs: the segment's loudness at volume 1; None if it is silent.
        """
        frames, mastered = self._master(fingerprint, segment.pcm, lufs, pause_ms=self._pause_ms)
        notes = f"{mastered.checksum} {mastered.powers}".encode("ascii")
        whole = segment.with_mastered(frames, loudness=self._loudness, notes=notes)
        return whole, replace(mastered, start_byte=whole.layout.mastered_frames.start)

    def read(self, notes: bytes, layout: Layout) -> MasteredFrames | None:
        """Parse the notes on the mastered frames that a segment was stored with.

        Args:
            notes: the notes in their stored form.
            layout: the segment's layout.

        Returns:
            The notes; None if the frames are for another loudness or the notes are damaged.
        """
        if layout.loudness is not self._loudness:
            return None
        checksum, _, powers = notes.decode("ascii", "replace").partition(" ")
        try:
            StepPowers.unpack(powers)
        except ValueError:
            return None
        return MasteredFrames(checksum=checksum, powers=powers, start_byte=layout.mastered_frames.start)

    def find(self, fingerprint: str, *, pcm_checksum: str | None) -> MasteredFrames | None:
        """Return the notes on mastered frames in an object of their own; None if the frames have to be made.

        The frames may have been made from an earlier recording of the segment. If they were made some time after the
        segment, the segment expires first, and may be spoken again for a file that does not need them. The checksum
        of the PCM shows whether the frames belong to the present recording.

        Args:
            fingerprint: the segment's fingerprint.
            pcm_checksum: the checksum of the segment's PCM; None if it was not stored.
        """
        notes = self._storage.find_mastered(self._user_id, fingerprint, self._loudness)
        if notes is None or notes.get(_MADE_FROM) != pcm_checksum:
            return None
        try:
            return MasteredFrames(checksum=notes[_CHECKSUM], powers=notes[_POWERS])
        except KeyError:
            return None

    def make(self, fingerprint: str, pcm: bytes, *, pcm_checksum: str | None, lufs: float | None) -> MasteredFrames:
        """Make the mastered frames of a stored segment, and store them in an object of their own.

        The frames do not depend on the job that makes them. Two jobs may therefore store them at the same time, and
        each job keeps the checksum of the frames that it has made.

        Args:
            fingerprint: the segment's fingerprint.
            pcm: the segment's PCM.
            pcm_checksum: the checksum of the PCM; None if it was not stored.
            lufs: the segment's loudness at volume 1; None if it is silent or was not measured.
        """
        frames, mastered = self._master(fingerprint, pcm, lufs, pause_ms=0)
        notes = {_CHECKSUM: mastered.checksum, _POWERS: mastered.powers}
        if pcm_checksum is not None:
            notes[_MADE_FROM] = pcm_checksum
        self._storage.put_mastered(self._user_id, fingerprint, self._loudness, frames, notes)
        return mastered

    def _master(
        self, fingerprint: str, pcm: bytes, lufs: float | None, *, pause_ms: float
    ) -> tuple[bytes, MasteredFrames]:
        target = self._loudness.target
        if target is None:
            raise ValueError(f"{self._loudness} has no target")
        gain_db = target.lufs - REFERENCE_LUFS + normalization_gain_db(lufs)
        frames, powers = master_segment(pcm, gain_db=gain_db, target=target, pause_ms=pause_ms)
        checksum = part_checksum(fingerprint)
        checksum.update(frames)
        return frames, MasteredFrames(checksum=digest(checksum), powers=powers.pack())


def lufs_of_timeline(segments: Sequence[SpokenSegment], assembly: Assembly) -> float | None:
    """Return the loudness of a file whose segments have mastered frames; None for silence."""
    placed = []
    for segment, start in zip(segments, assembly.segment_starts, strict=True):
        if segment.mastered is not None:
            measured = StepPowers.unpack(segment.mastered.powers)
            start_ms, duration_ms = start / SAMPLES_PER_MS, segment.samples / SAMPLES_PER_MS
            placed.append(PlacedPowers(start_ms, duration_ms, measured.step_ms, measured.powers))
    return gated_lufs(powers_of_timeline(placed, duration_ms=assembly.timeline.duration_ms))
