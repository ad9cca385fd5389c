"""The benchmark's files, whose lengths it checks, of fewer and shorter segments.

Each file is made in a process of its own, so that all its memory counts, also that of the encoders.
"""

from __future__ import annotations

import pytest

from benchmarks.assembly import Folder
from benchmarks.recipe import Recipe

# What is known of a turn takes some kilobytes, its audio nothing.
KNOWN_AND_NOISE_MB = 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Fill a folder with segments of three seconds, which long files repeat, and with music."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_SECONDS", 3.0), ("_DISTINCT_SEGMENTS", 3), ("_MUSIC_SECONDS", 20)):
            patch.setattr(f"benchmarks.spoken_segments.{name}", value)
        return Folder.fill(tmp_path_factory.mktemp("segments"))


def test_twenty_times_the_segments_take_no_more_memory_to_copy(folder: Folder) -> None:
    few, many = (folder.measure(Recipe.MP3, "castline", count) for count in (30, 600))

    assert many.size_bytes > 20_000_000
    assert many.figures.peak_rss_mb < few.figures.peak_rss_mb + KNOWN_AND_NOISE_MB


@pytest.mark.parametrize(
    ("recipe", "segments"),
    [(Recipe.STUDIO_MP3_WITH_MUSIC, 20), (Recipe.M4B, 60)],
    ids=["STUDIO_MP3_WITH_MUSIC", "M4B"],
)
def test_many_times_the_segments_take_no_more_memory_to_mix(folder: Folder, recipe: Recipe, segments: int) -> None:
    few, many = (folder.measure(recipe, "castline", count) for count in (4, segments))

    assert many.audio_seconds > 4.9 * few.audio_seconds
    assert many.figures.peak_rss_mb < few.figures.peak_rss_mb + KNOWN_AND_NOISE_MB


def test_pydub_makes_a_file_of_the_same_length(folder: Folder) -> None:
    pytest.importorskip("pydub", reason="the benchmark group is not installed")

    ours, theirs = (folder.measure(Recipe.STUDIO_MP3_WITH_MUSIC, way, 3) for way in ("castline", "pydub"))

    assert ours.audio_seconds == pytest.approx(theirs.audio_seconds, abs=0.1)
