"""Mastered frames: segments are as loud as wanted in a file, and what their powers say is what is heard."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from castline.audio.formats import OutputFormat
from castline.audio.info_frame import Framing, info_frame
from castline.audio.loudness import gated_lufs, integrated_lufs
from castline.audio.mastered_segment import StepPowers, master_segment
from castline.audio.mp3_frames import FRAME_SAMPLES, FRAME_SIZE_BYTES, SILENT_FRAME
from castline.audio.profile import LoudnessTarget
from castline.audio.samples import to_pcm
from castline.pcm import SAMPLE_RATE_HZ
from tests.unit.audio.ffmpeg import ebur128_of_file
from tests.unit.audio.test_limiter import speech

if TYPE_CHECKING:
    from pathlib import Path

TARGET = LoudnessTarget(-16.0, -1.5)
FRAME_MS = 24


def mastered(seconds: float, *, pause_ms: float = 0, peak_db: float = 0.0) -> tuple[bytes, StepPowers, int]:
    """Return the frames and powers of speech with a click every tenth of a second, and its length in samples."""
    samples = speech(int(SAMPLE_RATE_HZ * seconds), gain_db=-14.0, rate=SAMPLE_RATE_HZ, channels=1)
    samples[:, :: SAMPLE_RATE_HZ // 10] *= np.float32(10 ** (peak_db / 20))
    pcm = to_pcm(samples)
    lufs = integrated_lufs(pcm, SAMPLE_RATE_HZ)
    assert lufs is not None
    return *master_segment(pcm, gain_db=TARGET.lufs - lufs, target=TARGET, pause_ms=pause_ms), len(pcm) // 2


@pytest.mark.parametrize(
    ("seconds", "pause_ms", "peak_db"), [(1.5, 100, 0.0), (1.5, 0, 14.0), (6.0, 300, 14.0), (6.0, 2_000, 0.0)]
)
def test_a_file_of_segments_is_as_loud_as_wanted_whatever_their_peaks_and_lengths(
    tmp_path: Path, seconds: float, pause_ms: int, peak_db: float
) -> None:
    frames, _, _ = mastered(seconds, pause_ms=pause_ms, peak_db=peak_db)

    # When a file has segments with such pauses between them
    segments = (frames + SILENT_FRAME * round(pause_ms / FRAME_MS)) * 10
    samples = len(segments) // FRAME_SIZE_BYTES * FRAME_SAMPLES - FRAME_SAMPLES
    file = tmp_path / f"file.{OutputFormat.MP3}"
    file.write_bytes(info_frame(Framing.of(samples)) + segments)

    # Then, as another FFmpeg measures it
    measured = ebur128_of_file(file)
    assert measured.lufs == pytest.approx(TARGET.lufs, abs=0.3)
    assert measured.peak_dbtp <= TARGET.ceiling_dbtp


def test_powers_tell_how_loud_a_segment_is(tmp_path: Path) -> None:
    frames, powers, samples = mastered(6.0, peak_db=14.0)

    file = tmp_path / f"segment.{OutputFormat.MP3}"
    file.write_bytes(info_frame(Framing.of(samples)) + frames)

    measured = ebur128_of_file(file)
    assert gated_lufs(StepPowers.unpack(powers.pack()).powers) == pytest.approx(measured.lufs, abs=0.3)


def test_one_short_word_is_not_raised_by_much() -> None:
    _, powers, _ = mastered(0.5, pause_ms=300)

    assert gated_lufs(powers.powers) == pytest.approx(TARGET.lufs + 1, abs=0.2)


def test_silence_stays_silent() -> None:
    _, powers = master_segment(bytes(48_000), gain_db=6.0, target=TARGET)

    assert gated_lufs(powers.powers) is None


def test_a_long_segment_takes_little_more_memory_than_its_pcm() -> None:
    # Given the longest utterance of a batch: a task masters eight of them at once
    pcm = to_pcm(np.tile(speech(SAMPLE_RATE_HZ, gain_db=-2.0), (1, 60)))

    tracemalloc.start()
    try:
        master_segment(pcm, gain_db=6.0, target=TARGET)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak_bytes < 4 * len(pcm)
