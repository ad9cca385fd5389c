from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from castline.audio.encoding import write_file
from castline.audio.formats import OutputFormat
from castline.audio.mastering import master
from castline.audio.mixing import mix
from castline.audio.profile import STANDARD, Loudness
from castline.audio.samples import read_samples
from castline.audio.tags import Tags
from castline.audio.timeline import lay_out
from tests.turn_lengths import single_turns
from tests.unit.audio.pcm_samples import noise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from castline.audio.samples import Channels

TURN_SAMPLES = 24_000
TURN = noise(TURN_SAMPLES)


def chunks_of_a_turn() -> Iterator[bytes]:
    for start in range(0, len(TURN), 8_192):
        yield TURN[start : start + 8_192]


def peak_bytes(turns: int, output_format: OutputFormat, folder: Path) -> int:
    """Return the peak memory while a dialogue with overlapping turns is mixed, mastered and encoded."""
    timeline = lay_out(single_turns([TURN_SAMPLES] * turns, gap_ms=0), crossfade_ms=100)

    def mixed() -> Iterator[Channels]:
        spoken = (read_samples(chunks_of_a_turn()) for _ in range(turns))
        return (samples[np.newaxis] for samples in mix(spoken, timeline, fade_in_ticks=2_400))

    tracemalloc.start()
    try:
        mastered = master(mixed, STANDARD, Loudness.PODCAST.target)
        write_file(
            folder / "file",
            output_format,
            mastered.pcm(),
            profile=STANDARD,
            total_samples=timeline.total_samples,
            tags=Tags(title="t"),
        )
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("output_format", OutputFormat)
def test_ten_times_the_turns_take_no_more_memory(output_format: OutputFormat, tmp_path: Path) -> None:
    few, many = (peak_bytes(turns, output_format, tmp_path) for turns in (20, 200))

    # But for the powers of each 100 ms, of which an hour has 36,000
    assert many < few + 100_000
    assert many < 12_000_000
