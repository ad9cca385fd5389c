"""The stored segments of a dialogue, as the assembly reads them."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.audio.errors import BrokenSegment
from castline.audio.profile import Quality
from castline.audio.stored_segment import Layout, digest, part_checksum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from castline.audio.storage import AudioStorage
    from castline.jobs.model import SpokenSegment


class StoredSegments:
    """A ``castline.audio.assembly.SegmentSource`` in S3.

    Attributes:
        position: of the segment that was asked for last: the one to blame when reading fails.
    """

    def __init__(
        self,
        storage: AudioStorage,
        user_id: str,
        segments: Sequence[SpokenSegment],
        *,
        quality: Quality = Quality.STANDARD,
    ) -> None:
        """Read segments.

        Args:
            storage: where they are.
            user_id: who has had them spoken.
            segments: in spoken order.
            quality: in which all of them are stored. Those of studio quality have PCM of 48 kHz and no frames.
        """
        self.position = 0
        self._quality = quality
        self._parts = [_FRAMES, _PCM] if quality is Quality.STANDARD else [_PCM]
        self._storage = storage
        self._user_id = user_id
        self._segments = segments

    def frames(self) -> Iterator[Iterator[bytes]]:
        """Yield the MP3 frames of every segment.

        Raises:
            ValueError: they are of studio quality.
        """
        if _FRAMES not in self._parts:
            raise ValueError("segments of studio quality have no frames")
        return self._read(_FRAMES)

    def pcm(self) -> Iterator[Iterator[bytes]]:
        """Yield the PCM of every segment."""
        return self._read(_PCM)

    def pcm_of(self, position: int) -> Iterator[bytes]:
        """Return the PCM of one segment."""
        segment = self._segments[position]
        return _checked(next(self._open([(segment, _PCM)])), segment, _PCM)

    def broken(self) -> Iterator[SpokenSegment]:
        """Read everything, and yield each segment that is not what was stored."""
        for segment in {each.fingerprint: each for each in self._segments}.values():
            parts = [(segment, part) for part in self._parts]
            try:
                for stream, (_, part) in zip(self._open(parts), parts, strict=True):
                    for _chunk in _checked(stream, segment, part):
                        pass
            except BrokenSegment:
                yield segment

    def _read(self, part: _Part) -> Iterator[Iterator[bytes]]:
        streams = self._open((segment, part) for segment in self._segments)
        for self.position, segment in enumerate(self._segments):  # noqa: B020 (so that it is seen from outside)
            yield _checked(next(streams), segment, part)

    def _open(self, parts: Iterable[tuple[SpokenSegment, _Part]]) -> Iterator[Iterator[bytes]]:
        return self._storage.read_parts(
            self._user_id,
            ((segment.fingerprint, part.place_in(Layout(segment.samples, self._quality))) for segment, part in parts),
        )


class _Part(NamedTuple):
    """One of the two parts of a stored segment that are heard."""

    place_in: Callable[[Layout], range]
    checksum_of: Callable[[SpokenSegment], str | None]


_FRAMES: Final = _Part(attrgetter("frames"), attrgetter("frames_checksum"))
_PCM: Final = _Part(attrgetter("pcm"), attrgetter("pcm_checksum"))


def _checked(chunks: Iterator[bytes], segment: SpokenSegment, part: _Part) -> Iterator[bytes]:
    """Pass a part of a segment on, and compare its checksum at its end.

    Raises:
        BrokenSegment: it is not what was stored.
    """
    checksum = part_checksum(segment.fingerprint)
    for chunk in chunks:
        checksum.update(chunk)
        yield chunk
    expected = part.checksum_of(segment)
    if expected is not None and digest(checksum) != expected:
        raise BrokenSegment(f"segment {segment.fingerprint} is not what was stored")
