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
from castline.speech.errors import ProviderAuthFailed, ProviderMisconfigured
from castline.speech.providers.azure.voice_catalogue import fetch_voices
from castline.speech.utterances import Utterance
from local import resources
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.voices import VOICES
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.utterances import Speech

pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def nothing_known() -> Iterator[None]:
    """Forget the voices and the secret, before the test and after it."""
    with composition.given():
        yield


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


@pytest.mark.usefixtures("nothing_known")
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


@pytest.mark.usefixtures("nothing_known")
@pytest.mark.parametrize("text", ["not JSON: secret-key", "", '{"key": "secret-key\\n", "region": "eastasia"}'])
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


@pytest.mark.usefixtures("nothing_known")
def test_a_rotated_key_is_followed(speech: AzureSpeechEmulator) -> None:
    # Given a function that knows the old key, and an account that takes only the new one
    with AzureSpeechEmulator(key="new", voice_engine="tone") as rotated:
        put_secret(key="old", host=rotated.host)
        assert call("GET", "/voices").status == 503
        put_secret(key="new", host=rotated.host)

        # When / Then
        assert ids("?language=zh-TW")
    put_secret(key=speech.key, host=speech.host)


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
    def test_a_list_without_a_voice_is_an_error(self, body: str) -> None:
        with serving(body) as host, pytest.raises(ProviderMisconfigured):
            fetch_voices(key="key", host=host)


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
