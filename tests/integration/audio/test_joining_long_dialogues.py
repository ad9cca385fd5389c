"""The benchmark's files, whose lengths it checks, of fewer segments."""

from __future__ import annotations

import pytest

from benchmarks.assembly import Folder
from benchmarks.recipe import Recipe

# What is known of a turn takes some kilobytes, its audio nothing.
KNOWN_AND_NOISE_MB = 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder.fill(tmp_path_factory.mktemp("segments"))


def test_twenty_times_the_segments_take_no_more_memory_to_copy(folder: Folder) -> None:
    few, many = (folder.measure(Recipe.MP3, "castline", count) for count in (30, 600))

    assert many.size_bytes > 40_000_000
    assert many.figures.peak_rss_mb < few.figures.peak_rss_mb + KNOWN_AND_NOISE_MB


@pytest.mark.parametrize("recipe", [Recipe.STUDIO_MP3_WITH_MUSIC, Recipe.M4B], ids=lambda recipe: recipe.name)
def test_five_times_the_segments_take_no_more_memory_to_mix(folder: Folder, recipe: Recipe) -> None:
    few, many = (folder.measure(recipe, "castline", count) for count in (10, 50))

    assert many.audio_seconds > 4.9 * few.audio_seconds
    assert many.figures.peak_rss_mb < few.figures.peak_rss_mb + KNOWN_AND_NOISE_MB


@pytest.mark.parametrize("recipe", Recipe, ids=lambda recipe: recipe.name)
def test_pydub_makes_files_of_the_same_length(folder: Folder, recipe: Recipe) -> None:
    pytest.importorskip("pydub", reason="the benchmark group is not installed")

    ours, theirs = (folder.measure(recipe, way, 10) for way in ("castline", "pydub"))

    assert ours.audio_seconds == pytest.approx(theirs.audio_seconds, abs=0.1)
