from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio.limiter import limit
from castline.audio.samples import to_pcm
from tests.unit.audio.ffmpeg import ebur128

if TYPE_CHECKING:
    from numpy.typing import NDArray

CEILING_DBTP = -1.5


def speech(samples: int, *, gain_db: float, rate: int = 24_000, channels: int = 1) -> NDArray[np.float32]:
    """Return noise below 4 kHz in syllables, whose peaks stand out as those of speech do."""
    rng = np.random.default_rng(samples)
    kernel = np.hanning(rate // 2_000 + 1)
    noise = np.array(
        [np.convolve(rng.laplace(size=samples + len(kernel) - 1), kernel, "valid") for _ in range(channels)]
    )
    noise /= np.sqrt((noise**2).mean())
    syllables = 0.6 + 0.4 * np.sin(2 * math.pi * 4 * np.arange(samples) / rate)
    return (noise * syllables * 10 ** ((gain_db - 20) / 20)).astype(np.float32)


def limited(samples: NDArray[np.float32], sizes: list[int], rate: int = 24_000) -> NDArray[np.float32]:
    starts = np.cumsum([0, *np.resize(sizes, samples.shape[1] // min(sizes) + 1)])
    chunks = (samples[:, start:end] for start, end in itertools.pairwise(starts))
    return np.concatenate(list(limit(chunks, sample_rate_hz=rate, ceiling_dbtp=CEILING_DBTP)), axis=1)


@pytest.mark.parametrize(("rate", "channels"), [(24_000, 1), (48_000, 1), (48_000, 2)])
@pytest.mark.parametrize("gain_db", [0.0, 24.0])
def test_true_peaks_stay_below_the_ceiling(gain_db: float, rate: int, channels: int) -> None:
    loud = speech(rate * 3, gain_db=gain_db, rate=rate, channels=channels)

    quiet = limited(loud, [rate // 10, 7_001], rate)

    assert quiet.shape == loud.shape
    assert ebur128(to_pcm(quiet), rate, channels=channels).peak_dbtp <= CEILING_DBTP


def test_what_has_no_peak_above_the_ceiling_is_left_as_it_is() -> None:
    quiet = speech(48_000, gain_db=-20.0)

    assert np.array_equal(limited(quiet, [4_800]), quiet)


def test_a_single_click_is_lowered_and_not_cut_off() -> None:
    for at in [0, 24, 2_500, 4_999]:
        # Given a click in a steady tone
        tone = (0.1 * np.sin(np.arange(5_000) / 10)).astype(np.float32)[np.newaxis]
        clicked = tone.copy()
        clicked[0, at] = 4.0

        quiet = limited(clicked, [1_000])

        # Then the click is as loud as allowed, and what is 50 ms away is as it was
        assert 20 * math.log10(abs(float(quiet[0, at]))) == pytest.approx(CEILING_DBTP, abs=1.0)
        far = np.abs(np.arange(5_000) - at) > 1_200
        assert np.allclose(quiet[:, far], tone[:, far], atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6_000), st.lists(st.integers(1, 3_000), min_size=1, max_size=4))
def test_the_result_does_not_depend_on_how_samples_arrive(length: int, sizes: list[int]) -> None:
    loud = speech(length, gain_db=18.0)

    parts = limited(loud, sizes)

    assert parts.shape == loud.shape
    assert np.allclose(parts, limited(loud, [10_000]), atol=1e-6)


def test_gain_changes_slowly() -> None:
    steady = np.full((1, 24_000), 0.5, np.float32)
    steady[0, 12_000] = 3.0

    gains = limited(steady, [2_400])[0] / steady[0]

    assert np.abs(np.diff(gains)).max() < 0.005


def test_a_peak_between_two_samples_is_seen() -> None:
    quarter = np.sin(2 * math.pi * np.arange(2_400) / 4 + math.pi / 4).astype(np.float32)[np.newaxis]

    assert np.abs(quarter).max() == pytest.approx(0.707, abs=0.001)
    # Then the limiter lowers it by as much as a peak of 1.0 demands, a margin of 0.1 dB included
    lowered = np.abs(limited(quarter, [600])[0, 600:1_800]).max() / np.abs(quarter).max()
    assert lowered == pytest.approx(10 ** ((CEILING_DBTP - 0.1) / 20), abs=0.02)
