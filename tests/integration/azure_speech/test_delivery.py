"""Styles, languages, phonemes and aliases, through the Azure SDK and the emulator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from castline.pcm import trim
from castline.speech.cues import cues_of
from castline.speech.pronunciation import Alphabet, SpokenAs
from castline.speech.providers.azure.phones import as_sent
from castline.speech.utterances import Utterance
from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.tone import MS_PER_CHARACTER
from tests.integration.azure_speech.conftest import HSIAO_YU, KEY, utterance

if TYPE_CHECKING:
    from tests.integration.azure_speech.conftest import ProviderFactory

XIAOXIAO = "zh-CN-XiaoxiaoNeural"
AVA = "en-US-AvaNeural"
AVA_MULTILINGUAL = "en-US-AvaMultilingualNeural"
AVA_HD = "en-US-Ava:DragonHDLatestNeural"


def alias(start: int, end: int, spoken: str) -> SpokenAs:
    return SpokenAs(start=start, end=end, alias=spoken)


def test_an_utterance_is_spoken_in_its_style(emulator: AzureSpeechEmulator, provider_for: ProviderFactory) -> None:
    # Given a voice with styles, and one without
    provider = provider_for(emulator)
    styled, plain = utterance("你好", XIAOXIAO), utterance("你好", HSIAO_YU)

    # When each is told some
    spoken = [
        provider.synthesize(replace(styled, **delivery)).pcm
        for delivery in ({}, {"style": "sad"}, {"style": "sad", "style_degree": 2.0}, {"style": "cheerful"})
    ]

    # Then the one with styles sounds different in each, and the other one does not
    assert len(set(spoken)) == 4
    assert provider.synthesize(replace(plain, style="sad")) == provider.synthesize(plain)


@pytest.mark.parametrize("voice_id", [AVA_MULTILINGUAL, AVA_HD, HSIAO_YU])
def test_all_that_a_delivery_has_is_accepted_together(
    voice_id: str, emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    spoken = Utterance(
        "Die Jungen",
        voice_id,
        "en-US",
        rate=2.0,
        pitch_percent=5,
        style="empathetic",
        style_degree=0.01,
        foreign_language="de-DE",
        spoken_as=(SpokenAs(start=0, end=3, phoneme="diː", alphabet=Alphabet.IPA), alias(4, 10, "Buben")),
    )

    provider_for(emulator).synthesize(spoken)

    assert [record.outcome for record in emulator.traffic.requests] == ["completed"]


@pytest.mark.parametrize(
    ("phoneme", "alphabet", "voice_id"),
    [
        ("chong 2 qing 4", Alphabet.SAPI, HSIAO_YU),
        ("ㄔㄨㄥˊ ㄑㄧㄥˋ", Alphabet.SAPI, HSIAO_YU),
        ("təˈmeɪtoʊ", Alphabet.IPA, AVA),
        ("ゴウセイ", Alphabet.SAPI, "ja-JP-NanamiNeural"),
    ],
)
def test_a_phoneme_that_is_sent_is_taken_and_its_word_is_found(
    phoneme: str,
    alphabet: Alphabet,
    voice_id: str,
    emulator: AzureSpeechEmulator,
    provider_for: ProviderFactory,
) -> None:
    # Given a phoneme that the voice's language has
    assert as_sent(phoneme, alphabet=alphabet, language=voice_id[:5])
    entry = SpokenAs(start=2, end=6, phoneme=phoneme, alphabet=alphabet)

    # When it is spoken
    speech = provider_for(emulator).synthesize(replace(utterance("a word b", voice_id), spoken_as=(entry,)))

    # Then the request holds it, and the words are those of the text
    assert "<phoneme" in emulator.traffic.requests[-1].ssml
    assert [(word.start, word.end) for word in speech.words] == [(0, 1), (2, 6), (7, 8)]


@pytest.mark.parametrize("voice_id", ["th-TH-NiwatNeural", AVA_HD])
def test_a_phoneme_of_another_language_sinks_no_request(
    voice_id: str, emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    entry = SpokenAs(start=0, end=6, phoneme="təˈmeɪtoʊ", alphabet=Alphabet.IPA)

    provider_for(emulator).synthesize(replace(utterance("tomato", voice_id), spoken_as=(entry,)))

    assert "<phoneme" not in emulator.traffic.requests[-1].ssml


def test_cues_show_what_is_written_while_an_alias_is_heard(
    emulator: AzureSpeechEmulator, provider_for: ProviderFactory
) -> None:
    # Given two sentences, the first of which is spoken longer than it is written
    text = "See W3 now. Then go."
    spoken = replace(utterance(text, AVA), spoken_as=(alias(4, 6, "the now famous World Wide Web"),))

    # When it is spoken at 100 ms a character
    speech = provider_for(emulator).synthesize(spoken)

    # Then the alias is one word, and each cue is shown while it is heard
    words = {text[word.start : word.end]: (word.start_ms, word.end_ms) for word in speech.words}
    assert list(words) == ["See", "W3", "now", "Then", "go"]
    assert words["W3"] == (400, 400 + len("the now famous World Wide Web") * MS_PER_CHARACTER)
    cues = cues_of(text, speech.words, len(speech.pcm) // 48)
    assert [(text[cue.start : cue.end], cue.start_ms) for cue in cues] == [("See W3 now.", 0), ("Then go.", 3_900)]


def test_what_is_spoken_together_is_as_if_spoken_alone(provider_for: ProviderFactory) -> None:
    # Given utterances with styles, phonemes and aliases at their ends and amid them
    utterances = [
        replace(utterance("W3好天氣RC", HSIAO_YU), spoken_as=(alias(0, 2, "三個嗯"), alias(5, 7, "可樂 & 水"))),
        replace(utterance("你好嗎", XIAOXIAO), style="sad", style_degree=1.5),
        replace(
            utterance("去重慶", HSIAO_YU),
            spoken_as=(SpokenAs(start=1, end=3, phoneme="chong 2 qing 4", alphabet=Alphabet.SAPI),),
        ),
        utterance("再見", HSIAO_YU),
    ]
    with AzureSpeechEmulator(key=KEY, voice_engine="tone", with_silence=True) as emulator:
        provider = provider_for(emulator)

        # When they are spoken together, and each alone
        together = provider.synthesize_together(utterances)
        alone = [provider.synthesize(each) for each in utterances]

    # Then they sound the same, and the words are at the same places of the written texts
    assert [trim(speech.pcm).pcm for speech in together] == [trim(speech.pcm).pcm for speech in alone]
    assert [[(word.start, word.end) for word in speech.words] for speech in together] == [
        [(word.start, word.end) for word in speech.words] for speech in alone
    ]
    assert [(word.start, word.end) for word in together[0].words] == [(0, 2), (2, 3), (3, 4), (4, 5), (5, 7)]
