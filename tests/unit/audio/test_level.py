from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.audio.info_frame import Framing, info_frame
from castline.audio.level import normalize_level, speech_level_dbfs
from castline.audio.stored_segment import encode_segment
from castline.pcm import trim
from local.azure_speech.espeak import EspeakEngine
from local.azure_speech.ssml import Passage, Prosody
from local.azure_speech.voices import VOICES
from tests.unit.audio.decoding import decode
from tests.unit.audio.pcm_samples import hum, to_array

if TYPE_CHECKING:
    from collections.abc import Callable


SECOND = 24_000
CEILING = 29_205  # -1 dBFS
TEXTS = {
    "zh": ["你好，今天天氣真好！", "是啊，要不要一起去公園走走？那裡的花都開了。"],
    "ja": ["こんにちは。今日はとてもいい天気ですね、散歩に行きましょうか。"],
    "en": ["No.", "Hello! It is such a fine day today; shall we take a walk in the park?"],
}


def tone(amplitude: float, seconds: float) -> bytes:
    """Return a sine of 500 Hz, whose level is 3 dB below its amplitude."""
    samples = (round(amplitude * math.sin(number * math.pi / 24)) for number in range(round(seconds * SECOND)))
    return array("h", samples).tobytes()


def level(pcm: bytes) -> float:
    level_dbfs = speech_level_dbfs(pcm)
    assert level_dbfs is not None
    return level_dbfs


class TestLevel:
    def test_a_sine_is_3_db_below_its_amplitude(self) -> None:
        for seconds in [0.01, 0.39, 0.4, 0.41]:
            for amplitude, expected_dbfs in ((32_767, -3.01), (3_276.8, -23.01), (103.6, -53.01)):
                assert level(tone(amplitude, seconds)) == pytest.approx(expected_dbfs, abs=0.1)

    def test_pauses_do_not_make_speech_quieter(self) -> None:
        speech = tone(3_000, 2)

        with_pauses = speech + bytes(SECOND * 2) + speech + tone(30, 1)  # silence, then noise

        assert level(with_pauses) == pytest.approx(level(speech), abs=0.7)  # the blocks at the edges are half full

    def test_silence_has_none(self) -> None:
        for pcm in [b"", bytes(2), bytes(SECOND * 2), tone(5, 1)]:
            assert speech_level_dbfs(pcm) is None


class TestLevelling:
    @pytest.mark.parametrize("amplitude", [1_000, 4_000, 15_000])
    def test_the_target_is_met_whatever_the_level_was(self, amplitude: int) -> None:
        assert level(normalize_level(tone(amplitude, 1.5))) == pytest.approx(-22, abs=0.1)

    def test_no_more_is_added_than_20_db(self) -> None:
        whisper = tone(50, 2)

        assert level(normalize_level(whisper)) == pytest.approx(level(whisper) + 20, abs=0.1)

    def test_peaks_are_not_clipped_but_keep_the_whole_quieter(self) -> None:
        # Given a hum with one crack in it, 30 dB above it
        samples = array("h", tone(1_000, 2))
        samples[SECOND] = 31_000
        samples[SECOND + 1] = -31_000

        result = to_array(normalize_level(samples.tobytes())).astype(float)

        assert np.abs(result).max() == pytest.approx(CEILING, abs=2)
        assert np.allclose(result, np.array(samples) * (CEILING / 31_000), atol=2)  # the same, with one gain

    @given(st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=2_000))
    def test_nothing_exceeds_the_ceiling(self, samples: list[int]) -> None:
        pcm = array("h", samples).tobytes()

        result = to_array(normalize_level(pcm)).astype(int)

        assert len(result) == len(samples)
        assert np.abs(result).max() <= CEILING or speech_level_dbfs(pcm) is None

    def test_silence_stays_silence(self) -> None:
        assert normalize_level(bytes(SECOND)) == bytes(SECOND)
        assert normalize_level(tone(5, 1)) == tone(5, 1)
        assert not any(normalize_level(tone(4_000, 1), volume=0))

    @pytest.mark.parametrize("volume", [0.1, 1.0, 2.0])
    def test_the_volume_is_a_factor_for_the_level(self, volume: float) -> None:
        result = level(normalize_level(tone(4_000, 1), volume=volume))

        assert result == pytest.approx(-22 + 20 * math.log10(volume), abs=0.1)

    def test_what_is_louder_than_full_scale_is_limited_to_it(self) -> None:
        samples = array("h", tone(1_000, 2))
        samples[0], samples[1] = 32_000, -32_000

        result = to_array(normalize_level(samples.tobytes(), volume=2.0))

        assert (int(result.max()), int(result.min())) == (32_767, -32_768)


def stored_levels(spoken: list[bytes]) -> tuple[list[float], list[float]]:
    """Return the levels of normalized segments: of their PCM, and of their decoded MP3."""
    segments = [encode_segment(normalize_level(trim(pcm).pcm)) for pcm in spoken]
    files = [info_frame(Framing.of(each.samples)) + each.frames for each in segments]
    return [level(each.pcm) for each in segments], [level(decode(file).tobytes()) for file in files]


def test_voices_are_stored_at_one_level() -> None:
    # Given every fourth voice of the emulator
    engine = EspeakEngine()
    spoken = [
        engine.speak(Passage(text, voice, Prosody()))
        for voice in [*VOICES.values()][::4]
        for text in TEXTS.get(voice.locale[:2], TEXTS["en"])
    ]
    before = [level(pcm) for pcm in spoken]
    assert max(before) - min(before) > 6

    # Then
    pcm_levels, mp3_levels = stored_levels(spoken)
    levels = pcm_levels + mp3_levels
    assert max(levels) - min(levels) < 1
    assert levels == pytest.approx([-22] * len(levels), abs=0.75)


@pytest.mark.parametrize("shape", ["syllables", "with pauses"])
def test_speech_at_any_volume_is_stored_at_one_level(shape: str) -> None:
    # Given the same sound, from -40 to -17 dBFS
    shapes: dict[str, Callable[[int], float]] = {
        "syllables": lambda at: math.sin(at * math.pi / 4_800) ** 2,
        "with pauses": lambda at: 1.0 if at // SECOND % 2 == 0 else 0.0,
    }
    sound = to_array(hum(3 * SECOND)) * np.array([shapes[shape](at) for at in range(3 * SECOND)])
    level_dbfs = level(sound.astype(np.int16).tobytes())
    spoken = [
        (sound * 10 ** ((dbfs - level_dbfs) / 20)).clip(-32_768, 32_767).astype(np.int16).tobytes()
        for dbfs in (-40, -30, -24, -17)
    ]

    # Then
    pcm_levels, mp3_levels = stored_levels(spoken)
    levels = pcm_levels + mp3_levels
    assert max(levels) - min(levels) < 1
