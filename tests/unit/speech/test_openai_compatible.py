"""Parts of the OpenAI-compatible provider that send no requests."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castline.speech.errors import (
    EmptyAudio,
    ProviderAuthFailed,
    ProviderMisconfigured,
    ProviderQuotaExceeded,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderTimedOut,
    ProviderUnavailable,
    SpeechError,
    VoiceNotFound,
)
from castline.speech.pronunciation import SpokenAs
from castline.speech.providers.base import InvalidProviderOptions
from castline.speech.providers.openai_compatible.answers import error_from_answer, pcm_from_answer
from castline.speech.providers.openai_compatible.provider import OpenAiProvider
from castline.speech.providers.openai_compatible.voices import read_voice, read_voices
from castline.speech.utterances import Utterance
from castline.speech.voice_list import Gender

if TYPE_CHECKING:
    from random import Random

PCM = "audio/pcm"


def provider(**options: Any) -> OpenAiProvider:
    return OpenAiProvider({"model": "tts-1", **options})


def utterance(text: str = "Hello.", *, rate: float = 1.0, voice_id: str = "alloy") -> Utterance:
    return Utterance(text=text, voice_id=voice_id, language="en-US", rate=rate)


# Options


def test_an_https_address_or_a_private_http_one_is_taken() -> None:
    for address in [
        "https://api.openai.com/v1", "https://speech.example.com:8443/openai/v1/", "http://127.0.0.1:8880/v1",
        "http://[::1]:8880/v1", "http://10.0.3.7/v1", "http://[fd00::7]/v1", "http://localhost:8880/v1",
        "http://kokoro:8880/v1", "http://kokoro_api:8880/v1", "http://tts.speech.internal/v1",
    ]:  # fmt: skip
        provider(base_url=address)


def test_another_address_is_refused() -> None:
    for address in [
        None, "", "api.openai.com/v1", "ftp://10.0.0.1/v1", "https:///v1", "https://user:secret@example.com/v1",
        "https://example.com/v1?key=1", "https://example.com/v1#top", "https://example.com/a b",
        "https://example.com/v1\r\nX-Injected: 1", "https://example.com:99999/v1", "https://[::1/v1",
        "http://api.openai.com/v1", "http://8.8.8.8/v1", "http://134744072/v1", "http://0x08080808/v1",
        "http://0.0.0.0/v1", "http://169.254.169.254/v1", "http://[2001:4860:4860::8888]/v1",
    ]:  # fmt: skip
        with pytest.raises(InvalidProviderOptions, match="base_url"):
            provider(base_url=address)


def test_a_malformed_option_is_named() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"modle": "tts-1"}, "modle"), ({"model": ""}, "model"), ({"model": None}, "model"),
        ({"voices": "alloy"}, "voices"), ({"voices": [""]}, "voices"), ({"voices": [{"name": 3}]}, "voices"),
        ({"voices": [{"language": "en-US"}]}, "voices"), ({"voices": ["alloy", "alloy"]}, "voices"),
        ({"voices": ["x" * 101]}, "voices"), ({"takes_speed": "yes"}, "takes_speed"),
        ({"extra_body": []}, "extra_body"), ({"extra_body": {"input": "another text"}}, "input"),
        ({"extra_body": {"seed": float("nan")}}, "extra_body"),
    ]  # fmt: skip

    for options, named in cases:
        with pytest.raises(InvalidProviderOptions, match=named):
            provider(**options)


def test_a_model_is_needed() -> None:
    with pytest.raises(InvalidProviderOptions, match="model"):
        OpenAiProvider({})


def test_the_speed_is_taken_by_models_that_honour_it() -> None:
    cases: list[tuple[dict[str, Any], bool]] = [
        ({"model": "tts-1"}, True),
        ({"model": "kokoro"}, True),
        ({"model": "gpt-4o-mini-tts"}, False),
        ({"model": "gpt-4o-mini-tts", "takes_speed": True}, True),
        ({"model": "piper", "takes_speed": False}, False),
    ]

    for options, takes_rate in cases:
        traits = provider(**options).traits("alloy")

        assert (traits.takes_rate, traits.takes_pitch, traits.reports_words) == (takes_rate, False, False)


# Secret


@pytest.mark.parametrize("key", ["sk-proj-0123456789", ""])
def test_a_secret_holds_a_key_or_an_empty_one(key: str) -> None:
    assert provider().read_secret(json.dumps({"key": key})) == {"default": {"key": key}}


def test_another_secret_is_refused_without_telling_its_content() -> None:
    for text in ["", "sk-1", "[]", "{}", '{"key": null}', '{"key": "sk 1"}', '{"key": "sk\\r\\nX: 1"}']:
        with pytest.raises(ProviderMisconfigured) as refusal:
            provider().read_secret(text)

        assert "sk" not in str(refusal.value)


# Cache keys and billing


def test_the_cache_identity_does_not_change() -> None:
    assert provider().cache_identity(utterance("你好，\n“A”")) == (
        '{"base_url":"https://api.openai.com/v1","body":{"input":"\\u4f60\\u597d\\uff0c\\n\\u201cA\\u201d",'
        '"model":"tts-1","response_format":"pcm","voice":"alloy"}}'
    )
    assert provider(base_url="http://kokoro:8880/v1/", model="kokoro", extra_body={"lang_code": "z"}).cache_identity(
        utterance(rate=1.25)
    ) == (
        '{"base_url":"http://kokoro:8880/v1","body":{"input":"Hello.","lang_code":"z",'
        '"model":"kokoro","response_format":"pcm","speed":1.25,"voice":"alloy"}}'
    )


def test_the_cache_identity_differs_where_the_sound_does() -> None:
    here = provider()
    identities = [
        here.cache_identity(utterance()),
        here.cache_identity(utterance("Hello!")),
        here.cache_identity(utterance(rate=1.1)),
        here.cache_identity(utterance(voice_id="echo")),
        provider(model="tts-1-hd").cache_identity(utterance()),
        provider(base_url="https://example.com/v1").cache_identity(utterance()),
        provider(extra_body={"seed": 1}).cache_identity(utterance()),
    ]

    assert len(set(identities)) == len(identities)


def test_the_cache_identity_is_equal_where_the_sound_is() -> None:
    one = provider(base_url="https://example.com/v1", extra_body={"a": 1, "b": 2})
    other = provider(base_url="https://example.com/v1/", extra_body={"b": 2, "a": 1}, voices=["alloy"])

    assert one.cache_identity(utterance()) == other.cache_identity(utterance(rate=1.001))


@given(st.text())
def test_every_text_has_a_cache_identity_in_ascii(text: str) -> None:
    identity = provider().cache_identity(utterance(text))

    assert identity.isascii()
    assert json.loads(identity)["body"]["input"] == text


def test_code_points_are_billed() -> None:
    assert provider().billed_characters([utterance("Hi"), utterance("你好👋")]) == [2, 3]


# Voices


def test_voice_ids_have_many_forms() -> None:
    for voice_id in ["alloy", "af_sky+af_bella(2)", "localai://voice-profiles/7", "女老师", "x" * 100]:
        assert provider().is_voice_id(voice_id)


def test_what_no_voice_id_can_be() -> None:
    for voice_id in ["", " alloy", "alloy\n", "a\x00b", "x" * 101]:
        assert not provider().is_voice_id(voice_id)


def test_a_voice_says_what_the_server_knows_of_it() -> None:
    # Given a voice as speaches describes it
    voice = read_voice({"name": "bf_emma", "language": "en-gb", "gender": "female", "id": "bf_emma"})

    assert voice is not None
    assert (voice.voice_id, voice.name, voice.language) == ("bf_emma", "bf_emma", "en-GB")
    assert (voice.language_name, voice.gender) == ("English (United Kingdom)", Gender.FEMALE)


def test_what_a_description_lacks_is_found_or_left_open() -> None:
    for described, language, gender in [
        ("zm_yunxi", "zh", Gender.MALE),
        ({"id": "af_sky", "name": "af_sky"}, "en-US", Gender.FEMALE),
        ("alloy", "mul", Gender.NEUTRAL),
        ({"id": "amy", "language": "zh_hant_tw", "gender": "Female"}, "zh-Hant-TW", Gender.FEMALE),
        ({"id": "amy", "language": None, "gender": "unknown"}, "mul", Gender.NEUTRAL),
    ]:
        voice = read_voice(described)

        assert voice is not None
        assert (voice.language, voice.gender) == (language, gender)


def test_servers_list_their_voices_in_several_forms() -> None:
    for described in [
        {"voices": ["a", "b"]},
        {"voices": [{"id": "a", "name": "a"}, {"name": "b"}]},
        ["a", "b"],
        {"data": ["a", "b"]},
    ]:
        voices = read_voices(described)

        assert voices is not None
        assert [voice.voice_id for voice in voices if voice] == ["a", "b"]


FIELDS = st.sampled_from(["voices", "data", "id", "name", "language", "gender"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_no_list_of_voices_is_too_strange_to_be_read(described: Any) -> None:
    voices = read_voices(described)

    assert voices is None or all(voice is None or voice.voice_id for voice in voices)


# Errors


OPENAI_UNKNOWN_VOICE = (
    "[{'type': 'enum', 'loc': ('body', 'voice'), 'msg': \"Input should be 'nova' or 'alloy'\", 'input': 'sage'}]"
)
OPENAI_TOO_LONG = (
    "[{'type': 'string_too_long', 'loc': ('body', 'input'), 'msg': 'String should have at most 4096 characters', "
    "'input': \"[{'loc': ('body', 'voice')\"}]"
)


def test_every_answer_has_its_error() -> None:
    for status, body, expected in [
        (301, None, ProviderMisconfigured), (307, None, ProviderMisconfigured), (204, None, ProviderMisconfigured),
        (400, None, ProviderRejectedInput),
        (400, {"error": {"message": OPENAI_UNKNOWN_VOICE, "param": None, "code": None}}, VoiceNotFound),
        (400, {"error": {"message": OPENAI_TOO_LONG, "param": None, "code": None}}, ProviderRejectedInput),
        (400, {"error": {"message": "Invalid value", "param": "voice", "code": "invalid_value"}}, VoiceNotFound),
        (400, {"error": {"message": "It is too long.", "param": "input"}}, ProviderRejectedInput),
        (400, {"detail": {"error": "validation_error", "message": "Voice 'x' not found."}}, VoiceNotFound),
        (400, {"detail": {"error": "invalid_model", "message": "Unsupported model: x"}}, ProviderMisconfigured),
        (400, {"detail": "The text says: no such voice"}, ProviderRejectedInput),
        (401, None, ProviderAuthFailed), (402, None, ProviderQuotaExceeded), (403, None, ProviderAuthFailed),
        (404, {"error": {"message": "Invalid URL (POST /v1/audio/speech)"}}, ProviderMisconfigured),
        (404, {"detail": "Model 'x' is not installed locally."}, ProviderMisconfigured),
        (404, {"detail": {"status": "voice_not_found", "code": "voice_not_found"}}, VoiceNotFound),
        (404, {"detail": "Voice x does not exist"}, VoiceNotFound),
        (405, None, ProviderMisconfigured), (408, None, ProviderTimedOut), (413, None, ProviderRejectedInput),
        (422, {"detail": "Voice 'x' is not supported. Supported voices: []"}, VoiceNotFound),
        (422, {"detail": [{"loc": ["body", "voice"], "msg": "m", "input": "x"}]}, VoiceNotFound),
        (422, {"detail": [{"loc": ["body", "input"], "msg": "m", "input": "voice"}]}, ProviderRejectedInput),
        (429, None, ProviderThrottled),
        (429, {"error": {"type": "requests", "code": "rate_limit_exceeded"}}, ProviderThrottled),
        (429, {"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}, ProviderQuotaExceeded),
        (429, {"error": {"type": "insufficient_quota", "code": "credit_balance_exhausted"}}, ProviderQuotaExceeded),
        (500, None, ProviderUnavailable),
        (503, {"error": {"message": "overloaded"}}, ProviderUnavailable),
    ]:  # fmt: skip
        error = error_from_answer(status, b"<html>" if body is None else json.dumps(body).encode())

        assert type(error) is expected
        assert str(error) == f"the speech server answered with HTTP status {status}"


@pytest.mark.parametrize(
    ("retry_after", "told"), [("20", True), ("Wed, 21 Oct 2026 07:28:00 GMT", False), ("", False)]
)
def test_the_message_tells_how_long_to_wait(retry_after: str, told: bool) -> None:
    assert ("Retry-After 20 s" in str(error_from_answer(429, b"", retry_after=retry_after))) is told


@given(st.binary() | st.text().map(lambda text: json.dumps({"error": text, "detail": [text]}).encode()))
def test_no_error_is_too_strange_to_be_classified(body: bytes) -> None:
    assert isinstance(error_from_answer(400, body), SpeechError)


# Audio


def wav(pcm: bytes, *, rate: int = 24_000, channels: int = 1, width: int = 2) -> bytes:
    with io.BytesIO() as file:
        with wave.open(file, "wb") as writer:
            writer.setframerate(rate)
            writer.setnchannels(channels)
            writer.setsampwidth(width)
            writer.writeframes(pcm)
        return file.getvalue()


def test_pcm_is_passed_on() -> None:
    for content_type in [
        "", PCM, "audio/pcm; rate=24000", "audio/L16;rate=24000;channels=1", "application/octet-stream",
    ]:  # fmt: skip
        assert pcm_from_answer(content_type, b"\x01\x02" * 100) == b"\x01\x02" * 100


def test_a_wav_file_of_the_same_pcm_is_unpacked() -> None:
    assert pcm_from_answer("audio/x-wav", wav(b"\x01\x02" * 100)) == b"\x01\x02" * 100


def test_what_is_no_pcm_is_refused() -> None:
    for content_type, body, expected in [
        (PCM, b"", EmptyAudio), ("audio/wav", wav(b""), EmptyAudio), (PCM, bytes(101), ProviderUnavailable),
        ("application/json", bytes(100), ProviderMisconfigured),
        ("application/problem+json; charset=utf-8", bytes(100), ProviderMisconfigured),
        ("text/html", bytes(100), ProviderMisconfigured),
        ("text/event-stream", bytes(100), ProviderMisconfigured),
        ("audio/mpeg", bytes(100), ProviderMisconfigured),
        ("audio/ogg; codecs=opus", bytes(100), ProviderMisconfigured),
        ("audio/pcm;rate=22050", bytes(100), ProviderMisconfigured),
        (PCM, b'{"status": "queued", "text": "\xe4\xbd\xa0"}', ProviderMisconfigured),
        (PCM, b"\n <!doctype html><title>Sign in</title>", ProviderMisconfigured),
        (PCM, b"ID3" + bytes(99), ProviderMisconfigured),
        (PCM, (b"\xff\xfb\x90\x64" + bytes(413)) * 4, ProviderMisconfigured),
        (PCM, b"OggS" + bytes(100), ProviderMisconfigured), (PCM, b"fLaC" + bytes(100), ProviderMisconfigured),
        (PCM, wav(bytes(100), rate=22_050), ProviderMisconfigured),
        (PCM, wav(bytes(100), channels=2), ProviderMisconfigured),
        (PCM, wav(bytes(100), width=1), ProviderMisconfigured),
        (PCM, wav(bytes(100))[:20], ProviderMisconfigured),
        (PCM, b"RIFF\0\0\0\0WAVEjunk", ProviderMisconfigured),
    ]:  # fmt: skip
        with pytest.raises(expected) as refusal:
            pcm_from_answer(content_type, body)

        assert type(refusal.value) is expected


@settings(max_examples=25)
@given(st.integers(1, 8000), st.randoms(use_true_random=False))
def test_speech_is_taken_for_nothing_else(amplitude: int, random: Random) -> None:
    pcm = b"".join(random.randint(-amplitude, amplitude).to_bytes(2, "little", signed=True) for _ in range(1000))

    assert pcm_from_answer(PCM, pcm) == pcm


def test_an_alias_is_billed_in_place_of_what_is_written() -> None:
    spoken = replace(utterance("R&D"), spoken_as=(SpokenAs(start=0, end=3, alias="research"),))

    assert provider().billed_characters([spoken]) == [len("research")]
    assert provider().cache_identity(spoken) != provider().cache_identity(utterance("research"))
