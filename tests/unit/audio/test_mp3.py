from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.audio import mp3
from castline.audio.errors import LengthMismatch
from castline.audio.mp3 import encode_mp3
from castline.audio.profile import STANDARD, AudioProfile, Quality, profile_of
from tests.unit.audio.decoding import decode, lag_samples
from tests.unit.audio.pcm_samples import cut, hum, to_array


def test_a_decoder_gives_back_exactly_the_samples_that_went_in() -> None:
    around_frames = [1, 2, 47, 48, 528, 529, 530, 575, 576, 577, 1_151, 1_152, 1_153, 24_000]

    assert [len(decode(b"".join(encode_mp3([hum(length)], length)))) for length in around_frames] == around_frames


@settings(max_examples=20)
@given(st.integers(1, 6_000))
def test_no_length_is_an_exception(length: int) -> None:
    file = b"".join(encode_mp3([hum(length)], length))

    assert len(decode(file)) == length


@pytest.mark.parametrize("length", [575, 1_153, 48_001])
def test_decoded_audio_lies_where_the_source_lies(length: int) -> None:
    source = hum(length)

    decoded = decode(b"".join(encode_mp3([source], length)))

    assert abs(lag_samples(decoded, to_array(source))) <= 1
    error = decoded.astype(float) - to_array(source)
    assert np.sqrt((error**2).mean()) < 0.1 * to_array(source).std()


def test_the_chunks_in_which_pcm_comes_make_no_difference() -> None:
    source = hum(20_000)

    assert b"".join(encode_mp3(cut(source, [2, 1_000, 30_000]), 20_000)) == b"".join(encode_mp3([source], 20_000))


def test_every_frame_is_288_bytes_of_96_kbit_per_second_mono() -> None:
    file = b"".join(encode_mp3([hum(24_000)], 24_000))

    assert len(file) % 288 == 0
    assert {file[offset : offset + 4].hex() for offset in range(0, len(file), 288)} == {"fff3a4c4"}


@pytest.mark.parametrize("has_music", [False, True], ids=["mono", "stereo"])
@pytest.mark.parametrize("length", [1, 528, 1_152, 1_727, 48_001])
def test_studio_quality_is_as_exact(length: int, has_music: bool) -> None:
    # Given channels that differ
    profile = profile_of(Quality.STUDIO, has_music=has_music)
    source = to_array(hum(length * profile.channels)).reshape(-1, profile.channels)

    # When
    file = b"".join(encode_mp3([source.tobytes()], length, profile))

    # Then
    decoded, rate_hz = soundfile.read(io.BytesIO(file), dtype="int16", always_2d=True)
    assert (decoded.shape, rate_hz) == (source.shape, 48_000)
    assert {file[offset : offset + 3].hex() for offset in range(0, len(file), 576)} == {"fffbb4"}
    if length >= 48_000:
        for heard, spoken in zip(decoded.T, source.T, strict=True):
            assert abs(lag_samples(heard, spoken)) <= 1
        error = decoded.astype(float) - source
        assert np.sqrt((error**2).mean()) < 0.25 * source.std()  # noise is the hardest to encode


@pytest.mark.parametrize("profile", [STANDARD, profile_of(Quality.STUDIO, has_music=True)], ids=["mono", "stereo"])
def test_pcm_of_another_length_than_promised_is_refused(profile: AudioProfile) -> None:
    for held in (0, 1, 999, 1_001, 5_000):
        with pytest.raises(LengthMismatch):
            list(encode_mp3([hum(held * profile.channels)], 1_000, profile))


def test_an_encoder_that_leaves_frames_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an encoder whose last frames get lost
    class Forgetful:
        def __init__(self, encoder: Any) -> None:
            self._encoder = encoder

        def encode(self, pcm: bytes) -> bytes:
            return bytes(self._encoder.encode(pcm))

        def flush(self) -> bytes:
            return bytes(self._encoder.flush())[:-288]

    make_encoder = mp3._encoder
    monkeypatch.setattr(mp3, "_encoder", lambda profile: Forgetful(make_encoder(profile)))

    # Then
    with pytest.raises(LengthMismatch, match="frames"):
        list(encode_mp3([hum(1_000)], 1_000))
