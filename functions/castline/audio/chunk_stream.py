"""A readable stream over an iterable of byte chunks, for uploads that need a file object."""

from __future__ import annotations

from io import RawIOBase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import WriteableBuffer


class ChunkStream(RawIOBase):
    """A stream that reads ``chunks`` as they are produced and keeps at most one of them in memory.

    Wrapped in ``io.BufferedReader``, ``read(n)`` returns less than ``n`` bytes only at the end. An exception that
    ``chunks`` raises is raised by ``read``.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Read from ``chunks``."""
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self.size_bytes = 0  # number of bytes read so far

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill ``buffer`` from one chunk and return the number of bytes; 0 means the end."""
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
