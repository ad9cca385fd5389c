"""Upsampling, compared with measurements in numpy, which is not deployed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.providers.polly.upsampling import upsample_16k_to_24k

FULL_SCALE = 32_767


def tone(hz: float, *, rate_hz: int, samples: int, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(samples) / rate_hz)


def pcm(samples: np.ndarray) -> bytes:
    return np.round(samples).astype("<i2").tobytes()


def heard(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<i2").astype(float)


def level_db(samples: np.ndarray, hz: float, *, amplitude: float) -> float:
    """Return the level of one frequency in 24 kHz audio, relative to a tone of ``amplitude``."""
    window = np.hanning(len(samples))
    turning = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / 24_000)
    return float(20 * np.log10(2 * abs((samples * window * turning).sum()) / window.sum() / amplitude + 1e-12))


def test_a_tone_keeps_its_level_and_gets_no_image() -> None:
    for hz in [50, 440, 1_000, 2_500, 4_000, 5_333, 6_000, 6_500]:
        # Given a second of a tone
        given = tone(hz, rate_hz=16_000, samples=16_000, amplitude=16_000)

        # When it is converted
        converted = heard(upsample_16k_to_24k(pcm(given)))

        # Then it is as loud as before, and its mirror image about 8 kHz is not heard
        assert abs(level_db(converted, hz, amplitude=16_000)) < 0.5
        assert level_db(converted, 16_000 - hz, amplitude=16_000) < -45


def test_nothing_is_delayed_and_all_that_is_left_is_rounding() -> None:
    given = sum(tone(hz, rate_hz=16_000, samples=3_200, amplitude=4_000) for hz in (210, 1_330, 4_700))
    expected = sum(tone(hz, rate_hz=24_000, samples=4_800, amplitude=4_000) for hz in (210, 1_330, 4_700))

    converted = heard(upsample_16k_to_24k(pcm(np.asarray(given))))

    amid = slice(100, -100)  # the tones begin and end abruptly
    noise = converted[amid] - np.asarray(expected)[amid]
    assert 20 * np.log10(np.std(noise) / 4_000) < -45


@given(st.lists(st.integers(-FULL_SCALE - 1, FULL_SCALE), max_size=200))
def test_the_length_is_three_halves_and_every_second_sample_is_kept(samples: list[int]) -> None:
    given = np.array(samples, "<i2")

    converted = np.frombuffer(upsample_16k_to_24k(given.tobytes()), "<i2")

    assert len(converted) == -(-3 * len(samples) // 2)
    assert converted[0::3].tolist() == samples[0::2]


@given(st.lists(st.sampled_from([-FULL_SCALE - 1, 0, FULL_SCALE]), min_size=1, max_size=200))
def test_what_is_too_loud_is_clipped_and_never_wraps(samples: list[int]) -> None:
    """The result is that of unlimited numbers, clipped at the end."""
    given = np.array(samples, "<i2")

    converted = heard(upsample_16k_to_24k(given.tobytes()))
    quiet = heard(upsample_16k_to_24k((given // 8).astype("<i2").tobytes())) * 8

    assert np.abs(converted - np.clip(quiet, -FULL_SCALE - 1, FULL_SCALE)).max() <= 8 * 4


def test_silence_stays_silent() -> None:
    assert upsample_16k_to_24k(bytes(640)) == bytes(960)
    assert upsample_16k_to_24k(b"") == b""


def test_a_constant_stays_constant() -> None:
    converted = heard(upsample_16k_to_24k(pcm(np.full(1_600, 10_000.0))))

    assert np.abs(converted[60:-60] - 10_000).max() <= 1
