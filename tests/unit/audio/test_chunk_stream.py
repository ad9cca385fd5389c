from __future__ import annotations

from io import BufferedReader
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.audio.chunk_stream import ChunkStream

if TYPE_CHECKING:
    from collections.abc import Iterator


@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(1, 50))
def test_reads_are_full_until_the_end(chunks: list[bytes], size: int) -> None:
    # Given chunks of any sizes, empty ones among them
    stream = ChunkStream(chunks)
    reader = BufferedReader(stream)

    # When
    reads = list(iter(lambda: reader.read(size), b""))

    # Then
    assert b"".join(reads) == b"".join(chunks)
    assert all(len(read) == size for read in reads[:-1])
    assert stream.size_bytes == len(b"".join(chunks))


def test_what_the_source_raises_reaches_the_reader() -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise LookupError("no more")

    reader = BufferedReader(ChunkStream(broken()))

    with pytest.raises(LookupError, match="no more"):
        reader.read(100)
