from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline.speech.errors import ProviderAuthFailed, ProviderMisconfigured, ProviderThrottled, ProviderUnavailable
from castline.speech.providers.polly.provider import AmazonPolly
from castline.speech.voice_list import Gender, Voice
from local.polly_speech import VOICES

if TYPE_CHECKING:
    from castline.speech.errors import SpeechError
    from local.polly_speech import PollyEmulator


def no_drop(count: int) -> None:
    raise AssertionError(f"{count} voices were dropped")


@pytest.mark.parametrize("engine", ["generative", "standard"])
def test_the_list_has_the_voices_of_the_engine_from_all_pages(emulator: PollyEmulator, engine: str) -> None:
    voices = AmazonPolly({"engine": engine}).list_voices({}, dropped=no_drop)

    assert [voice.voice_id for voice in voices] == [name for name, voice in VOICES.items() if engine in voice.engines]


def test_a_voice_is_described_as_castline_describes_voices(emulator: PollyEmulator) -> None:
    voices = {voice.voice_id: voice for voice in AmazonPolly({}).list_voices({}, dropped=no_drop)}

    assert voices["Zhiyu"] == Voice(
        voice_id="Zhiyu",
        name="Zhiyu",
        language="zh-CN",
        language_name="Chinese Mandarin",
        gender=Gender.FEMALE,
        latin_name="Zhiyu",
    )
    assert (voices["Matthew"].language, voices["Matthew"].gender) == ("en-US", Gender.MALE)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("throttled", ProviderThrottled),
        ("access-denied", ProviderAuthFailed),
        ("internal-error", ProviderUnavailable),
        ("html", ProviderMisconfigured),
    ],
)
def test_a_failure_is_classified(emulator: PollyEmulator, fault: str, error: type[SpeechError]) -> None:
    emulator.next_faults.append(fault)

    with pytest.raises(error):
        AmazonPolly({}).list_voices({}, dropped=no_drop)
