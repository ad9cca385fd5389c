from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from castline.pcm import BYTES_PER_MS
from castline.speech.cues import is_one_cue
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
from castline.speech.providers.polly.provider import AmazonPolly
from castline.speech.providers.polly.ssml import MAX_UTTERANCE_CHARACTERS
from local.azure_speech.tone import MS_PER_CHARACTER
from tests.integration.polly.conftest import utterance

if TYPE_CHECKING:
    from local.polly_speech import PollyEmulator
    from tests.integration.polly.conftest import SessionFactory

TWO_CUES = "It's early, said R&D. So it isn't."


def test_audio_is_24_khz_and_words_are_where_they_stand(open_session: SessionFactory) -> None:
    # When a text with escapes, spoken faster than the voice's own rate, is synthesized
    speech = open_session().synthesize(utterance(TWO_CUES, rate=1.25))

    # Then the audio is as long as the emulator's tone, at 24 kHz
    duration_ms = len(TWO_CUES) * MS_PER_CHARACTER / 1.25
    assert len(speech.pcm) == pytest.approx(duration_ms * BYTES_PER_MS, abs=4)
    # And every word is found, in order, until the next one
    words = [TWO_CUES[word.start : word.end] for word in speech.words]
    assert words == ["It's", "early", "said", "R", "D", "So", "it", "isn't"]
    assert all(before.end_ms == after.start_ms for before, after in zip(speech.words, speech.words[1:], strict=False))
    assert 0 <= speech.words[0].start_ms < speech.words[-1].end_ms <= duration_ms + 1


def test_the_words_of_an_alias_are_one_word_of_what_is_written(open_session: SessionFactory) -> None:
    # Given a word in the middle that is spoken as two
    text = "The W3 is old. So?"

    # When it is spoken
    spoken_as = (SpokenAs(start=4, end=6, alias="world wide"),)
    speech = open_session().synthesize(utterance(text, spoken_as=spoken_as))

    # Then the two are one word of the text, and the next one begins after both
    words = {text[word.start : word.end]: word for word in speech.words}
    assert list(words) == ["The", "W3", "is", "old", "So"]
    assert words["W3"].start_ms == pytest.approx(len("The ") * MS_PER_CHARACTER, abs=2)
    assert words["is"].start_ms == pytest.approx(len("The world wide ") * MS_PER_CHARACTER, abs=2)
    assert words["W3"].end_ms == words["is"].start_ms


def test_the_words_of_a_text_in_wide_characters_are_found(open_session: SessionFactory) -> None:
    text = "早安 <café> 😀 世界！"

    speech = open_session().synthesize(utterance(text, "Zhiyu"))

    assert [text[word.start : word.end] for word in speech.words] == ["早", "安", "café", "世", "界"]


@pytest.mark.parametrize(
    ("engine", "with_words", "formats"),
    [
        ("neural", True, ["pcm", "json"]),
        ("neural", False, ["pcm"]),
        ("standard", True, ["pcm", "json"]),
        ("generative", True, ["pcm"]),
    ],
)
def test_words_are_asked_for_only_where_they_are_of_use_and_known(
    open_session: SessionFactory, emulator: PollyEmulator, engine: str, with_words: bool, formats: list[str]
) -> None:
    speech = open_session(engine=engine).synthesize(utterance(TWO_CUES), with_words=with_words)

    assert [request["OutputFormat"] for request in emulator.requests] == formats
    assert all(request["Engine"] == engine for request in emulator.requests)
    assert bool(speech.words) == ("json" in formats)


@pytest.mark.parametrize("engine", ["neural", "generative"])
@pytest.mark.parametrize("text", [TWO_CUES, "Tom & Ann"])
def test_what_is_billed_is_what_polly_counts(
    open_session: SessionFactory, emulator: PollyEmulator, engine: str, text: str
) -> None:
    """As the workflow speaks: it wants the words of texts that are more than one cue."""
    open_session(engine=engine).synthesize(utterance(text, rate=2), with_words=not is_one_cue(text))

    assert AmazonPolly({"engine": engine}).billed_characters([utterance(text, rate=2)]) == [
        emulator.billed_characters
    ]


@pytest.mark.parametrize("character", ["&", "'", "好"])
def test_the_longest_utterance_is_taken_whichever_its_characters(
    open_session: SessionFactory, character: str
) -> None:
    longest = utterance(character * MAX_UTTERANCE_CHARACTERS, "Amy", rate=2, pitch_percent=-20)

    assert open_session(engine="standard").synthesize(longest).pcm


def test_one_session_serves_sixteen_threads_over_kept_connections(
    open_session: SessionFactory, emulator: PollyEmulator
) -> None:
    session = open_session()

    with ThreadPoolExecutor(16) as pool:
        speeches = list(pool.map(session.synthesize, [utterance(f"number {number}.") for number in range(32)]))

    assert all(speech.pcm and len(speech.words) == 2 for speech in speeches)
    assert len(emulator.requests) == 64
    assert emulator.connections <= 16


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("throttled", ProviderThrottled),
        ("internal-error", ProviderUnavailable),
        ("quota-exceeded", ProviderQuotaExceeded),
        ("access-denied", ProviderAuthFailed),
        ("html", ProviderMisconfigured),
        ("empty-audio", EmptyAudio),
        ("odd-audio", ProviderUnavailable),
        ("truncated", ProviderUnavailable),
    ],
)
def test_a_failure_is_classified_and_not_tried_again(
    open_session: SessionFactory, emulator: PollyEmulator, fault: str, error: type[SpeechError]
) -> None:
    session = open_session()

    # When a request fails
    with pytest.raises(SpeechError) as failure:
        session.synthesize(utterance(f"A secret text. {{fault {fault} times=1}}"))

    # Then its class says why, its message holds neither the text nor the address, and nothing was tried again
    assert type(failure.value) is error
    assert "secret" not in str(failure.value)
    assert emulator.url not in str(failure.value)
    assert len(emulator.requests) == 1
    # And the session can be used
    assert session.synthesize(utterance("Again.")).pcm


def test_a_failure_of_the_second_request_is_a_failure(open_session: SessionFactory, emulator: PollyEmulator) -> None:
    emulator.next_faults.extend(["", "throttled"])

    with pytest.raises(ProviderThrottled):
        open_session().synthesize(utterance(TWO_CUES))


@pytest.mark.parametrize(
    ("voice_id", "engine"), [("Nobody", "neural"), ("Mizuki", "neural"), ("Takumi", "generative")]
)
def test_a_voice_that_polly_or_the_engine_does_not_have_is_not_found(
    open_session: SessionFactory, voice_id: str, engine: str
) -> None:
    with pytest.raises(VoiceNotFound):
        open_session(engine=engine).synthesize(utterance("Hello.", voice_id))


@pytest.mark.parametrize("text", ["&" * 3_001, "a" * 6_001])
def test_a_text_beyond_the_limits_is_rejected(open_session: SessionFactory, text: str) -> None:
    with pytest.raises(ProviderRejectedInput):
        open_session().synthesize(utterance(text))


def test_a_pitch_that_the_engine_does_not_take_is_rejected_by_polly(open_session: SessionFactory) -> None:
    """It is refused at submission, by the voice's traits."""
    with pytest.raises(ProviderRejectedInput):
        open_session().synthesize(utterance("Hello.", pitch_percent=5))


@pytest.mark.parametrize("fault", ["no-answer", "no-audio", "stalled"])
def test_silence_is_given_up_after_the_time_for_a_chunk(
    open_session: SessionFactory, emulator: PollyEmulator, fault: str
) -> None:
    emulator.next_faults.append(fault)
    began = time.monotonic()

    with pytest.raises(ProviderTimedOut):
        open_session(first_chunk_ms=300).synthesize(utterance("This is a long text. " * 10))

    # Long before the time for all audio, and before the emulator ends the silence
    assert time.monotonic() - began < 50


def test_a_trickle_is_given_up_after_the_time_for_all_audio(
    open_session: SessionFactory, emulator: PollyEmulator
) -> None:
    emulator.next_faults.append("trickle")
    began = time.monotonic()

    with pytest.raises(ProviderTimedOut):
        open_session(all_chunks_ms=700).synthesize(utterance("This takes its time."))

    # Long before the time for a chunk
    assert 0.6 < time.monotonic() - began < 50


def test_an_address_where_nobody_listens_is_unavailable(
    open_session: SessionFactory, emulator: PollyEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_POLLY", "http://127.0.0.1:1")

    with pytest.raises(ProviderUnavailable) as failure:
        open_session().synthesize(utterance("Hello."))

    assert "127.0.0.1" not in str(failure.value)


def test_without_credentials_nothing_is_sent(
    open_session: SessionFactory, emulator: PollyEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # it remembers the credentials
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(ProviderAuthFailed):
        open_session().synthesize(utterance("Hello."))

    assert emulator.requests == []


def test_a_region_is_needed_and_can_be_an_option(emulator: PollyEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(ProviderMisconfigured):
        AmazonPolly({}).open({}, Timeouts())

    session = AmazonPolly({"region": "eu-west-1"}).open({}, Timeouts())
    assert session.synthesize(utterance("Hello."), with_words=False).pcm
    session.close()


def test_a_closed_session_speaks_no_more(open_session: SessionFactory, emulator: PollyEmulator) -> None:
    session = open_session()
    session.close()
    session.close()

    with pytest.raises(RuntimeError):
        session.synthesize(utterance("Hello."))
    assert emulator.requests == []
