"""Memory while a file is made, which does not grow with the file's length."""

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
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from castline.audio.samples import Channels

TURN_SAMPLES = 24_000
TURN = noise(TURN_SAMPLES)
FEW_TURNS, MANY_TURNS = 6, 60


def chunks_of_a_turn() -> Iterator[bytes]:
    for start in range(0, len(TURN), 8_192):
        yield TURN[start : start + 8_192]


def peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def mix_and_master(turns: int) -> None:
    """Mix and master overlapping turns of a second."""
    timeline = lay_out(single_turns([TURN_SAMPLES] * turns, gap_ms=0), crossfade_ms=100)

    def mixed() -> Iterator[Channels]:
        spoken = (read_samples(chunks_of_a_turn()) for _ in range(turns))
        return (samples[np.newaxis] for samples in mix(spoken, timeline, fade_in_ticks=2_400))

    for _ in master(mixed, STANDARD, Loudness.PODCAST.target).pcm():
        pass


def encode(turns: int, output_format: OutputFormat, folder: Path) -> None:
    write_file(
        folder / "file",
        output_format,
        (chunk for _ in range(turns) for chunk in chunks_of_a_turn()),
        profile=STANDARD,
        total_samples=turns * TURN_SAMPLES,
        tags=Tags(title="t"),
    )


def test_ten_times_the_turns_take_no_more_memory_to_mix_and_master() -> None:
    few, many = (peak_bytes(lambda turns=turns: mix_and_master(turns)) for turns in (FEW_TURNS, MANY_TURNS))  # type: ignore[misc]

    # But for the powers of each 100 ms, of which an hour has 36,000
    assert many < few + 100_000
    assert many < 12_000_000


@pytest.mark.parametrize("output_format", OutputFormat)
def test_ten_times_the_audio_takes_no_more_memory_to_encode(output_format: OutputFormat, tmp_path: Path) -> None:
    few, many = (
        peak_bytes(lambda turns=turns: encode(turns, output_format, tmp_path))  # type: ignore[misc]
        for turns in (FEW_TURNS, MANY_TURNS)
    )

    assert many < few + 100_000
    assert many < 12_000_000
