"""Utterances spoken in one request and cut apart, compared with the same ones spoken alone."""

from __future__ import annotations

import audioop
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castline.pcm import trim
from castline.speech.errors import CutUncertain, ProviderThrottled, VoiceNotFound
from castline.speech.providers.azure.grouping import group
from castline.speech.utterances import Utterance
from local.azure_speech.server import AzureSpeechEmulator
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY, utterance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.speech.utterances import Speech
    from tests.integration.azure_speech.conftest import ProviderFactory

BYTES_PER_MS = 48
YUN_JHE = "zh-TW-YunJheNeural"
AVA_HD = "en-US-Ava:DragonHDLatestNeural"
A_FEW_MS = 10
ESPEAK_VARIES_BY_MS = 25
"""eSpeak does not say the same text in exactly the same way twice in one process: up to 11 ms have been seen."""


@pytest.fixture(scope="module")
def humming() -> Iterator[AzureSpeechEmulator]:
    """Yield a service whose tones begin and end in silence, as voices do."""
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", with_silence=True) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def speaking() -> Iterator[AzureSpeechEmulator]:
    with AzureSpeechEmulator(key=KEY, voice_engine="espeak") as emulator:
        yield emulator


def places(speech: Speech) -> list[tuple[int, int]]:
    return [(word.start, word.end) for word in speech.words]


def beginnings_ms(speech: Speech) -> list[int]:
    """Return the time of each word's beginning, relative to the first one's."""
    return [word.start_ms - speech.words[0].start_ms for word in speech.words]


TEXTS = st.lists(
    st.sampled_from(["好", "天氣", "hello", " ok ", "3.14", "&", "<b>", "，", "。", "！」", "😀"]), max_size=12
).map(lambda pieces: f"嗯{''.join(pieces)}是")
UTTERANCES = st.lists(
    st.builds(
        Utterance,
        text=TEXTS,
        voice_id=st.sampled_from([HSIAO_YU, YUN_JHE, "en-US-AvaNeural"]),
        language=st.just("zh-TW"),
        rate=st.sampled_from([1.0, 0.8, 1.5]),
    ),
    min_size=1,
    max_size=8,
)


@given(UTTERANCES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_tone_is_the_one_that_it_is_alone(
    humming: AzureSpeechEmulator, provider_for: ProviderFactory, utterances: list[Utterance]
) -> None:
    provider = provider_for(humming)

    together = provider.synthesize_together(utterances)

    for speech, alone in zip(together, map(provider.synthesize, utterances), strict=True):
        assert trim(speech.pcm).pcm == trim(alone.pcm).pcm
        assert places(speech) == places(alone)
        assert beginnings_ms(speech) == pytest.approx(beginnings_ms(alone), abs=A_FEW_MS)


def test_each_voice_says_what_it_says_alone(speaking: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    # Given a dialogue with pauses in its turns
    provider = provider_for(speaking)
    turns = [
        "你好，今天天氣真好！",
        "是啊。要不要一起去公園走走？",
        "嗯。",
        "Dr. Lin, are you coming? It costs 3.14 dollars.",
        "「走吧！」",
    ]
    utterances = [utterance(text, (HSIAO_YU, YUN_JHE)[number % 2]) for number, text in enumerate(turns)]

    # When it is spoken in one request, and turn by turn
    together = provider.synthesize_together(utterances)
    alone = [provider.synthesize(one) for one in utterances]

    # Then each turn is as long and as loud, and its words are at their places
    for speech, other in zip(together, alone, strict=True):
        one_pcm, other_pcm = trim(speech.pcm).pcm, trim(other.pcm).pcm
        assert len(one_pcm) == pytest.approx(len(other_pcm), abs=ESPEAK_VARIES_BY_MS * BYTES_PER_MS)
        assert audioop.rms(one_pcm, 2) == pytest.approx(audioop.rms(other_pcm, 2), rel=0.05)
        assert places(speech) == places(other)


def test_a_whole_dialogue_takes_as_many_requests_as_it_was_grouped_in(
    humming: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    utterances = [utterance(f"第{number}句話，{'說' * (number % 7)}完了。") for number in range(100)]
    provider = provider_for(humming)
    before = len(humming.traffic.requests)

    spoken = {
        position: speech
        for request in group(utterances, max_requests=4)
        for position, speech in zip(
            request, provider.synthesize_together([utterances[position] for position in request]), strict=True
        )
    }

    assert sorted(spoken) == list(range(100))
    assert len(humming.traffic.requests) - before == 4
    assert all(len(speech.words) >= 5 for speech in spoken.values())


@pytest.mark.parametrize("texts", [("你好。", "……"), ("……", "你好"), ("你好", "!?", "再見")])
def test_what_has_no_words_is_not_cut(
    texts: tuple[str, ...], humming: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    provider = provider_for(humming)

    with pytest.raises(CutUncertain):
        provider.synthesize_together([utterance(text) for text in texts])

    # And the connection serves on
    assert provider.synthesize(utterance("你好")).words


@pytest.mark.parametrize("voices", [(AVA_HD, HSIAO_YU), (HSIAO_YU, AVA_HD), (AVA_HD, AVA_HD)])
def test_what_a_high_definition_voice_speaks_is_not_cut(
    voices: tuple[str, str], humming: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    with pytest.raises(CutUncertain):
        provider_for(humming).synthesize_together([utterance("你好", voice_id) for voice_id in voices])


def test_one_utterance_together_with_none_is_spoken_as_alone(
    humming: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    provider = provider_for(humming)

    assert provider.synthesize_together([utterance("好")]) == [provider.synthesize(utterance("好"))]


def test_failures_are_those_of_a_single_request(humming: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    provider = provider_for(humming)

    with pytest.raises(VoiceNotFound):
        provider.synthesize_together([utterance("你好"), utterance("你好", "zh-TW-NobodyNeural")])
    with pytest.raises(ProviderThrottled):
        provider.synthesize_together([utterance("你好"), utterance("{fault throttled}再見")])
