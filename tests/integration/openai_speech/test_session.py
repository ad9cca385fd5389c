"""The OpenAI-compatible provider against the emulator: real HTTP on this machine."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from castline.pcm import BYTES_PER_MS
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
from castline.speech.providers.base import Timeouts
from castline.speech.providers.openai_compatible.provider import OpenAiProvider
from castline.speech.utterances import Utterance
from local.azure_speech.tone import MS_PER_CHARACTER
from local.openai_speech import DEFAULT_KEY, FAULTS, VOICES, OpenAiSpeechEmulator
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.providers.base import SpeechSession

SECRET = {"key": DEFAULT_KEY}
PATIENT = Timeouts(first_chunk_ms=PATIENCE_MS, all_chunks_ms=PATIENCE_MS)
SHORT = Timeouts(first_chunk_ms=300, all_chunks_ms=700)
"""Time limits that shall run out."""

ERRORS: dict[str, type[SpeechError]] = {
    "bad-request": ProviderRejectedInput,
    "unsupported-voice": VoiceNotFound,
    "unauthorized": ProviderAuthFailed,
    "forbidden": ProviderAuthFailed,
    "not-found": ProviderMisconfigured,
    "throttled": ProviderThrottled,
    "quota-exceeded": ProviderQuotaExceeded,
    "internal-error": ProviderUnavailable,
    "bad-gateway": ProviderUnavailable,
    "unavailable": ProviderUnavailable,
    "empty-audio": EmptyAudio,
    "odd-audio": ProviderUnavailable,
    "json": ProviderMisconfigured,
    "html": ProviderMisconfigured,
    "wav": ProviderMisconfigured,
    "mp3": ProviderMisconfigured,
    "no-answer": ProviderTimedOut,
    "no-audio": ProviderTimedOut,
    "stalled": ProviderTimedOut,
    "trickle": ProviderTimedOut,
    "reset": ProviderUnavailable,
    "reset-amid-audio": ProviderUnavailable,
    "truncated": ProviderUnavailable,
    "redirect": ProviderMisconfigured,
}


def utterance(text: str = "Hello.", *, voice_id: str = "af_sky", rate: float = 1.0) -> Utterance:
    return Utterance(text=text, voice_id=voice_id, language="en-US", rate=rate)


def session(
    url: str, *, secret: dict[str, str] = SECRET, timeouts: Timeouts = PATIENT, **options: Any
) -> SpeechSession:
    return OpenAiProvider({"base_url": url, "model": "tts-1", **options}).open(secret, timeouts)


@pytest.fixture
def emulator() -> Iterator[OpenAiSpeechEmulator]:
    with OpenAiSpeechEmulator(voice_engine="tone") as emulator:
        yield emulator


def test_an_utterance_is_spoken_as_pcm_without_words(emulator: OpenAiSpeechEmulator) -> None:
    speech = session(emulator.url).synthesize(utterance())

    assert len(speech.pcm) == len("Hello.") * MS_PER_CHARACTER * BYTES_PER_MS
    assert speech.words == ()
    assert emulator.requests == [
        {"model": "tts-1", "input": "Hello.", "voice": "af_sky", "response_format": "pcm"},
    ]


def test_an_alias_is_sent_in_place_of_what_is_written(emulator: OpenAiSpeechEmulator) -> None:
    spoken = replace(utterance("R&D!"), spoken_as=(SpokenAs(start=0, end=3, alias="research"),))

    session(emulator.url).synthesize(spoken)

    assert emulator.requests[-1]["input"] == "research!"


def test_the_speed_is_sent_to_a_model_that_takes_it(emulator: OpenAiSpeechEmulator) -> None:
    fast = session(emulator.url).synthesize(utterance(rate=2.0))
    session(emulator.url, takes_speed=False).synthesize(utterance(rate=2.0))

    assert len(fast.pcm) == len("Hello.") * MS_PER_CHARACTER * BYTES_PER_MS / 2
    assert [request.get("speed") for request in emulator.requests] == [2.0, None]


def test_the_deployment_can_add_fields(emulator: OpenAiSpeechEmulator) -> None:
    session(emulator.url, extra_body={"instructions": "Be calm."}).synthesize(utterance())

    assert emulator.requests[0]["instructions"] == "Be calm."


def test_a_session_serves_many_threads(emulator: OpenAiSpeechEmulator) -> None:
    shared = session(emulator.url)
    texts = ["x" * length for length in range(1, 33)]

    with ThreadPoolExecutor(8) as pool:
        speeches = list(pool.map(lambda text: shared.synthesize(utterance(text)), texts))

    assert [len(speech.pcm) for speech in speeches] == [len(text) * MS_PER_CHARACTER * BYTES_PER_MS for text in texts]


def test_a_closed_session_refuses(emulator: OpenAiSpeechEmulator) -> None:
    closed = session(emulator.url)
    closed.close()
    closed.close()

    with pytest.raises(RuntimeError):
        closed.synthesize(utterance())


def test_every_fault_of_the_emulator_has_its_error_here() -> None:
    assert ERRORS.keys() == FAULTS


@pytest.mark.parametrize("fault", ERRORS)
def test_a_fault_becomes_its_error(emulator: OpenAiSpeechEmulator, fault: str) -> None:
    # Given a text that fails once, and time limits that are short only where they shall run out
    text = f"A very private text. {{fault {fault} times=1}}"
    times_out = ERRORS[fault] is ProviderTimedOut
    speaking = session(emulator.url, timeouts=SHORT if times_out else PATIENT)
    begun = time.monotonic()

    with pytest.raises(ERRORS[fault]) as failure:
        speaking.synthesize(utterance(text))

    # Then the error is this class and no other, comes before even the longer limits, and gives nothing away
    assert type(failure.value) is ERRORS[fault]
    assert time.monotonic() - begun < 60
    assert not any(secret in str(failure.value) for secret in ("private", DEFAULT_KEY, "127.0.0.1"))
    assert failure.value.__cause__ is None
    # And the next attempt speaks, once more with the same text where the server is sure to have had the first
    if times_out:
        assert session(emulator.url).synthesize(utterance("Again.")).pcm
    else:
        assert speaking.synthesize(utterance(text)).pcm


def test_a_redirect_is_not_followed(emulator: OpenAiSpeechEmulator) -> None:
    # Given a server that sends elsewhere, where the request would succeed
    with pytest.raises(ProviderMisconfigured):
        session(emulator.url).synthesize(utterance("{fault redirect times=1}"))

    assert len(emulator.requests) == 1


def test_faults_of_a_run_strike_any_request() -> None:
    with OpenAiSpeechEmulator(voice_engine="tone", faults=["throttled times=2"]) as emulator:
        speaking = session(emulator.url)
        for text in ("One.", "Two."):
            with pytest.raises(ProviderThrottled, match="Retry-After 20 s"):
                speaking.synthesize(utterance(text))

        assert speaking.synthesize(utterance("Three.")).pcm


def test_more_requests_than_the_limit_are_throttled() -> None:
    # Given a server that takes one request every 1,000 seconds
    with OpenAiSpeechEmulator(voice_engine="tone", requests_per_second=0.001) as emulator:
        speaking = session(emulator.url)
        assert speaking.synthesize(utterance("One.")).pcm

        # When a second one comes, then it is told when to come again
        with pytest.raises(ProviderThrottled, match=r"Retry-After (1000|9\d\d) s"):
            speaking.synthesize(utterance("Two."))
        assert emulator.bucket is not None
        assert emulator.bucket.refusals == 1


@pytest.mark.parametrize(
    ("first_chunk_ms", "all_chunks_ms", "fault"), [(200, 120_000, "no-audio"), (120_000, 400, "trickle")]
)
def test_both_time_limits_are_kept(
    emulator: OpenAiSpeechEmulator, first_chunk_ms: int, all_chunks_ms: int, fault: str
) -> None:
    speaking = session(emulator.url, timeouts=Timeouts(first_chunk_ms=first_chunk_ms, all_chunks_ms=all_chunks_ms))
    begun = time.monotonic()

    with pytest.raises(ProviderTimedOut):
        speaking.synthesize(utterance(f"Hello. {{fault {fault}}}"))

    # Long before the other limit
    assert time.monotonic() - begun < 60


def test_a_pause_amid_the_audio_may_be_longer_than_the_wait_for_its_beginning() -> None:
    # Given a server that sends half of the audio at once, and the other half when the wait for the first is over
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4800\r\n\r\n" + bytes(2400)
    waits = Timeouts(first_chunk_ms=4_000, all_chunks_ms=PATIENCE_MS)

    with raw_server(answer, bytes(2400), pause_seconds=5) as url:
        assert session(url, timeouts=waits).synthesize(utterance()).pcm == bytes(4800)


@pytest.mark.parametrize(
    ("options", "voice_id", "text", "expected"),
    [
        ({}, "nobody", "Hello.", VoiceNotFound),
        ({"model": "tts-2"}, "af_sky", "Hello.", ProviderMisconfigured),
        ({}, "af_sky", "x" * 4097, ProviderRejectedInput),
    ],
)
def test_what_the_server_refuses_has_its_error(
    emulator: OpenAiSpeechEmulator, options: dict[str, Any], voice_id: str, text: str, expected: type[SpeechError]
) -> None:
    with pytest.raises(expected) as refusal:
        session(emulator.url, **options).synthesize(utterance(text, voice_id=voice_id))

    assert type(refusal.value) is expected


def test_a_wrong_key_is_refused_and_a_wrong_path_is_no_such_service(emulator: OpenAiSpeechEmulator) -> None:
    with pytest.raises(ProviderAuthFailed):
        session(emulator.url, secret={"key": "another"}).synthesize(utterance())
    with pytest.raises(ProviderMisconfigured):
        session(emulator.url + "/v2").synthesize(utterance())


@pytest.mark.parametrize("secret", [{"key": ""}, {}])
def test_a_server_may_ask_for_no_key(secret: dict[str, str]) -> None:
    with OpenAiSpeechEmulator(key="", voice_engine="tone") as emulator:
        assert session(emulator.url, secret=secret).synthesize(utterance()).pcm


def test_nobody_answers_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(ProviderUnavailable):
        session(f"http://127.0.0.1:{port}/v1").synthesize(utterance())


@contextmanager
def raw_server(answer: bytes, rest: bytes = b"", *, pause_seconds: float = 0, tls: Any = None) -> Iterator[str]:
    """Send ``answer`` to a client, and after a pause the ``rest``, and close the connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection, tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
                stream.recv(65536)
                stream.sendall(answer)
                time.sleep(pause_seconds)
                stream.sendall(rest)
                stream.shutdown(socket.SHUT_WR)
                while stream.recv(65536):
                    pass
        except OSError:
            pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4800\r\n\r\n" + bytes(2400), ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4800\r\n\r\n", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n960\r\n" + bytes(1000), ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\0\0\r\n", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ProviderUnavailable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", EmptyAudio),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\0\0",
            ProviderMisconfigured,
        ),
        (b"SSH-2.0-OpenSSH_9.9\r\n", ProviderUnavailable),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>", ProviderUnavailable),
    ],
)
def test_broken_answers_have_their_errors(answer: bytes, expected: type[SpeechError]) -> None:
    with raw_server(answer) as url, pytest.raises(expected) as failure:
        session(url).synthesize(utterance())

    assert type(failure.value) is expected


def test_an_answer_may_end_with_the_connection() -> None:
    with raw_server(b"HTTP/1.0 200 OK\r\n\r\n" + bytes(4800)) as url:
        assert session(url).synthesize(utterance()).pcm == bytes(4800)


def test_a_certificate_of_somebody_else_is_refused() -> None:
    import ssl

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)

    with raw_server(b"", tls=tls) as url, pytest.raises(ProviderMisconfigured, match="certificate"):
        session(url).synthesize(utterance())


# Voices


def none_is_dropped(count: int) -> None:
    pytest.fail(f"{count} voices cannot be read")


def voices(url: str, *, secret: dict[str, str] = SECRET, **options: Any) -> list[str]:
    provider = OpenAiProvider({"base_url": url, "model": "tts-1", **options})
    return [voice.voice_id for voice in provider.list_voices(secret, dropped=none_is_dropped)]


def test_the_server_lists_its_voices(emulator: OpenAiSpeechEmulator) -> None:
    assert voices(emulator.url) == list(VOICES)


def test_configured_voices_describe_the_servers_and_add_to_them(emulator: OpenAiSpeechEmulator) -> None:
    provider = OpenAiProvider(
        {
            "base_url": emulator.url,
            "model": "tts-1",
            "voices": [{"id": "af_sky", "name": "Sky", "language": "en-GB", "gender": "female"}, "af_sky+am_adam"],
        }
    )

    listed = provider.list_voices(SECRET, dropped=none_is_dropped)

    assert [voice.voice_id for voice in listed] == [*VOICES, "af_sky+am_adam"]
    assert (listed[0].name, listed[0].language) == ("Sky", "en-GB")


def test_a_server_without_a_list_has_the_configured_voices() -> None:
    with OpenAiSpeechEmulator(voice_engine="tone", lists_voices=False) as emulator:
        assert voices(emulator.url, voices=["alloy", "echo"]) == ["alloy", "echo"]
        with pytest.raises(ProviderMisconfigured, match="option voices"):
            voices(emulator.url)


def test_a_wrong_key_lists_no_voices(emulator: OpenAiSpeechEmulator) -> None:
    with pytest.raises(ProviderAuthFailed):
        voices(emulator.url, secret={"key": "another"}, voices=["alloy"])


@pytest.mark.parametrize("body", [b"<html>", b'{"object": "list"}', b"[" * 100_000])
def test_something_else_than_a_list_is_no_such_service(body: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    with raw_server(answer) as url, pytest.raises(ProviderMisconfigured, match="list"):
        voices(url)


def test_entries_that_cannot_be_read_are_counted() -> None:
    body = b'{"voices": ["alloy", 3, {"language": "en"}, " "]}'
    dropped: list[int] = []

    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) as url:
        listed = OpenAiProvider({"base_url": url, "model": "tts-1"}).list_voices({}, dropped=dropped.append)

    assert [voice.voice_id for voice in listed] == ["alloy"]
    assert dropped == [3]
