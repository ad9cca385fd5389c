"""Providers and voices over HTTP, from the emulator's own list."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline import composition
from castline.speech.errors import ProviderAuthFailed, ProviderMisconfigured, ProviderUnavailable, SpeechError
from castline.speech.providers.azure.voice_catalogue import fetch_voices
from castline.speech.utterances import Utterance
from castline.speech.voice_list import MAX_AGE_SECONDS, PATIENCE_SECONDS, Gender, Voice, VoiceList
from local import resources
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.voices import VOICES
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.utterances import Speech

pytestmark = pytest.mark.usefixtures("functions_environment")


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    composition.reset()
    yield
    composition.reset()


def put_secret(**secret: str) -> None:
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
    assert provider["output_formats"] == ["mp3", "wav", "flac", "opus", "m4b"]
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
        "takes": ["speed", "pitch"],
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


def speak(utterance: Utterance) -> Speech:
    """Speak with the first resource of the secret."""
    pool = composition.speech_pool("azure")
    return pool.session(pool.resources()[0]).synthesize(utterance)


BROKEN_SECRETS = [
    "not JSON",
    "",
    "[]",
    "{}",
    "null",
    '"secret-key"',
    '{"key": "secret-key"}',
    '{"region": "eastasia"}',
    '{"key": "secret-key", "region": "eastasia", "host": "ws://127.0.0.1:9"}',
    '{"key": null, "region": "eastasia"}',
    '{"key": "", "region": "eastasia"}',
    '{"key": 7, "region": "eastasia"}',
    '{"key": "secret-key\\n", "region": "eastasia"}',
    '{"key": "secret\\u0000key", "region": "eastasia"}',
    '{"key": "secret-key", "region": "East Asia"}',
    '{"key": "secret-key", "region": ""}',
    '{"key": "secret-key", "host": "nowhere"}',
    '{"key": "secret-key", "host": ["ws://127.0.0.1:9"]}',
]


@pytest.mark.parametrize("text", BROKEN_SECRETS)
def test_a_broken_secret_is_a_503_until_it_is_repaired(
    speech: AzureSpeechEmulator, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a secret of no use; one without text is binary
    client: Any = boto3.client("secretsmanager")
    content = {"SecretString": text} if text else {"SecretBinary": b"secret-key"}
    client.put_secret_value(SecretId=resources.SECRET_ID, **content)
    utterance = Utterance(text="好", voice_id="zh-TW-HsiaoYuNeural", language="zh-TW")
    try:
        # When
        answer = call("GET", "/voices")
        with pytest.raises(ProviderMisconfigured) as refusal:
            speak(utterance)
    finally:
        put_secret(key=speech.key, host=speech.host)

    # Then
    assert (answer.status, answer.json()["error"]) == (503, "PROVIDER_UNAVAILABLE")
    assert "secret-key" not in "".join([answer.text, str(refusal.value), *capsys.readouterr()])
    # And the repaired one is used at once
    assert ids("?language=zh-TW")
    assert speak(utterance).pcm


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

    def test_bad_entries_are_dropped_one_by_one(self) -> None:
        # Given a list of which one entry is a voice
        good = next(iter(VOICES.values())).as_json()
        bad: list[Any] = [
            None,
            7,
            [],
            {},
            {**good, "LocalName": 7},
            {**good, "Gender": None},
            {**good, "StyleList": "calm"},
        ]
        dropped: list[int] = []

        # When
        with serving(json.dumps([*bad, good])) as host:
            voices = fetch_voices(key="key", host=host, dropped=dropped.append)

        # Then
        assert [voice.voice_id for voice in voices] == [good["ShortName"]]
        assert dropped == [len(bad)]

    @pytest.mark.parametrize("body", ["[]", "[{}]", "{}", "null", "nonsense", '[{"ShortName": "x"}]'])
    def test_a_list_without_a_voice_is_an_error_and_the_one_before_stays(self, body: str) -> None:
        clock = [0.0]
        with serving(body) as host:

            def fetch() -> tuple[Voice, ...]:
                return (VOICE,) if clock[0] == 0 else fetch_voices(key="key", host=host)

            voices = VoiceList(fetch, now=lambda: clock[0])
            before = voices.voices()

            # When
            clock[0] = MAX_AGE_SECONDS
            after = voices.voices()
            with pytest.raises(ProviderMisconfigured):
                VoiceList(fetch).voices()

        # Then
        assert before == after == (VOICE,)


@contextmanager
def serving(body: str) -> Iterator[str]:
    """Answer every GET with ``body``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
