from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from castline.audio.formats import OutputFormat, encode
from castline.audio.timeline import lay_out
from tests.turn_lengths import single_turns
from tests.unit.audio.pcm_samples import mix_pcm, noise

if TYPE_CHECKING:
    from collections.abc import Iterator

TURN_SAMPLES = 24_000
TURN = noise(TURN_SAMPLES)


def chunks_of_a_turn() -> Iterator[bytes]:
    for start in range(0, len(TURN), 8_192):
        yield TURN[start : start + 8_192]


def peak_bytes(turns: int, output_format: OutputFormat) -> int:
    """Return the peak memory while a dialogue with overlapping turns is mixed and encoded."""
    timeline = lay_out(single_turns([TURN_SAMPLES] * turns, gap_ms=0), crossfade_ms=100)
    pcm = mix_pcm((chunks_of_a_turn() for _ in range(turns)), timeline, fade_in_samples=2_400)
    tracemalloc.start()
    try:
        for _ in encode(output_format, pcm, timeline.total_samples):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("output_format", OutputFormat)
def test_ten_times_the_turns_take_no_more_memory(output_format: OutputFormat) -> None:
    few, many = peak_bytes(20, output_format), peak_bytes(200, output_format)

    assert many < few + 20_000
    assert many < 500_000
