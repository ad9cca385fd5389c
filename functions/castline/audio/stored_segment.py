"""Stored form of a spoken segment: one object with MP3 frames, the PCM that they were encoded from, and its words.

A joined MP3 needs only the frames; any other file needs only the PCM. Both are stored, because a later file may need
the other one, and the segment must not be spoken again for it. A segment of studio quality has no frames: its PCM has
48 kHz, and a studio file is encoded as a whole. The words are packed by the caller.

A segment that was spoken for a file with a loudness target has two more parts: notes on its mastered frames, which
are packed by the caller, and the mastered frames, which have the loudness of that file.

Lengths are in ticks of 1/24,000 s, which are one sample at 24 kHz and two samples at 48 kHz. The object's metadata
has the length of the segment and the sizes from which the place of each part follows. Objects of older releases have
neither words nor this metadata. Their length follows from their size.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from castline.audio.errors import BrokenSegment
from castline.audio.info_frame import Framing
from castline.audio.mp3_frames import FRAME_SAMPLES, FRAME_SIZE_BYTES, find_foreign_frame, main_data_begin
from castline.audio.profile import Loudness, Quality, profile_of
from castline.pcm import SAMPLE_WIDTH_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from hashlib import _Hash as Hash

_TAG_OFFSET: Final = 13
_TAGS: Final = {b"Xing", b"Info"}


_QUALITY: Final = "quality"
_SAMPLES: Final = "samples"
_WORDS_BYTES: Final = "words-bytes"
_MASTERED_FOR: Final = "mastered-for"
_MASTERED_NOTES_BYTES: Final = "mastered-notes-bytes"


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of a stored segment's parts."""

    samples: int
    """The segment's length in ticks."""
    quality: Quality = Quality.STANDARD
    words_bytes: int = 0
    """The size of the packed words; 0 without words."""
    loudness: Loudness = Loudness.NONE
    """The loudness of the mastered frames; NONE without such frames."""
    mastered_notes_bytes: int = 0
    """The size of the notes on the mastered frames."""

    @property
    def frames(self) -> range:
        """The bytes of the MP3 frames."""
        return frames_range(self.samples) if self.quality is Quality.STANDARD else range(0)

    @property
    def pcm(self) -> range:
        """The bytes of the PCM."""
        return pcm_range(self.samples, self.quality)

    @property
    def words(self) -> range:
        """The bytes of the packed words."""
        return range(self.pcm.stop, self.pcm.stop + self.words_bytes)

    @property
    def mastered_notes(self) -> range:
        """The bytes of the notes on the mastered frames."""
        return range(self.words.stop, self.words.stop + self.mastered_notes_bytes)

    @property
    def mastered_frames(self) -> range:
        """The bytes of the mastered frames, which take as much space as the other frames."""
        start = self.mastered_notes.stop
        return range(start, start if self.loudness is Loudness.NONE else start + len(self.frames))

    def to_metadata(self) -> Mapping[str, str]:
        """Return the layout as metadata of the object.

        Standard quality and a lack of mastered frames are the defaults, which are left out.
        """
        metadata = {_SAMPLES: str(self.samples), _WORDS_BYTES: str(self.words_bytes)}
        if self.quality is not Quality.STANDARD:
            metadata[_QUALITY] = self.quality.value
        if self.loudness is not Loudness.NONE:
            metadata[_MASTERED_FOR] = self.loudness.value
            metadata[_MASTERED_NOTES_BYTES] = str(self.mastered_notes_bytes)
        return metadata

    @classmethod
    def of_object(cls, size_bytes: int, metadata: Mapping[str, str]) -> Self:
        """Return the layout of an object from its metadata or, if that has no layout, from its size.

        Raises:
            BrokenSegment: The metadata is damaged, or no segment's object has that size.
        """
        if _SAMPLES not in metadata:
            return cls(samples_in(size_bytes))
        try:
            layout = cls(
                int(metadata[_SAMPLES]),
                Quality(metadata.get(_QUALITY, "standard")),
                int(metadata[_WORDS_BYTES]),
                Loudness(metadata.get(_MASTERED_FOR, "none")),
                int(metadata.get(_MASTERED_NOTES_BYTES, "0")),
            )
        except (KeyError, ValueError):
            raise BrokenSegment("a segment's metadata does not describe its layout") from None
        sizes = (layout.samples - 1, layout.words_bytes, layout.mastered_notes_bytes)
        if min(sizes) < 0 or layout.mastered_frames.stop != size_bytes:
            raise BrokenSegment(f"a segment of {layout.samples} samples does not have {size_bytes} bytes")
        return layout


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment in its stored form."""

    samples: int
    """The segment's length in ticks."""
    body: bytes
    """The object's content: frames, PCM, words, notes on the mastered frames, and mastered frames."""
    quality: Quality = Quality.STANDARD
    words_bytes: int = 0
    loudness: Loudness = Loudness.NONE
    mastered_notes_bytes: int = 0

    @property
    def layout(self) -> Layout:
        """The places of the segment's parts."""
        return Layout(self.samples, self.quality, self.words_bytes, self.loudness, self.mastered_notes_bytes)

    @property
    def frames(self) -> bytes:
        """The segment's MP3 frames, as many as ``Framing.of(samples)`` states. The first needs no frame before it.

        A segment of studio quality has none.
        """
        return self.body[_as_slice(self.layout.frames)]

    @property
    def pcm(self) -> bytes:
        """The segment's PCM."""
        return self.body[_as_slice(self.layout.pcm)]

    def with_mastered(self, frames: bytes, *, loudness: Loudness, notes: bytes) -> StoredSegment:
        """Return this segment, which must not have mastered frames yet, with mastered frames and notes on them."""
        return replace(self, body=self.body + notes + frames, loudness=loudness, mastered_notes_bytes=len(notes))


@dataclass(frozen=True, slots=True)
class Checksums:
    """Checksums of a stored segment's frames and PCM; see :func:`part_checksum`."""

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
    """Start the checksum of one part of a segment: SHA-256 of the segment's fingerprint and the part's bytes.

    The fingerprint makes the check fail if the part is stored under another segment's key.
    """
    return hashlib.sha256(fingerprint.encode("ascii"))


def digest(checksum: Hash) -> str:
    """Return the first 128 bits of a checksum, in hex. The rest is cut off because metadata has room for 2 KB."""
    return checksum.hexdigest()[:32]


def frames_range(samples: int) -> range:
    """Return the range of bytes of the MP3 frames in the object of a segment of ``samples`` samples."""
    return range(Framing.of(samples).audio_frames * FRAME_SIZE_BYTES)


def pcm_range(samples: int, quality: Quality = Quality.STANDARD) -> range:
    """Return the range of bytes of the PCM in the object of a segment of ``samples`` ticks."""
    if quality is Quality.STANDARD:
        start, samples_per_tick = frames_range(samples).stop, 1
    else:
        start, samples_per_tick = 0, profile_of(quality, has_music=False).samples_per_tick
    return range(start, start + samples * samples_per_tick * SAMPLE_WIDTH_BYTES)


def samples_in(size_bytes: int) -> int:
    """Return the number of samples of a segment of standard quality without words, from the size of its object.

    Raises:
        BrokenSegment: No segment's object has that size.
    """
    # Every further 576 samples, or a part of them, take one more frame.
    smallest_bytes = pcm_range(1).stop
    bytes_per_frame = FRAME_SIZE_BYTES + FRAME_SAMPLES * SAMPLE_WIDTH_BYTES
    frames_before = (size_bytes - smallest_bytes) // bytes_per_frame
    frames_bytes = frames_range(max(0, frames_before) * FRAME_SAMPLES + 1).stop
    samples, rest = divmod(size_bytes - frames_bytes, SAMPLE_WIDTH_BYTES)
    if rest or samples < 1 or pcm_range(samples).stop != size_bytes:
        raise BrokenSegment(f"no segment has {size_bytes} bytes")
    return samples


def encode_segment(pcm: bytes, *, words: bytes = b"") -> StoredSegment:
    """Encode ``pcm`` as a stored segment of standard quality, and check the properties that joining relies on.

    Args:
        pcm: At least one sample.
        words: The segment's packed words.

    Raises:
        LengthMismatch: The encoder wrote more or fewer frames than the number of samples requires.
        BrokenSegment: The encoder wrote anything but bare frames, or frames that cannot follow any others.
    """
    from castline.audio.mp3 import encode_frames  # needs the speech layer, which the API does not have

    samples = len(pcm) // SAMPLE_WIDTH_BYTES
    frames = b"".join(encode_frames([pcm], samples))
    foreign = find_foreign_frame(frames)
    if foreign is not None:
        raise BrokenSegment(f"frame {foreign} of an encoded segment has another header")
    if main_data_begin(frames) != 0:
        raise BrokenSegment("the first frame of an encoded segment needs frames before it")
    if frames[_TAG_OFFSET : _TAG_OFFSET + 4] in _TAGS:
        raise BrokenSegment("the first frame of an encoded segment is a tag")
    return StoredSegment(samples, frames + pcm + words, words_bytes=len(words))


def studio_segment(pcm: bytes, *, words: bytes = b"") -> StoredSegment:
    """Return ``pcm`` at 48 kHz as a stored segment of studio quality.

    Args:
        pcm: At least one sample. An odd number of samples is padded with a silent one, because a tick has two.
        words: The segment's packed words.
    """
    tick_bytes = profile_of(Quality.STUDIO, has_music=False).samples_per_tick * SAMPLE_WIDTH_BYTES
    pcm += bytes(-len(pcm) % tick_bytes)
    return StoredSegment(len(pcm) // tick_bytes, pcm + words, Quality.STUDIO, len(words))


def _as_slice(part: range) -> slice:
    return slice(part.start, part.stop)
