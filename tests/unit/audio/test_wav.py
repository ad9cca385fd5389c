from __future__ import annotations

import io
import struct
import wave
from typing import TYPE_CHECKING

import pytest
import soundfile

from castline.audio.errors import LengthMismatch
from castline.audio.profile import Quality, profile_of
from castline.audio.wav import encode_wav, wav_header
from tests.unit.audio.pcm_samples import cut, noise

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_RIFF_SAMPLES = (0xFFFF_FFFF - 36) // 2


@pytest.mark.parametrize("length", [0, 1, 2_400])
def test_a_wav_holds_the_pcm_as_it_is(length: int) -> None:
    # When
    pcm = noise(length)
    file = b"".join(encode_wav(cut(pcm, [1_000, 2, 4_096]), length))

    # Then
    with wave.open(io.BytesIO(file)) as reader:
        assert reader.getparams()[:4] == (1, 2, 24_000, length)
        assert reader.readframes(length + 1) == pcm
    samples, rate_hz = soundfile.read(io.BytesIO(file), dtype="int16")
    assert (samples.tobytes(), rate_hz) == (pcm, 24_000)
    assert struct.unpack_from("<I", file, 4) == (len(file) - 8,)


@pytest.mark.parametrize("has_music", [False, True], ids=["mono", "stereo"])
def test_studio_quality_has_its_own_rate_and_channels(has_music: bool) -> None:
    # Given
    profile = profile_of(Quality.STUDIO, has_music=has_music)
    pcm = noise(1_000 * profile.channels)

    # When
    file = b"".join(encode_wav(cut(pcm, [999, 2]), 1_000, profile))

    # Then
    with wave.open(io.BytesIO(file)) as reader:
        assert reader.getparams()[:4] == (profile.channels, 2, 48_000, 1_000)
    samples, rate_hz = soundfile.read(io.BytesIO(file), dtype="int16")
    assert (samples.tobytes(), rate_hz) == (pcm, 48_000)
    assert struct.unpack_from("<IH", file, 28) == (48_000 * 2 * profile.channels, 2 * profile.channels)


@pytest.mark.parametrize("held", [0, 99, 101])
def test_pcm_of_another_length_than_promised_is_refused(held: int) -> None:
    with pytest.raises(LengthMismatch):
        list(encode_wav([noise(held)], 100))


def test_riff_is_used_as_far_as_its_32_bits_reach() -> None:
    assert wav_header(LARGEST_RIFF_SAMPLES)[:4] == b"RIFF"
    assert wav_header(LARGEST_RIFF_SAMPLES + 1)[:4] == b"RF64"
    stereo = profile_of(Quality.STUDIO, has_music=True)
    assert wav_header(LARGEST_RIFF_SAMPLES // 2, stereo)[:4] == b"RIFF"
    assert wav_header(LARGEST_RIFF_SAMPLES // 2 + 1, stereo)[:4] == b"RF64"


def test_an_rf64_header_keeps_its_sizes_in_64_bits() -> None:
    total_samples = 2**32

    header = wav_header(total_samples)

    magic, riff_size, form = struct.unpack_from("<4sI4s", header)
    chunk, chunk_size, riff_bytes, data_bytes, samples, table = struct.unpack_from("<4sIQQQI", header, 12)
    assert (magic, riff_size, form) == (b"RF64", 0xFFFF_FFFF, b"WAVE")
    assert (chunk, chunk_size, table) == (b"ds64", 28, 0)
    assert (data_bytes, samples) == (total_samples * 2, total_samples)
    assert riff_bytes == len(header) + data_bytes - 8
    assert header[-8:] == b"data\xff\xff\xff\xff"


def test_a_reader_finds_every_sample_of_a_file_above_4_gib(tmp_path: Path) -> None:
    # Given a file that is all hole but for its header
    total_samples = LARGEST_RIFF_SAMPLES + 1_000
    path = tmp_path / "long.wav"
    header = wav_header(total_samples)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + total_samples * 2)

    # Then
    info = soundfile.info(path)
    assert (info.format, info.frames, info.samplerate) == ("RF64", total_samples, 24_000)
