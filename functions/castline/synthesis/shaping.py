"""What is done to a spoken utterance before it is stored, and what is noted about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from castline.audio.level import levelled
from castline.audio.stored_segment import Checksums, encode_segment
from castline.jobs.model import SegmentCue
from castline.pcm import samples_to_ms, trim
from castline.speech.cues import cues_of
from castline.speech.estimated_words import estimate_words
from castline.speech.spoken_text import as_written, spoken_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.audio.stored_segment import StoredSegment
    from castline.speech.utterances import Speech, Utterance

_CUES = "cues"
_SPOKEN_FOR = "spoken-for"
_BILLED = "billed-characters"
_FRAMES_CHECKSUM = "frames-sha256"
_PCM_CHECKSUM = "pcm-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentNotes:
    """What is known of a stored segment besides its sound. It travels as the metadata of the S3 object."""

    cues: tuple[SegmentCue, ...]
    spoken_for: str
    """The id of the job that paid for it."""
    billed_characters: int
    """How many characters it paid for."""
    checksums: Checksums | None = None
    """None for a segment that an older release has stored: it had none."""

    def to_metadata(self) -> Mapping[str, str]:
        """As ASCII, less than 2 KB."""
        rows = (f"{cue.start}-{cue.end}@{cue.start_ms}-{cue.end_ms}" for cue in self.cues)
        metadata = {
            _CUES: " ".join(rows),
            _SPOKEN_FOR: self.spoken_for,
            _BILLED: str(self.billed_characters),
        }
        if self.checksums is not None:
            metadata |= {_FRAMES_CHECKSUM: self.checksums.frames, _PCM_CHECKSUM: self.checksums.pcm}
        return metadata

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> SegmentNotes | None:
        """Read what :meth:`to_metadata` has written; None when it is something else."""
        cues = []
        try:
            for row in metadata[_CUES].split():
                place, _, time = row.partition("@")
                start, end = map(int, place.split("-"))
                start_ms, end_ms = map(int, time.split("-"))
                cues.append(SegmentCue(start=start, end=end, start_ms=start_ms, end_ms=end_ms))
            has_checksums = _FRAMES_CHECKSUM in metadata or _PCM_CHECKSUM in metadata
            return cls(
                cues=tuple(cues),
                spoken_for=metadata[_SPOKEN_FOR],
                billed_characters=int(metadata[_BILLED]),
                checksums=Checksums(metadata[_FRAMES_CHECKSUM], metadata[_PCM_CHECKSUM]) if has_checksums else None,
            )
        except (KeyError, ValueError):
            return None


def shape(
    speech: Speech, utterance: Utterance, *, reports_words: bool
) -> tuple[StoredSegment, tuple[SegmentCue, ...]]:
    """Trim and level what was spoken, encode it, and find its cues.

    Args:
        speech: as the provider gave it.
        utterance: what it says, and at what volume: a factor on the level that all segments are brought to.
        reports_words: whether the voice reports its words. Where it does not, their times are estimated.
    """
    trimmed = trim(speech.pcm)
    cut_ms = samples_to_ms(trimmed.cut_samples)
    segment = encode_segment(levelled(trimmed.pcm, volume=utterance.volume))
    duration_ms = samples_to_ms(segment.samples)
    words = tuple(
        replace(
            word,
            start_ms=max(0, word.start_ms - cut_ms),
            end_ms=min(duration_ms, word.end_ms - cut_ms),
        )
        for word in speech.words
    )
    if not reports_words:
        words = as_written(utterance, estimate_words(spoken_text(utterance), duration_ms=duration_ms))
    cues = tuple(
        SegmentCue(start=cue.start, end=cue.end, start_ms=cue.start_ms, end_ms=cue.end_ms)
        for cue in cues_of(utterance.text, words, duration_ms)
    )
    return segment, cues
