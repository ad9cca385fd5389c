"""Notes on a stored segment, which are the metadata of its S3 object."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from castline.audio.stored_segment import Checksums
from castline.jobs.model import SegmentCue

if TYPE_CHECKING:
    from collections.abc import Mapping

_CUES = "cues"
_SPOKEN_FOR = "spoken-for"
_BILLED = "billed-characters"
_FRAMES_CHECKSUM = "frames-sha256"
_PCM_CHECKSUM = "pcm-sha256"
_LUFS = "lufs"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentNotes:
    """Metadata of a stored segment: its cues, its cost, its checksums and its loudness."""

    cues: tuple[SegmentCue, ...]
    spoken_for: str
    """The id of the job or preview that paid for the segment."""
    billed_characters: int
    """The number of characters that the job or preview paid for."""
    checksums: Checksums | None = None
    """The checksums; None for a segment of an older release, which stored none."""
    lufs: float | None = None
    """The loudness at volume 1; None for silence and for a segment of an older release."""

    def to_metadata(self) -> Mapping[str, str]:
        """Return the notes as ASCII metadata of less than 2 KB."""
        rows = (f"{cue.start}-{cue.end}@{cue.start_ms}-{cue.end_ms}" for cue in self.cues)
        metadata = {
            _CUES: " ".join(rows),
            _SPOKEN_FOR: self.spoken_for,
            _BILLED: str(self.billed_characters),
        }
        if self.checksums is not None:
            metadata |= {_FRAMES_CHECKSUM: self.checksums.frames, _PCM_CHECKSUM: self.checksums.pcm}
        if self.lufs is not None:
            metadata[_LUFS] = f"{self.lufs:.2f}"
        return metadata

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> SegmentNotes | None:
        """Read notes from the metadata that :meth:`to_metadata` returns; return None for other metadata."""
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
                lufs=_finite(float(metadata[_LUFS])) if _LUFS in metadata else None,
            )
        except (KeyError, ValueError):
            return None


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a loudness is a finite number")
    return value
