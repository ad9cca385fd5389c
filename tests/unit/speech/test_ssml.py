from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.errors import ProviderRejectedInput
from castline.speech.provider import Utterance
from castline.speech.ssml import build_ssml, unspeakable_positions

NAMESPACES = {"ssml": "http://www.w3.org/2001/10/synthesis"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read(ssml: str) -> ET.Element:
    return ET.fromstring(ssml)  # noqa: S314 - written by the code under test


def utterance(text: str) -> Utterance:
    return Utterance(text=text, voice_id="zh-TW-HsiaoYuNeural", language="zh-TW")


def test_the_document_names_the_language_and_the_voice() -> None:
    # When an utterance is written
    ssml = build_ssml(utterance("你好，今天天氣真好！"))

    # Then the document is exactly this
    assert ssml == (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="zh-TW">'
        '<voice name="zh-TW-HsiaoYuNeural">你好，今天天氣真好！</voice></speak>'
    )


@given(st.text())
def test_any_speakable_text_is_spoken_and_never_markup(text: str) -> None:
    # Given a text that XML can carry
    if unspeakable_positions(text):
        return

    # When it is written and read again
    speak = read(build_ssml(utterance(text)))

    # Then there is one voice, nothing in it but the text, and nothing beside it
    (voice,) = speak
    assert speak.get(XML_LANG) == "zh-TW"
    assert voice.get("name") == "zh-TW-HsiaoYuNeural"
    assert list(voice) == []
    assert (voice.text or "") == text.replace("\r\n", "\n").replace("\r", "\n")  # as every XML reader does


@pytest.mark.parametrize(
    "text",
    [
        '</voice><voice name="en-US-AvaNeural">',
        "<break time='9s'/>",
        "<!-- -->",
        "]]>",
        "&lt;",
        "<![CDATA[x]]>",
        "<?xml version='1.0'?>",
    ],
)
def test_markup_in_the_text_stays_text(text: str) -> None:
    voice = read(build_ssml(utterance(text))).find("ssml:voice", NAMESPACES)

    assert voice is not None
    assert voice.text == text


def test_markup_in_a_voice_or_language_stays_an_attribute() -> None:
    # Given values that no validation has seen
    hostile = '"><break/>'

    # When they are written
    speak = read(build_ssml(Utterance(text="hi", voice_id=hostile, language=hostile)))

    # Then they are values
    assert speak.get(XML_LANG) == hostile
    assert speak[0].get("name") == hostile


@pytest.mark.parametrize("code_point", [0x00, 0x08, 0x0B, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF])
def test_a_character_that_xml_cannot_carry_is_found_and_refused(code_point: int) -> None:
    text = f"好{chr(code_point)}x{chr(code_point)}"

    assert unspeakable_positions(text) == [1, 3]
    with pytest.raises(ProviderRejectedInput):
        build_ssml(utterance(text))


@pytest.mark.parametrize("text", ["", "\t\n\r", "\x7f\x85", "\ud7ff\ue000\ufffd", "😀\U0010ffff", "臺灣 <&>"])
def test_every_other_character_is_speakable(text: str) -> None:
    assert unspeakable_positions(text) == []
