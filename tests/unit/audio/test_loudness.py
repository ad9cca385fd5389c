"""Loudness, compared with the ``ebur128`` filter of an FFmpeg of another build."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio.loudness import (
    STEP_MS,
    PlacedPowers,
    PowerMeter,
    gated_lufs,
    integrated_lufs,
    powers_of_timeline,
)
from castline.audio.samples import to_pcm
from tests.unit.audio.ffmpeg import ebur128

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATES = (24_000, 48_000)


def sound(kind: str, rate: int) -> NDArray[np.float32]:
    seconds = np.arange(rate * 6) / rate
    noise = np.random.default_rng(1).standard_normal(len(seconds))
    made = {
        "sine": 0.3 * np.sin(2 * math.pi * 997 * seconds),
        "noise": 0.05 * noise,
        "hum": 0.4 * np.sin(2 * math.pi * 55 * seconds),
        "pauses": 0.05 * noise * (np.sin(2 * math.pi * seconds / 3) > 0),
        "loud and soft": noise * np.where(seconds < 3, 0.1, 0.004),
    }
    return made[kind].astype(np.float32)[np.newaxis]


def test_loudness_is_what_another_program_measures() -> None:
    for kind, rate in [
        ("sine", 24_000), ("noise", 48_000), ("hum", 24_000), ("pauses", 48_000), ("loud and soft", 24_000),
    ]:  # fmt: skip
        pcm = to_pcm(sound(kind, rate))

        measured = integrated_lufs(pcm, rate)

        assert measured == pytest.approx(ebur128(pcm, rate).lufs, abs=0.12)


@pytest.mark.parametrize("rate", RATES)
def test_a_full_scale_sine_of_997_hz_in_one_channel_has_3_01_lufs_less_than_none(rate: int) -> None:
    seconds = np.arange(rate * 5) / rate
    sine = np.sin(2 * math.pi * 997 * seconds).astype(np.float32)[np.newaxis]

    assert integrated_lufs(to_pcm(sine * np.float32(0.999)), rate) == pytest.approx(-3.01, abs=0.05)


def test_the_same_in_two_channels_is_3_db_louder() -> None:
    samples = sound("noise", 48_000)
    loudness = []
    for channels in (1, 2):
        meter = PowerMeter(sample_rate_hz=48_000, channels=channels)
        meter.add(np.repeat(samples, channels, axis=0))
        loudness.append(gated_lufs(meter.powers()))

    assert loudness[0] is not None
    assert loudness[1] == pytest.approx(loudness[0] + 3.01, abs=0.01)


def test_silence_has_no_loudness() -> None:
    assert integrated_lufs(bytes(48_000), 24_000) is None
    assert integrated_lufs(b"", 24_000) is None
    assert gated_lufs(np.zeros(0)) is None


def test_a_word_shorter_than_a_block_is_measured_as_it_is() -> None:
    long, short = sound("noise", 24_000), sound("noise", 24_000)[:, :4_800]

    assert integrated_lufs(to_pcm(short), 24_000) == pytest.approx(integrated_lufs(to_pcm(long), 24_000), abs=0.5)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(100, 30_000), min_size=1, max_size=6))
def test_power_does_not_depend_on_how_samples_arrive(sizes: list[int]) -> None:
    samples = sound("pauses", 24_000)[:, :72_000]
    whole, parts = (PowerMeter(sample_rate_hz=24_000, channels=1) for _ in range(2))

    whole.add(samples)
    start = 0
    while start < samples.shape[1]:
        size = sizes[start % len(sizes)]
        parts.add(samples[:, start : start + size])
        start += size

    assert np.allclose(whole.powers(), parts.powers())


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(48, 900), st.integers(150, 3_000)), min_size=1, max_size=12), st.integers(0, 999)
)
def test_segments_on_a_timeline_are_as_loud_as_what_is_heard(places: list[tuple[int, int]], seed: int) -> None:
    # Given segments of different levels with pauses between them, as copied frames have
    rng = np.random.default_rng(seed)
    heard, measured, position_ms = [], [], 0
    for pause_ms, length_ms in places:
        segment = (rng.standard_normal((1, length_ms * 24)) * rng.uniform(0.05, 0.12)).astype(np.float32)
        meter = PowerMeter(sample_rate_hz=24_000, channels=1)
        meter.add(segment)
        measured.append(PlacedPowers(position_ms + pause_ms, length_ms, STEP_MS, meter.powers()))
        heard += [np.zeros((1, pause_ms * 24), np.float32), segment]
        position_ms += pause_ms + length_ms

    # When
    predicted = gated_lufs(powers_of_timeline(measured, duration_ms=position_ms))

    # Then
    actual = integrated_lufs(to_pcm(np.concatenate(heard, axis=1)), 24_000)
    assert predicted is not None
    assert actual is not None
    if position_ms >= 1_500:
        assert predicted == pytest.approx(actual, abs=0.1 if position_ms >= 5_000 else 0.3)
