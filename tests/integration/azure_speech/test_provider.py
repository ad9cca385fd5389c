"""The provider, through the real Speech SDK, against the emulator."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from castline.speech.errors import (
    ProviderAuthFailed,
    ProviderRejectedInput,
    ProviderThrottled,
    ProviderUnavailable,
    VoiceNotFound,
)
from castline.speech.providers.azure.connection import AzureConnection
from castline.speech.providers.azure.session import AzureSpeechSession
from castline.speech.utterances import Utterance
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.ssml import Passage
from local.azure_speech.tone import ToneEngine
from local.azure_speech.voices import VOICES
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY, utterance, wait_for_requests
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from castline.speech.providers.base import SpeechSession
    from tests.integration.azure_speech.conftest import HeldEngine, ProviderFactory


def test_an_utterance_comes_back_as_exactly_its_pcm(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    # Given a text with all that XML has to escape, longer than one chunk of audio
    text = "你好 <b> & \"A\" 'B' 😀，今天天氣真好！"
    provider: SpeechSession = provider_for(emulator)

    # When it is spoken
    pcm = provider.synthesize(utterance(text)).pcm

    # Then the audio is the voice engine's, byte by byte, and the service saw the voice
    assert pcm == ToneEngine().speak(Passage(text, VOICES[HSIAO_YU]))
    assert [(record.voice, record.outcome) for record in emulator.traffic.requests] == [(HSIAO_YU, "completed")]


def test_an_utterance_is_spoken_at_the_sample_rate_that_is_asked_for(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    # Given one session for both sample rates
    provider = provider_for(emulator)

    # When an utterance is spoken at one and at the other, again and again
    speeches = {
        rate_hz: [provider.synthesize(utterance("你好。再見。"), sample_rate_hz=rate_hz) for _ in range(3)]
        for rate_hz in (24_000, 48_000, 24_000)
    }

    # Then each is the voice engine's at that rate, its words have the same times, and connections are kept
    for rate_hz, spoken in speeches.items():
        expected = ToneEngine().speak(Passage("你好。再見。", VOICES[HSIAO_YU]), sample_rate_hz=rate_hz)
        assert {speech.pcm for speech in spoken} == {expected}
        assert {speech.sample_rate_hz for speech in spoken} == {rate_hz}
        assert {speech.words for speech in spoken} == {speeches[24_000][0].words}
    assert len(speeches[48_000][0].pcm) == 2 * len(speeches[24_000][0].pcm)
    assert emulator.traffic.connection_count == 2


def test_each_word_comes_with_its_place_in_the_text_and_its_time(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    # Given a text with all that XML has to escape, at 100 ms a character
    text = '你好 & <b>, "world" 😀 3 & 再見。'

    # When it is spoken at one and a half times its rate
    speech = provider_for(emulator).synthesize(
        Utterance(text=text, voice_id=HSIAO_YU, language="zh-TW", rate=1.5, pitch_percent=10)
    )

    # Then every word is found, each in proportion to its place
    assert [text[word.start : word.end] for word in speech.words] == ["你", "好", "b", "world", "3", "再", "見"]
    for word in speech.words:
        assert word.start_ms == pytest.approx(word.start * 100 / 1.5, abs=1)
        assert word.end_ms == pytest.approx(word.end * 100 / 1.5, abs=2)


def test_words_that_are_not_wanted_are_not_waited_for(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    provider = provider_for(emulator)

    without = provider.synthesize(utterance("你好。再見。"), with_words=False)
    with_words = provider.synthesize(utterance("你好。再見。"))

    assert without.words == ()
    assert len(with_words.words) == 4
    assert without.pcm == with_words.pcm


def test_words_are_all_there_also_after_a_request_whose_words_were_not_wanted(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    provider = provider_for(emulator)

    # The SDK tells of the end of the first request when the second one has begun, in a few of a hundred cases.
    counts = []
    for _ in range(100):
        provider.synthesize(utterance("你好。"), with_words=False)
        counts.append(len(provider.synthesize(utterance("你好。再見。")).words))

    assert counts == [4] * 100


def test_the_words_of_a_long_text_are_all_there_each_time(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    provider = provider_for(emulator)

    with ThreadPoolExecutor(4) as threads:
        speeches = list(threads.map(provider.synthesize, [utterance("今天天氣真好。" * 40)] * 8))

    assert [len(speech.words) for speech in speeches] == [240] * 8


def test_two_voices_sound_different(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    provider = provider_for(emulator)

    hsiao_yu = provider.synthesize(utterance("你好")).pcm
    yun_jhe = provider.synthesize(utterance("你好", "zh-TW-YunJheNeural")).pcm

    assert hsiao_yu != yun_jhe


def test_one_connection_serves_utterance_after_utterance(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    provider = provider_for(emulator)

    for _ in range(5):
        provider.synthesize(utterance("你好"))

    assert emulator.traffic.connection_count == 1
    assert len(emulator.traffic.requests) == 5


def test_threads_share_connections_and_keep_their_audio_apart(
    held: HeldEngine, emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    # Given a service that takes its time, and four threads
    with ThreadPoolExecutor(4) as threads:
        provider = provider_for(emulator)

        # When all of them speak
        texts = [f"第{number}句" for number in range(24)]
        spoken = threads.map(lambda text: provider.synthesize(utterance(text)).pcm, texts)
        wait_for_requests(emulator, 4)
        held.go.set()
        audio = list(spoken)

        # Then each utterance has its own audio, over four connections
        expected = [ToneEngine().speak(Passage(text, VOICES[HSIAO_YU])) for text in texts]
        assert audio == expected
        assert emulator.traffic.peak_in_flight == 4
        assert emulator.traffic.connection_count == 4


def test_a_connection_that_was_idle_for_too_long_is_replaced(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a provider that takes a connection for stale after ten minutes, and one utterance spoken
    provider = provider_for(emulator, max_idle_seconds=600)
    provider.synthesize(utterance("你好"))

    # When the next ones follow at once, and then late
    provider.synthesize(utterance("你好"))
    connections_at_once = emulator.traffic.connection_count
    idle_seconds: Any = AzureConnection.idle_seconds
    monkeypatch.setattr(
        AzureConnection, "idle_seconds", property(lambda connection: 601 + idle_seconds.fget(connection))
    )
    provider.synthesize(utterance("你好"))

    # Then only the late one went over a new connection
    assert connections_at_once == 1
    assert emulator.traffic.connection_count == 2


def test_a_connection_that_failed_is_replaced(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    # Given a text that fails once
    provider = provider_for(emulator)
    text = "你好{fault reset times=1}"

    # When it is spoken twice
    with pytest.raises(ProviderUnavailable):
        provider.synthesize(utterance(text))
    pcm = provider.synthesize(utterance(text)).pcm

    # Then the second time succeeds, over a new connection, without the marker
    assert pcm == ToneEngine().speak(Passage("你好", VOICES[HSIAO_YU]))
    assert emulator.traffic.connection_count == 2


def test_a_wrong_key(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    provider = provider_for(emulator, key="wrong-key")

    with pytest.raises(ProviderAuthFailed) as error:
        provider.synthesize(utterance("你好"))

    assert "wrong-key" not in str(error.value)


def test_a_voice_that_does_not_exist(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    with pytest.raises(VoiceNotFound):
        provider_for(emulator).synthesize(utterance("你好", "zh-TW-NobodyNeural"))


def test_a_text_too_long_for_one_request(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    with pytest.raises(ProviderRejectedInput):
        provider_for(emulator).synthesize(utterance("好" * 22_000))


def test_a_character_that_cannot_be_sent(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    with pytest.raises(ProviderRejectedInput):
        provider_for(emulator).synthesize(utterance("\x00"))

    assert emulator.traffic.requests == []


@pytest.mark.parametrize("is_connected", [True, False])
def test_more_requests_than_the_service_allows(
    is_connected: bool, held: HeldEngine, provider_for: ProviderFactory
) -> None:
    # Given a service that answers one request at a time, and two clients of which one is connected
    with (
        AzureSpeechEmulator(key=KEY, voice_engine="tone", max_requests_in_flight=1) as emulator,
        ThreadPoolExecutor(1) as threads,
    ):
        one, other = provider_for(emulator), provider_for(emulator)
        if is_connected:
            held.go.set()
            other.synthesize(utterance("你好"))
            held.go.clear()

        # When the second speaks while the first is being answered
        first = threads.submit(one.synthesize, utterance("你好"))
        wait_for_requests(emulator)

        # Then it is throttled, on its open connection or while connecting, and the first is not disturbed
        with pytest.raises(ProviderThrottled, match="code 4429" if is_connected else "status 429"):
            other.synthesize(utterance("你好"))
        held.go.set()
        assert first.result().pcm


def test_nobody_listens() -> None:
    # Given a port that was free a moment ago
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"ws://127.0.0.1:{free.getsockname()[1]}"
    provider = AzureSpeechSession(key=KEY, host=host, first_chunk_timeout_ms=PATIENCE_MS)

    with pytest.raises(ProviderUnavailable):
        provider.synthesize(utterance("你好"))
    provider.close()


def test_closing_twice_and_speaking_afterwards(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    # Given a provider that has spoken
    provider = provider_for(emulator)
    provider.synthesize(utterance("你好"))

    # When it is closed twice
    provider.close()
    provider.close()

    # Then it speaks no more
    with pytest.raises(RuntimeError, match="closed"):
        provider.synthesize(utterance("你好"))


def test_closing_while_speaking_lets_the_utterance_finish(
    held: HeldEngine, emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    with ThreadPoolExecutor(1) as threads:
        # Given an utterance that is being spoken
        provider = provider_for(emulator)
        speaking = threads.submit(provider.synthesize, utterance("你好"))
        wait_for_requests(emulator)

        # When the provider is closed
        provider.close()

        # Then the utterance still comes back
        held.go.set()
        assert speaking.result().pcm


@pytest.mark.parametrize(("region", "host"), [(None, None), ("eastasia", "ws://127.0.0.1:1")])
def test_exactly_one_of_region_and_host_is_needed(region: str | None, host: str | None) -> None:
    with pytest.raises(ValueError, match="region or a host"):
        AzureSpeechSession(key=KEY, region=region, host=host)
