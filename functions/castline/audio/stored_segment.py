"""Stored form of a spoken segment: one object with its MP3 frames, then the PCM that they were encoded from.

An MP3 is joined from the frames alone; every other file is mixed from the PCM alone. It is not known when a segment
is spoken which of the two is needed, and the segment must not be spoken twice for it. The object's size gives the
number of samples, and the number of samples gives the place of each part.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from castline.audio.errors import BrokenSegment
from castline.audio.info_frame import Framing
from castline.audio.mp3_frames import FRAME_SAMPLES, FRAME_SIZE_BYTES, find_foreign_frame, main_data_begin
from castline.pcm import SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_TAG_OFFSET: Final = 13
_TAGS: Final = {b"Xing", b"Info"}


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment in its stored form."""

    samples: int
    body: bytes
    """The object's content: frames, then PCM."""

    @property
    def frames(self) -> bytes:
        """The segment's MP3 frames: as many as ``Framing.of(samples)`` says. The first needs no frame before it."""
        return self.body[_as_slice(frames_range(self.samples))]

    @property
    def pcm(self) -> bytes:
        """The segment's PCM."""
        return self.body[_as_slice(pcm_range(self.samples))]


@dataclass(frozen=True, slots=True)
class Checksums:
    """Checksums of a stored segment's two parts, see :func:`part_checksum`."""

    frames: str
    pcm: str

    @classmethod
    def of(cls, fingerprint: str, segment: StoredSegment) -> Self:
        """Return the checksums of ``segment``, which is stored under ``fingerprint``."""
        frames, pcm = part_checksum(fingerprint), part_checksum(fingerprint)
        frames.update(segment.frames)
        pcm.update(segment.pcm)
        return cls(frames=digest(frames), pcm=digest(pcm))


def part_checksum(fingerprint: str) -> Hash:
    """Begin the checksum of one part of a segment: SHA-256 of the segment's fingerprint and the part's bytes.

    The fingerprint makes the check fail for a part that is stored under another segment's key.
    """
    return hashlib.sha256(fingerprint.encode("ascii"))


def digest(checksum: Hash) -> str:
    """Return the first 128 bits of a checksum, in hex: metadata has room for 2 KB."""
    return checksum.hexdigest()[:32]


def frames_range(samples: int) -> range:
    """Return the range of bytes that the MP3 frames take in the object of a segment of ``samples`` samples."""
    return range(Framing.of(samples).audio_frames * FRAME_SIZE_BYTES)


def pcm_range(samples: int) -> range:
    """Return the range of bytes that the PCM takes in the object of a segment of ``samples`` samples."""
    start = frames_range(samples).stop
    return range(start, start + samples * SAMPLE_WIDTH_BYTES)


def samples_in(size_bytes: int) -> int:
    """Return the number of samples of a segment whose object has ``size_bytes`` bytes.

    Raises:
        BrokenSegment: No segment's object has that size.
    """
    # Each further 576 samples, or what is left of them, take a frame more.
    smallest_bytes = pcm_range(1).stop
    bytes_per_frame = FRAME_SIZE_BYTES + FRAME_SAMPLES * SAMPLE_WIDTH_BYTES
    frames_before = (size_bytes - smallest_bytes) // bytes_per_frame
    frames_bytes = frames_range(max(0, frames_before) * FRAME_SAMPLES + 1).stop
    samples, rest = divmod(size_bytes - frames_bytes, SAMPLE_WIDTH_BYTES)
    if rest or samples < 1 or pcm_range(samples).stop != size_bytes:
        raise BrokenSegment(f"no segment has {size_bytes} bytes")
    return samples


def encode_segment(pcm: bytes) -> StoredSegment:
    """Encode ``pcm`` as a stored segment, and check the properties that joining relies on.

    Args:
        pcm: At least one sample.

    Raises:
        LengthMismatch: The encoder wrote more or fewer frames than the number of samples requires.
        BrokenSegment: The encoder did not write bare frames that can follow any others.
    """
    from castline.audio.mp3 import encode_frames  # needs the speech layer; the API does without

    samples = len(pcm) // SAMPLE_WIDTH_BYTES
    frames = b"".join(encode_frames([pcm], samples))
    foreign = find_foreign_frame(frames)
    if foreign is not None:
        raise BrokenSegment(f"frame {foreign} of an encoded segment has another header")
    if main_data_begin(frames) != 0:
        raise BrokenSegment("the first frame of an encoded segment needs frames before it")
    if frames[_TAG_OFFSET : _TAG_OFFSET + 4] in _TAGS:
        raise BrokenSegment("the first frame of an encoded segment is a tag")
    return StoredSegment(samples, frames + pcm)


def _as_slice(part: range) -> slice:
    return slice(part.start, part.stop)
