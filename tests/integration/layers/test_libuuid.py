"""Our libuuid works as libuuid does."""

from __future__ import annotations

import ctypes
import uuid
from typing import TYPE_CHECKING

import pytest

from layers import libuuid
from layers.build import BUILD
from tests.integration.layers.conftest import HERE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder: Path = tmp_path_factory.mktemp("libuuid")
    libuuid.compile_into(folder / "lib", architecture=HERE, cache=BUILD / "zig")
    return ctypes.CDLL(str(folder / "lib" / libuuid.NAME))


def generated(library: ctypes.CDLL) -> uuid.UUID:
    binary = ctypes.create_string_buffer(16)
    library.uuid_generate(binary)
    return uuid.UUID(bytes=binary.raw)


def test_a_uuid_is_random_and_says_so(library: ctypes.CDLL) -> None:
    made = [generated(library) for _ in range(300)]

    assert len(set(made)) == 300
    assert {each.version for each in made} == {4}
    assert {each.variant for each in made} == {uuid.RFC_4122}
    # No bit but those six is ever the same in all.
    ones, zeros = 0, 0
    for each in made:
        ones, zeros = ones | each.int, zeros | ~each.int
    assert (ones & zeros & (2**128 - 1)).bit_count() == 122


def test_a_uuid_is_written_in_lower_case_with_a_zero_at_the_end(library: ctypes.CDLL) -> None:
    value = uuid.UUID("01234567-89ab-4def-8123-456789ABCDEF")
    text = ctypes.create_string_buffer(b"\xff" * 40, 40)

    library.uuid_unparse_lower(value.bytes, text)

    assert text.raw == str(value).encode() + b"\0" + b"\xff" * 3


def test_it_offers_nothing_else(library: ctypes.CDLL) -> None:
    assert not hasattr(library, "uuid_parse")
