"""An iterable of byte chunks as a file to read from, for uploads that want a file."""

from __future__ import annotations

from io import RawIOBase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import WriteableBuffer


class ChunkStream(RawIOBase):
    """Reads ``chunks`` as they are produced and keeps at most one of them.

    Wrapped in ``io.BufferedReader``, ``read(n)`` gives less than ``n`` bytes only at the end. What ``chunks``
    raises, ``read`` raises.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Read from ``chunks``."""
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self.size_bytes = 0  # read so far

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill ``buffer`` from one chunk; 0 means the end."""
        target = memoryview(buffer).cast("B")
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self.size_bytes += size
        return size
