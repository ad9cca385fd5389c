"""The benchmark's joins, which check the length of their results, on fewer segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.assembly import measure
from benchmarks.spoken_segments import SpokenSegments, speak_segments

if TYPE_CHECKING:
    from pathlib import Path

# The timeline of a turn takes half a kilobyte, its audio nothing.
TIMELINE_AND_NOISE_MB = 1.5


@pytest.fixture(scope="module")
def segments(tmp_path_factory: pytest.TempPathFactory) -> SpokenSegments:
    folder: Path = tmp_path_factory.mktemp("segments")
    speak_segments(folder)
    return SpokenSegments.open(folder)


def test_twenty_times_the_segments_take_no_more_memory(segments: SpokenSegments) -> None:
    few, many = measure("frames", segments, 50), measure("frames", segments, 1_000)

    assert many.size_bytes > 70_000_000
    assert many.figures.peak_rss_mb < few.figures.peak_rss_mb + TIMELINE_AND_NOISE_MB
    assert many.figures.peak_rss_mb < 64


def test_pydub_joins_the_same_segments_to_the_same_length_in_much_more_time(segments: SpokenSegments) -> None:
    pytest.importorskip("pydub", reason="the benchmark group is not installed")

    ours, baseline = measure("frames", segments, 60), measure("pydub", segments, 60)

    assert ours.audio_seconds == pytest.approx(baseline.audio_seconds, abs=0.15)
    assert ours.figures.wall_seconds < baseline.figures.wall_seconds / 5
