"""Providers and voices over HTTP, from the emulator's own list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline import composition
from castline.speech.azure_voices import fetch_voices
from castline.speech.errors import ProviderAuthFailed, ProviderMisconfigured, ProviderUnavailable, SpeechError
from castline.speech.voice_list import MAX_AGE_SECONDS, PATIENCE_SECONDS, Gender, Voice, VoiceList
from local import resources
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.voices import VOICES
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("functions_environment")


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    composition.reset()
    yield
    composition.reset()


def put_secret(**secret: str) -> None:
    import json

    client: Any = boto3.client("secretsmanager")
    client.put_secret_value(SecretId=resources.SECRET_ID, SecretString=json.dumps(secret))


def ids(query: str) -> list[str]:
    answer = call("GET", f"/voices{query}")
    assert answer.status == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["items"])
    return [voice["voice_id"] for voice in body["items"]]


def test_the_one_provider_says_what_it_takes() -> None:
    (provider,) = call("GET", "/providers").json()["items"]

    assert provider["id"] == "azure"
    assert provider["output_formats"] == ["mp3", "wav"]
    assert (provider["max_turns"], provider["max_characters"], provider["max_active_jobs"]) == (1000, 100_000, 3)


def test_all_voices_in_the_providers_order() -> None:
    assert ids("") == ids("?provider=azure") == list(VOICES)


def test_a_voice_is_described_in_its_own_language() -> None:
    voices = call("GET", "/voices?language=zh-TW&gender=female").json()["items"]

    assert voices[1] == {
        "voice_id": "zh-TW-HsiaoYuNeural",
        "name": "曉雨",
        "language": "zh-TW",
        "language_name": "Chinese (Taiwanese Mandarin, Traditional)",
        "gender": "female",
        "styles": [],
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?language=zh-TW", lambda voice: voice.locale == "zh-TW"),
        ("?language=ZH-tw", lambda voice: voice.locale == "zh-TW"),
        ("?language=zh", lambda voice: voice.locale.startswith("zh-")),
        ("?language=zh-CN", lambda voice: voice.locale in {"zh-CN", "zh-CN-liaoning"}),
        ("?language=xx", lambda _voice: False),
        ("?gender=male", lambda voice: voice.gender == "Male"),
        ("?language=en&gender=male", lambda voice: voice.locale.startswith("en-") and voice.gender == "Male"),
        ("?q=hsiao", lambda voice: "Hsiao" in voice.short_name),
        ("?q=曉雨", lambda voice: voice.local_name == "曉雨"),
        ("?q=taiwanese+mandarin", lambda voice: voice.locale == "zh-TW"),
    ],
)
def test_filters(query: str, expected: Any) -> None:
    assert ids(query) == [voice.short_name for voice in VOICES.values() if expected(voice)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?provider=parrot", "provider"),
        ("?language=zh_TW", "language"),
        ("?language=", "language"),
        ("?gender=Female", "gender"),
        ("?gender=", "gender"),
        ("?q=", "q"),
        (f"?q={'x' * 101}", "q"),
    ],
)
def test_bad_filters_are_named(query: str, field: str) -> None:
    answer = call("GET", f"/voices{query}")

    assert (answer.status, [error["field"] for error in answer.json()["details"]["errors"]]) == (400, [field])


def test_a_provider_that_cannot_be_reached_is_a_503_while_nothing_is_known(speech: AzureSpeechEmulator) -> None:
    # Given nobody at the provider's address
    put_secret(key=speech.key, host="ws://127.0.0.1:9")
    try:
        # When
        answer = call("GET", "/voices")
    finally:
        put_secret(key=speech.key, host=speech.host)

    # Then
    assert (answer.status, answer.json()["error"]) == (503, "PROVIDER_UNAVAILABLE")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_rotated_key_is_followed(speech: AzureSpeechEmulator) -> None:
    # Given a function that knows the old key, and an account that takes only the new one
    with AzureSpeechEmulator(key="new", voice_engine="tone") as rotated:
        put_secret(key="old", host=rotated.host)
        assert call("GET", "/voices").status == 503
        put_secret(key="new", host=rotated.host)

        # When / Then
        assert ids("?language=zh-TW")
    put_secret(key=speech.key, host=speech.host)


VOICE = Voice(voice_id="x", name="x", language="zh-TW", language_name="x", gender=Gender.NEUTRAL)


class TestVoiceList:
    def test_asks_once_an_hour_and_goes_on_with_the_old_list_when_it_cannot(self) -> None:
        # Given a provider that fails the second and the third time
        clock = [0.0]
        asked: list[float] = []
        stale: list[SpeechError] = []

        def fetch() -> tuple[Voice, ...]:
            asked.append(clock[0])
            if len(asked) in {2, 3}:
                raise ProviderUnavailable("down")
            return (VOICE,) * len(asked)

        voices = VoiceList(fetch, stale=stale.append, now=lambda: clock[0])

        # When the list is read again and again
        lengths = []
        for moment in (0, MAX_AGE_SECONDS - 1, MAX_AGE_SECONDS, MAX_AGE_SECONDS + PATIENCE_SECONDS - 1,
                       MAX_AGE_SECONDS + PATIENCE_SECONDS, MAX_AGE_SECONDS + 2 * PATIENCE_SECONDS):  # fmt: skip
            clock[0] = moment
            lengths.append(len(voices.voices()))

        # Then
        assert lengths == [1, 1, 1, 1, 1, 4]
        assert len(asked) == 4
        assert [str(error) for error in stale] == ["down", "down"]

    def test_asks_again_at_once_while_it_has_nothing(self) -> None:
        asked: list[bool] = []

        def fetch() -> tuple[Voice, ...]:
            asked.append(True)
            if len(asked) == 1:
                raise ProviderUnavailable("down")
            return (VOICE,)

        voices = VoiceList(fetch)

        with pytest.raises(ProviderUnavailable):
            voices.voices()
        assert voices.voices() == (VOICE,)


class TestAzure:
    def test_a_bad_key_is_told_without_the_key(self, speech: AzureSpeechEmulator) -> None:
        with pytest.raises(ProviderAuthFailed) as refused:
            fetch_voices(key="wrong", host=speech.host)

        assert "wrong" not in str(refused.value)

    @pytest.mark.parametrize("region", [None, "", "evil.example/", "a b"])
    def test_a_region_that_is_none_reaches_nobody(self, region: str | None) -> None:
        with pytest.raises(ProviderMisconfigured):
            fetch_voices(key="key", region=region)
