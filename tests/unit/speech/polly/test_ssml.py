from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.errors import ProviderRejectedInput
from castline.speech.providers.polly.ssml import (
    MAX_BILLED_CHARACTERS,
    MAX_CHARACTERS,
    MAX_UTTERANCE_CHARACTERS,
    build_ssml,
    unescape,
)
from castline.speech.speakable import unspeakable_positions
from castline.speech.utterances import MAX_PITCH_PERCENT, MAX_RATE, MIN_PITCH_PERCENT, MIN_RATE, Utterance

SPEAKABLE = st.text().filter(lambda text: not unspeakable_positions(text))


def utterance(text: str, *, rate: float = 1.0, pitch_percent: int = 0) -> Utterance:
    return Utterance(text, "Joanna", "en-US", rate=rate, pitch_percent=pitch_percent)


def test_only_a_prosody_that_differs_is_written() -> None:
    for rate, pitch_percent, ssml in [
        (1.0, 0, "<speak>It&apos;s R&amp;D.</speak>"),
        (1.004, 0, "<speak>It&apos;s R&amp;D.</speak>"),
        (0.5, 0, '<speak><prosody rate="50%">It&apos;s R&amp;D.</prosody></speak>'),
        (1.29, 0, '<speak><prosody rate="129%">It&apos;s R&amp;D.</prosody></speak>'),
        (1.0, -20, '<speak><prosody pitch="-20%">It&apos;s R&amp;D.</prosody></speak>'),
        (2.0, 5, '<speak><prosody rate="200%" pitch="+5%">It&apos;s R&amp;D.</prosody></speak>'),
    ]:
        assert build_ssml(utterance("It's R&D.", rate=rate, pitch_percent=pitch_percent)) == ssml


@given(SPEAKABLE, st.floats(MIN_RATE, MAX_RATE), st.integers(MIN_PITCH_PERCENT, MAX_PITCH_PERCENT))
def test_any_speakable_text_is_spoken_and_never_markup(text: str, rate: float, pitch_percent: int) -> None:
    speak = ET.fromstring(  # noqa: S314 - written by the code under test
        build_ssml(utterance(text, rate=rate, pitch_percent=pitch_percent))
    )

    assert [element.tag for element in speak.iter()] in (["speak"], ["speak", "prosody"])
    assert "".join(speak.itertext()) == text.replace("\r\n", "\n").replace("\r", "\n")  # as every XML reader does


@given(st.text(alphabet="a&;<>'\"lgtmposamp#39", max_size=40))
def test_what_is_escaped_can_be_read_back(text: str) -> None:
    ssml = build_ssml(utterance(text))

    assert unescape(ssml.removeprefix("<speak>").removesuffix("</speak>")) == text


def test_no_utterance_of_the_longest_length_passes_a_limit_however_it_is_counted() -> None:
    for character in ["&", "<", ">", "'", '"', "好", "é", "\U0001f600"]:
        # Given the longest text, spoken with the longest markup
        text = character * MAX_UTTERANCE_CHARACTERS
        ssml = build_ssml(utterance(text, rate=MAX_RATE, pitch_percent=MIN_PITCH_PERCENT))

        # Then the limits are kept, counted in code points or in UTF-16, and with escapes counted as they are written
        assert len(ssml.encode("utf-16-le")) // 2 <= MAX_CHARACTERS
        written = ssml.partition('%">')[2].removesuffix("</prosody></speak>")
        assert len(written.encode("utf-16-le")) // 2 <= MAX_BILLED_CHARACTERS


def test_the_longest_length_is_no_shorter_than_it_must_be() -> None:
    text = "'" * (MAX_UTTERANCE_CHARACTERS + 1)

    assert len(build_ssml(utterance(text)).removeprefix("<speak>").removesuffix("</speak>")) > MAX_BILLED_CHARACTERS


def test_a_character_that_xml_cannot_carry_is_refused() -> None:
    for code_point in [0x00, 0x08, 0x1F, 0xD800, 0xFFFE]:
        with pytest.raises(ProviderRejectedInput) as refusal:
            build_ssml(utterance(f"secret{chr(code_point)}"))

        assert "secret" not in str(refusal.value)
