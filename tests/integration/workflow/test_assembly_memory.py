"""A long dialogue is assembled in the memory of a short one."""

from __future__ import annotations

from benchmarks.assembly_memory import aws_over_http, measure
from benchmarks.recipe import Recipe

# A part of an upload is held while it fills; the shorter file is smaller than that.
PART_MB = 5
NOISE_MB = 4


def test_peak_memory_does_not_grow_with_the_dialogue() -> None:
    with aws_over_http():
        short = measure(20, Recipe.MP3)
        long = measure(200, Recipe.MP3)

    assert long.audio_seconds > 9.9 * short.audio_seconds
    assert long.peak_rss_mb < short.peak_rss_mb + PART_MB + NOISE_MB
