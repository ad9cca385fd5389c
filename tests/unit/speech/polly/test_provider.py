from __future__ import annotations

from typing import Any

import pytest

from castline.speech.errors import ProviderRejectedInput
from castline.speech.pronunciation import SpokenAs
from castline.speech.providers.base import InvalidProviderOptions
from castline.speech.providers.polly.provider import AmazonPolly
from castline.speech.providers.polly.ssml import build_ssml
from castline.speech.utterances import Utterance


def utterance(text: str, **prosody: Any) -> Utterance:
    return Utterance(text, "Joanna", "en-US", **prosody)


def test_options_that_are_of_no_use_are_refused_by_name() -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"engine": "quantum"}, "engine"), ({"engine": None}, "engine"), ({"engine": ["neural"]}, "engine"),
        ({"region": "taipei"}, "region"), ({"region": 1}, "region"), ({"region": "us-east-1.example.com/"}, "region"),
        ({"speed": 2}, "speed"),
    ]  # fmt: skip

    for options, named in cases:
        with pytest.raises(InvalidProviderOptions, match=named):
            AmazonPolly(options)


def test_a_region_is_no_must() -> None:
    for region in [None, "us-east-1", "us-gov-west-1", "ap-southeast-5"]:
        AmazonPolly({"engine": "standard", "region": region})


def test_what_a_voice_takes_and_gives_depends_on_the_engine() -> None:
    for engine, takes_pitch, reports_words in [
        ("generative", False, False), ("long-form", False, True), ("neural", False, True), ("standard", True, True),
    ]:  # fmt: skip
        traits = AmazonPolly({"engine": engine}).traits("Joanna")

        assert (traits.takes_rate, traits.takes_pitch, traits.reports_words) == (True, takes_pitch, reports_words)


@pytest.mark.parametrize("value", ["Joanna", "Zhiyu", "Lea"])
def test_a_polly_id_is_a_voice_id(value: str) -> None:
    assert AmazonPolly({}).is_voice_id(value)


def test_anything_else_is_none() -> None:
    for value in ["", "joanna", "en-US-AvaNeural", "Léa", "Joanna\n", "J", "A" * 51, "alloy"]:
        assert not AmazonPolly({}).is_voice_id(value)


def test_utterances_that_sound_alike_and_only_those_have_the_same_cache_identity() -> None:
    neural, standard = AmazonPolly({}), AmazonPolly({"engine": "standard"})

    assert neural.cache_identity(utterance("Hi", rate=1.004)) == neural.cache_identity(utterance("Hi"))
    different = [
        neural.cache_identity(utterance("Hi")),
        neural.cache_identity(utterance("Ho")),
        neural.cache_identity(utterance("Hi", rate=1.01)),
        standard.cache_identity(utterance("Hi")),
        standard.cache_identity(utterance("Hi", pitch_percent=1)),
    ]
    assert len(set(different)) == len(different)


def test_tags_and_escapes_are_not_billed_and_words_are_billed_as_a_second_request() -> None:
    one_cue, two_cues = utterance("R&D, 你好 😀", rate=2), utterance("One. Two.")

    assert AmazonPolly({}).billed_characters([one_cue, two_cues]) == [9, 18]
    assert AmazonPolly({"engine": "generative"}).billed_characters([one_cue, two_cues]) == [9, 9]


def test_an_alias_is_sent_and_billed_in_place_of_what_is_written() -> None:
    # Given a word with an alias
    spoken = utterance("R&D.", spoken_as=(SpokenAs(start=0, end=3, alias="research & development"),))
    written_so = utterance("research & development.")

    # When it is spoken, then it is as if the alias were written, but for the cues
    assert build_ssml(spoken) == build_ssml(written_so)
    assert AmazonPolly({}).billed_characters([spoken]) == AmazonPolly({}).billed_characters([written_so])
    assert AmazonPolly({}).cache_identity(spoken) != AmazonPolly({}).cache_identity(written_so)


def test_a_text_that_xml_cannot_carry_is_refused_wherever_it_is_asked_about() -> None:
    for ask in (AmazonPolly({}).cache_identity, lambda each: AmazonPolly({}).billed_characters([each])):
        with pytest.raises(ProviderRejectedInput):
            ask(utterance("\x00"))
