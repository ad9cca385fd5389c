"""A wheel of PyAV that is not as the build expects it is not deployed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import av
import pytest

from layers import elf, ffmpeg
from layers.build import BUILD
from tests.integration.layers.conftest import HERE

LIBRARIES = Path(av.__file__).parent.with_name("av.libs")
(X264,) = LIBRARIES.glob("libx264-*")


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Return a folder with links to the libraries of PyAV, and none of its modules."""
    shutil.copytree(LIBRARIES, tmp_path / "packages" / "av.libs", copy_function=os.symlink)
    (tmp_path / "packages" / "av").mkdir()
    return tmp_path / "packages"


def reduce(packages: Path) -> None:
    ffmpeg.reduce(packages, architecture=HERE, cache=BUILD / "zig")


def test_what_others_need_of_a_library_is_there_afterwards(packages: Path) -> None:
    reduce(packages)

    replaced = elf.Library.read(packages / "av.libs" / X264.name)
    codecs = elf.Library.read(next((packages / "av.libs").glob("libavcodec-*")))
    original = elf.Library.read(X264)
    assert replaced.soname == original.soname
    assert set(replaced.defined) == codecs.undefined & set(original.defined)
    assert replaced.defined["x264_levels"] == original.defined["x264_levels"]
    assert replaced.needs == frozenset()


def test_a_wheel_without_one_of_the_libraries_fails_the_build(packages: Path) -> None:
    (packages / "av.libs" / X264.name).unlink()

    with pytest.raises(ffmpeg.Unreplaceable, match="libx264"):
        reduce(packages)


def test_two_libraries_of_a_name_fail_the_build(packages: Path) -> None:
    shutil.copy(X264, packages / "av.libs" / "libx264-00000000.so.165")

    with pytest.raises(ffmpeg.Unreplaceable, match="libx264"):
        reduce(packages)


def test_a_library_that_nobody_needs_any_more_fails_the_build(packages: Path) -> None:
    next((packages / "av.libs").glob("libavcodec-*")).unlink()

    with pytest.raises(ffmpeg.Unreplaceable, match=r"is needed for \[\]"):
        reduce(packages)
