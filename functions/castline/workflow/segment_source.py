"""The stored segments of a dialogue, as the assembly reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.audio.stored_segment import frames_range, pcm_range

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
        return self._read(frames_range)

    def pcm(self) -> Iterator[Iterator[bytes]]:
        """The PCM of every segment."""
        return self._read(pcm_range)

    def pcm_of(self, position: int) -> Iterator[bytes]:
        """The PCM of one segment."""
        part = self._part(self._segments[position], pcm_range)
        return next(self._storage.read_parts(self._user_id, [part]))

    def _read(self, bytes_of: Callable[[int], range]) -> Iterator[Iterator[bytes]]:
        parts = (self._part(segment, bytes_of) for segment in self._segments)
        streams = self._storage.read_parts(self._user_id, parts)
        for self.position in range(len(self._segments)):  # noqa: B020 (that is the point: it is seen from outside)
            yield next(streams)

    def _part(self, segment: SpokenSegment, bytes_of: Callable[[int], range]) -> tuple[str, range]:
        return segment.fingerprint, bytes_of(segment.samples)
