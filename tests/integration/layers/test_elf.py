"""Shared libraries are read as binutils read them, and keep what is loaded when the rest is cut off."""

from __future__ import annotations

import ctypes
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import av
import pytest

from layers import elf

if TYPE_CHECKING:
    from layers.build import Artefacts

MODULES = sorted(Path(av.__file__).parent.rglob("*.so"))
(LIBAVCODEC,) = Path(av.__file__).parent.with_name("av.libs").glob("libavcodec-*")
(X264,) = LIBAVCODEC.parent.glob("libx264-*")


def segments(library: bytes) -> list[tuple[int, int, int, int, bytes]]:
    """Return the segments to load: address, size in memory, alignment, flags and content. Demand that they can be."""
    (table,) = struct.unpack_from("<Q", library, 32)
    size, count = struct.unpack_from("<HH", library, 54)
    found = []
    for number in range(count):
        kind, flags, offset, address, _, held, memory, align = struct.unpack_from(
            "<IIQQQQQQ", library, table + number * size
        )
        if kind == 1:
            assert (offset - address) % align == 0
            assert offset + held <= len(library)
            found.append((address, memory, align, flags, library[offset : offset + held]))
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_what_is_loaded_is_kept_and_little_else(module: Path) -> None:
    whole = module.read_bytes()

    part = elf.loadable_part(whole)

    (first, *others), (first_kept, *others_kept) = segments(whole), segments(part)
    assert others_kept == others
    assert first_kept[:4] == first[:4]
    table = 64 + 56 * struct.unpack_from("<H", whole, 56)[0]
    assert first_kept[4][table:] == first[4][table:]  # all but the headers
    pages = sum(align for _, _, align, _, _ in segments(part))
    assert len(part) <= sum(len(content) for *_, content in segments(part)) + pages


def test_a_library_works_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "libx264.so"
    path.write_bytes(elf.loadable_part(X264.read_bytes()))

    library = ctypes.CDLL(str(path))

    assert ctypes.c_int.in_dll(library, "x264_chroma_format").value >= 0


def test_every_deployed_module_of_pyav_can_be_mapped(deployed: Artefacts) -> None:
    for module in (deployed.speech / "python" / "av").rglob("*.so"):
        assert segments(module.read_bytes())


def test_a_library_says_what_it_needs_and_offers() -> None:
    codecs, x264 = elf.Library.read(LIBAVCODEC), elf.Library.read(X264)

    assert codecs.soname == LIBAVCODEC.name
    assert {X264.name, "libc.so.6"} <= codecs.needs
    assert {"x264_levels", "x264_encoder_close", "memcpy"} <= codecs.undefined
    assert "avcodec_open2" in codecs.defined
    assert x264.defined["x264_encoder_close"].data_bytes is None
    assert (x264.defined["x264_levels"].data_bytes or 0) > 100


@pytest.mark.skipif(shutil.which("nm") is None, reason="binutils are not installed")
@pytest.mark.parametrize("library", [LIBAVCODEC, X264], ids=["libavcodec", "libx264"])
def test_its_symbols_are_those_that_nm_shows(library: Path) -> None:
    shown = subprocess.run(  # noqa: S603 (a library of ours)
        [str(shutil.which("nm")), "-D", "--without-symbol-versions", library],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = elf.Library.read(library)

    assert set(re.findall(r"^ +[Uvw] (.+)$", shown, re.MULTILINE)) == found.undefined
    assert set(re.findall(r"^[0-9a-f]+ . (.+)$", shown, re.MULTILINE)) == set(found.defined)


def test_something_else_is_not_a_library(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"MZ")

    with pytest.raises(elf.NotALibrary):
        elf.Library.read(tmp_path / "file")
    with pytest.raises(elf.NotALibrary):
        elf.loadable_part(b"MZ")
