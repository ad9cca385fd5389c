"""Mastered frames: a segment with peaks is as loud as one without, and what its powers say is what is heard."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from castline.audio.formats import OutputFormat
from castline.audio.info_frame import Framing, info_frame
from castline.audio.loudness import gated_lufs, integrated_lufs
from castline.audio.mastered_segment import StepPowers, master_segment
from castline.audio.profile import Loudness
from castline.audio.samples import to_pcm
from castline.pcm import SAMPLE_RATE_HZ
from tests.unit.audio.ffmpeg import ebur128_of_file
from tests.unit.audio.test_limiter import speech

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 6


@pytest.mark.parametrize("peak_db", [0.0, 14.0])
def test_a_segment_is_as_loud_as_wanted_whatever_its_peaks(tmp_path: Path, peak_db: float) -> None:
    # Given speech with a click every tenth of a second
    samples = speech(SAMPLE_RATE_HZ * SECONDS, gain_db=-14.0, rate=SAMPLE_RATE_HZ, channels=1)
    samples[:, :: SAMPLE_RATE_HZ // 10] *= np.float32(10 ** (peak_db / 20))
    pcm = to_pcm(samples)
    target = Loudness.PODCAST.target
    lufs = integrated_lufs(pcm, SAMPLE_RATE_HZ)
    assert target is not None
    assert lufs is not None

    # When
    frames, powers = master_segment(pcm, gain_db=target.lufs - lufs, target=target)

    # Then, as another FFmpeg measures it
    file = tmp_path / f"segment.{OutputFormat.MP3}"
    file.write_bytes(info_frame(Framing.of(len(pcm) // 2)) + frames)
    measured = ebur128_of_file(file)
    assert measured.lufs == pytest.approx(target.lufs, abs=0.3)
    assert measured.peak_dbtp <= target.ceiling_dbtp
    assert gated_lufs(StepPowers.unpack(powers.pack()).powers) == pytest.approx(measured.lufs, abs=0.3)


def test_silence_stays_silent() -> None:
    target = Loudness.PODCAST.target
    assert target is not None

    _, powers = master_segment(bytes(48_000), gain_db=6.0, target=target)

    assert gated_lufs(powers.powers) is None


def test_a_long_segment_takes_little_more_memory_than_its_pcm() -> None:
    # Given the longest utterance of a batch: a task masters eight of them at once
    target = Loudness.PODCAST.target
    assert target is not None
    pcm = to_pcm(np.tile(speech(SAMPLE_RATE_HZ, gain_db=-2.0), (1, 200)))

    tracemalloc.start()
    try:
        master_segment(pcm, gain_db=6.0, target=target)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak_bytes < 4 * len(pcm)
