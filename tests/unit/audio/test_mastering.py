from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from castline.audio.encoder_effects import EncoderEffect, effect_of
from castline.audio.encoding import write_file
from castline.audio.formats import OutputFormat
from castline.audio.mastering import master
from castline.audio.profile import STANDARD, AudioProfile, Loudness, LoudnessTarget, Quality, profile_of
from castline.audio.tags import Tags
from tests.unit.audio.ffmpeg import ebur128, ebur128_of_file
from tests.unit.audio.test_limiter import speech

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STEREO = profile_of(Quality.STUDIO, has_music=True)


def pieces(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [samples[:, start : start + 10_007] for start in range(0, samples.shape[1], 10_007)]


def loud_and_soft(profile: AudioProfile, *, gain_db: float) -> NDArray[np.float32]:
    rate, channels = profile.sample_rate_hz, profile.channels
    parts = [
        speech(rate * 2, gain_db=gain_db, rate=rate, channels=channels),
        np.zeros((channels, rate), np.float32),
        speech(rate * 2, gain_db=gain_db - 18, rate=rate, channels=channels),
    ]
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(
    ("loudness", "profile", "gain_db"),
    [
        (Loudness.PODCAST, STANDARD, -30.0), (Loudness.PODCAST, STEREO, 10.0), (Loudness.AUDIOBOOK, STEREO, -30.0),
        (Loudness.AUDIOBOOK, STANDARD, 10.0), (Loudness.BROADCAST, STANDARD, -4.0),
        (Loudness.BROADCAST, STEREO, 10.0),
    ],
)  # fmt: skip
def test_a_mix_becomes_as_loud_as_its_target_and_no_peak_exceeds_the_ceiling(
    loudness: Loudness, profile: AudioProfile, gain_db: float
) -> None:
    # Given a mix whose parts are of very unequal loudness
    mix = pieces(loud_and_soft(profile, gain_db=gain_db))
    target = loudness.target
    assert target is not None

    # When
    mastered = master(lambda: mix, profile, target)
    pcm = b"".join(mastered.pcm())

    # Then, as another FFmpeg measures it
    measured = ebur128(pcm, profile.sample_rate_hz, channels=profile.channels)
    assert measured.lufs == pytest.approx(target.lufs, abs=0.3)
    assert measured.peak_dbtp <= target.ceiling_dbtp
    assert mastered.lufs == pytest.approx(measured.lufs, abs=0.3)
    assert len(pcm) == sum(part.size for part in mix) * 2


def test_a_mix_without_a_target_is_left_as_it_is() -> None:
    mix = pieces(loud_and_soft(STANDARD, gain_db=-10.0))

    mastered = master(lambda: mix, STANDARD, Loudness.NONE.target)

    assert all(np.array_equal(one, other) for one, other in zip(mix, mastered.samples(), strict=True))
    assert mastered.lufs is None


def test_silence_stays_silent() -> None:
    mix = [np.zeros((1, 24_000), np.float32)]

    mastered = master(lambda: mix, STANDARD, Loudness.PODCAST.target)

    assert b"".join(mastered.pcm()) == bytes(48_000)
    assert mastered.lufs is None


def test_the_loudness_of_a_mix_that_cannot_reach_its_target_is_what_was_measured() -> None:
    # Given clicks so far apart that a limiter leaves nothing near the target
    clicks = np.full((1, 24_000 * 4), 1e-4, np.float32)
    clicks[:, ::12_000] = 1.0
    mix = pieces(clicks)

    mastered = master(lambda: mix, STANDARD, LoudnessTarget(-3.0, -20.0))

    measured = ebur128(b"".join(mastered.pcm()), 24_000)
    assert measured.lufs < -10
    assert mastered.lufs == pytest.approx(measured.lufs, abs=0.3)


def test_headroom_is_kept_for_an_encoder() -> None:
    mix = pieces(loud_and_soft(STANDARD, gain_db=0.0))

    mastered = master(lambda: mix, STANDARD, Loudness.PODCAST.target, effect=EncoderEffect(headroom_db=2.0))

    measured = ebur128(b"".join(mastered.pcm()), 24_000)

    assert measured.peak_dbtp <= -3.5
    assert measured.lufs == pytest.approx(-16.0, abs=0.3)


@pytest.mark.parametrize("output_format", OutputFormat)
@pytest.mark.parametrize("profile", [STANDARD, STEREO], ids=["standard", "studio"])
def test_a_file_of_every_format_keeps_loudness_and_ceiling(
    output_format: OutputFormat, profile: AudioProfile, tmp_path: Path
) -> None:
    mix = pieces(loud_and_soft(profile, gain_db=-8.0))
    path = tmp_path / f"file.{output_format.extension}"

    mastered = master(lambda: mix, profile, Loudness.PODCAST.target, effect=effect_of(output_format, profile))
    total_samples = sum(part.shape[1] for part in mix)
    write_file(
        path, output_format, mastered.pcm(), profile=profile, total_samples=total_samples, tags=Tags(title="t")
    )

    measured = ebur128_of_file(path)
    assert measured.lufs == pytest.approx(-16.0, abs=0.4)
    assert measured.peak_dbtp <= -1.5
