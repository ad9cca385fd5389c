"""Reader of a dialogue's stored segments for the assembly."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.audio.errors import BrokenSegment
from castline.audio.keys import mastered_name
from castline.audio.profile import Loudness, Quality
from castline.audio.stored_segment import Layout, digest, part_checksum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import SpokenSegment

_KEPT_BYTES: Final = 32 * 1024 * 1024
"""The greatest size of a dialogue's PCM that is kept in memory after it was read: 11 minutes in standard quality.

It is kept because a file with a loudness target is mixed at least twice.
"""


class StoredSegments:
    """A ``castline.audio.assembly.SegmentSource`` that reads from S3. The PCM of a short dialogue is read only once.

    Attributes:
        position: the position of the segment that was requested last. If reading fails, this segment is broken.
    """

    def __init__(
        self,
        storage: AudioStorage,
        user_id: str,
        segments: Sequence[SpokenSegment],
        *,
        quality: Quality = Quality.STANDARD,
        loudness: Loudness = Loudness.NONE,
    ) -> None:
        """Read segments.

        Args:
            storage: the storage of the segments.
            user_id: the owner of the segments.
            segments: the segments in spoken order.
            quality: the quality of all segments. Segments of studio quality have PCM of 48 kHz and no frames.
            loudness: the loudness of the file. If it has a target, the frames are those that are mastered for it.
        """
        self.position = 0
        self._quality = quality
        self._loudness = loudness
        self._frames = _FRAMES if loudness.target is None else _MASTERED
        self._parts = [_PCM]
        if quality is Quality.STANDARD:
            self._parts.append(_FRAMES)
        if any(segment.mastered is not None for segment in segments):
            self._parts.append(_MASTERED)
        self._reading = _PCM
        self._kept: list[list[bytes]] = []
        """The PCM of all segments after it was read; empty before, and if it is too large to keep."""
        self._storage = storage
        self._user_id = user_id
        self._segments = segments

    def frames(self) -> Iterator[Iterator[bytes]]:
        """Yield the MP3 frames of every segment.

        Raises:
            ValueError: the segments are of studio quality.
        """
        if _FRAMES not in self._parts:
            raise ValueError("segments of studio quality have no frames")
        return self._read(self._frames)

    def pcm(self) -> Iterator[Iterator[bytes]]:
        """Yield the PCM of every segment."""
        if self._kept:
            return self._read_again()
        streams = self._read(_PCM)
        sizes = (len(Layout(segment.samples, self._quality).pcm) for segment in self._segments)
        return self._keep(streams) if sum(sizes) <= _KEPT_BYTES else streams

    def pcm_of(self, position: int) -> Iterator[bytes]:
        """Return the PCM of one segment."""
        segment = self._segments[position]
        return _checked(next(self._open([(segment, _PCM)])), segment, _PCM)

    def remove_broken(self) -> None:
        """Read all segments again, and delete every damaged object and the object that was read last.

        The next job speaks a deleted segment again, or makes deleted mastered frames again.
        """
        names = {self._name(self._segments[self.position], self._reading)}
        for segment in {each.fingerprint: each for each in self._segments}.values():
            for part in self._parts:
                try:
                    for _chunk in _checked(next(self._open([(segment, part)])), segment, part):
                        pass
                except BrokenSegment:
                    names.add(self._name(segment, part))
        for name in names:
            self._storage.delete_segment(self._user_id, name)

    def _read(self, part: _Part) -> Iterator[Iterator[bytes]]:
        self._reading = part
        streams = self._open((segment, part) for segment in self._segments)
        for self.position, segment in enumerate(self._segments):  # noqa: B020 (callers read the attribute)
            yield _checked(next(streams), segment, part)

    def _read_again(self) -> Iterator[Iterator[bytes]]:
        for self.position, chunks in enumerate(self._kept):  # noqa: B020 (callers read the attribute)
            yield iter(chunks)

    def _keep(self, streams: Iterator[Iterator[bytes]]) -> Iterator[Iterator[bytes]]:
        """Yield the streams. Keep their content in memory after all of them have been read to the end."""
        read: list[list[bytes]] = []

        def keeping(stream: Iterator[bytes]) -> Iterator[bytes]:
            chunks = []
            for chunk in stream:
                chunks.append(chunk)
                yield chunk
            read.append(chunks)
            if len(read) == len(self._segments):
                self._kept = read

        return map(keeping, streams)

    def _open(self, parts: Iterable[tuple[SpokenSegment, _Part]]) -> Iterator[Iterator[bytes]]:
        return self._storage.read_parts(
            self._user_id,
            (
                (self._name(segment, part), part.place_of(segment, Layout(segment.samples, self._quality)))
                for segment, part in parts
            ),
        )

    def _name(self, segment: SpokenSegment, part: _Part) -> str:
        has_own_object = part is _MASTERED and segment.mastered is not None and segment.mastered.start_byte is None
        return mastered_name(segment.fingerprint, self._loudness) if has_own_object else segment.fingerprint


class _Part(NamedTuple):
    """A part of a stored segment that holds audio."""

    place_of: Callable[[SpokenSegment, Layout], range]
    checksum_of: Callable[[SpokenSegment], str | None]


def _mastered_place(segment: SpokenSegment, layout: Layout) -> range:
    start = (segment.mastered.start_byte if segment.mastered else None) or 0
    return range(start, start + len(layout.frames))


_FRAMES: Final = _Part(lambda _segment, layout: layout.frames, attrgetter("frames_checksum"))
_PCM: Final = _Part(lambda _segment, layout: layout.pcm, attrgetter("pcm_checksum"))
_MASTERED: Final = _Part(_mastered_place, lambda segment: segment.mastered.checksum if segment.mastered else None)
"""The mastered frames, at the end of the segment's object or in an object of their own."""


def _checked(chunks: Iterator[bytes], segment: SpokenSegment, part: _Part) -> Iterator[bytes]:
    """Yield a part of a segment unchanged, and compare its checksum at the end.

    Raises:
        BrokenSegment: the checksum differs from the stored one.
    """
    checksum = part_checksum(segment.fingerprint)
    for chunk in chunks:
        checksum.update(chunk)
        yield chunk
    expected = part.checksum_of(segment)
    if expected is not None and digest(checksum) != expected:
        raise BrokenSegment(f"segment {segment.fingerprint} is not what was stored")
