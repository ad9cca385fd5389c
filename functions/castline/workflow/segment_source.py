"""The stored segments of a dialogue, as the assembly reads them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from castline.audio.errors import BrokenSegment
from castline.audio.stored_segment import digest, frames_range, part_checksum, pcm_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import SpokenSegment


class StoredSegments:
    """A ``castline.audio.assembly.SegmentSource`` in S3.

    Attributes:
        position: of the segment that was asked for last: the one to blame when reading fails.
    """

    def __init__(self, storage: AudioStorage, user_id: str, segments: Sequence[SpokenSegment]) -> None:
        """Read ``segments``, which ``user_id`` has had spoken, in spoken order."""
        self.position = 0
        self._storage = storage
        self._user_id = user_id
        self._segments = segments

    def frames(self) -> Iterator[Iterator[bytes]]:
        """The MP3 frames of every segment."""
        return self._read(frames_range, lambda segment: segment.frames_checksum)

    def pcm(self) -> Iterator[Iterator[bytes]]:
        """The PCM of every segment."""
        return self._read(pcm_range, _pcm_checksum)

    def pcm_of(self, position: int) -> Iterator[bytes]:
        """The PCM of one segment."""
        segment = self._segments[position]
        stream = next(self._storage.read_parts(self._user_id, [self._part(segment, pcm_range)]))
        return _checked(stream, segment, _pcm_checksum(segment))

    def broken(self) -> Iterator[SpokenSegment]:
        """Read everything, and yield each segment that is not what was stored."""
        for segment in dict.fromkeys(self._segments):
            parts = [self._part(segment, bytes_of) for bytes_of in (frames_range, pcm_range)]
            try:
                frames, pcm = self._storage.read_parts(self._user_id, parts)
                for _ in chain(
                    _checked(frames, segment, segment.frames_checksum), _checked(pcm, segment, segment.pcm_checksum)
                ):
                    pass
            except BrokenSegment:
                yield segment

    def _read(
        self, bytes_of: Callable[[int], range], checksum_of: Callable[[SpokenSegment], str | None]
    ) -> Iterator[Iterator[bytes]]:
        parts = (self._part(segment, bytes_of) for segment in self._segments)
        streams = self._storage.read_parts(self._user_id, parts)
        for self.position in range(len(self._segments)):  # noqa: B020 (that is the point: it is seen from outside)
            segment = self._segments[self.position]
            yield _checked(next(streams), segment, checksum_of(segment))

    def _part(self, segment: SpokenSegment, bytes_of: Callable[[int], range]) -> tuple[str, range]:
        return segment.fingerprint, bytes_of(segment.samples)


def _pcm_checksum(segment: SpokenSegment) -> str | None:
    return segment.pcm_checksum


def _checked(chunks: Iterator[bytes], segment: SpokenSegment, expected: str | None) -> Iterator[bytes]:
    """Pass a part of a segment on, and compare its checksum at its end.

    Raises:
        BrokenSegment: it is not what was stored.
    """
    checksum = part_checksum(segment.fingerprint)
    for chunk in chunks:
        checksum.update(chunk)
        yield chunk
    if expected is not None and digest(checksum) != expected:
        raise BrokenSegment(f"segment {segment.fingerprint} is not what was stored")
