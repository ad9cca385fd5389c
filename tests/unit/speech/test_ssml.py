from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.speech.errors import ProviderRejectedInput
from castline.speech.pronunciation import Alphabet, SpokenAs
from castline.speech.providers.azure.billing import billed_characters
from castline.speech.providers.azure.ssml import build_joint_ssml, build_ssml
from castline.speech.speakable import unspeakable_positions
from castline.speech.utterances import Utterance

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


def test_a_prosody_is_written_as_changes_in_percent() -> None:
    for rate, pitch_percent, attributes in [
        (1.25, 0, 'rate="+25%"'), (0.5, 0, 'rate="-50%"'), (2, 0, 'rate="+100%"'), (0.994, 0, 'rate="-1%"'),
        (1.0, 20, 'pitch="+20%"'), (0.9, -20, 'rate="-10%" pitch="-20%"'),
    ]:  # fmt: skip
        ssml = build_ssml(Utterance("你好", "zh-TW-HsiaoYuNeural", "zh-TW", rate=rate, pitch_percent=pitch_percent))

        assert f'<voice name="zh-TW-HsiaoYuNeural"><prosody {attributes}>你好</prosody></voice>' in ssml


def test_a_neutral_prosody_is_not_written() -> None:
    for rate in [1, 1.0, 1.004, 0.996]:
        neutral = Utterance("你好", "zh-TW-HsiaoYuNeural", "zh-TW", rate=rate, pitch_percent=0)

        assert build_ssml(neutral) == build_ssml(utterance("你好"))


def test_a_prosody_out_of_range_is_refused() -> None:
    for rate, pitch_percent in [(0.49, 0), (2.01, 0), (float("nan"), 0), (1, 21), (1, -21)]:
        with pytest.raises(ValueError, match="must be from"):
            Utterance("你好", "zh-TW-HsiaoYuNeural", "zh-TW", rate=rate, pitch_percent=pitch_percent)


def test_a_joint_document_has_a_voice_for_each_utterance_and_breaks_between() -> None:
    # Given utterances of which two are equal
    one, other = utterance("你好"), Utterance("再見", "zh-TW-YunJheNeural", "zh-TW", rate=1.5)

    # When they are written together
    ssml = build_joint_ssml([one, other, one])

    # Then each has its voice, and all but the last a break outside their prosody
    assert ssml == (
        '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="zh-TW">'
        '<voice name="zh-TW-HsiaoYuNeural">你好<break/></voice>'
        '<voice name="zh-TW-YunJheNeural"><prosody rate="+50%">再見</prosody><break/></voice>'
        '<voice name="zh-TW-HsiaoYuNeural">你好</voice></speak>'
    )


def test_a_joint_document_is_of_one_language() -> None:
    english = Utterance("hello", "en-US-AvaNeural", "en-US")

    with pytest.raises(ValueError, match="one language"):
        build_joint_ssml([utterance("你好"), english])
    with pytest.raises(ValueError, match="one language"):
        build_joint_ssml([])


SPEAK = '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="zh-TW">'
SPEAK_WITH_STYLES = SPEAK.replace(" xml:lang", ' xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang')


def phoneme(start: int, end: int, phones: str, alphabet: Alphabet = Alphabet.SAPI) -> SpokenAs:
    return SpokenAs(start=start, end=end, phoneme=phones, alphabet=alphabet)


def test_a_delivery_is_written_around_the_text() -> None:
    cases: list[tuple[dict[str, Any], str, str, str]] = [
        ({}, SPEAK, "", ""),
        ({"style_degree": 2.0}, SPEAK, "", ""),
        (
            {"style": "cheerful"}, SPEAK_WITH_STYLES, '<mstts:express-as style="cheerful">', "</mstts:express-as>",
        ),
        (
            {"style": "sad", "style_degree": 0.5},
            SPEAK_WITH_STYLES,
            '<mstts:express-as style="sad" styledegree="0.5">',
            "</mstts:express-as>",
        ),
        ({"foreign_language": "fr-FR"}, SPEAK, '<lang xml:lang="fr-FR">', "</lang>"),
        (
            {"style": "sad", "foreign_language": "de-DE", "rate": 1.5},
            SPEAK_WITH_STYLES,
            '<mstts:express-as style="sad"><lang xml:lang="de-DE"><prosody rate="+50%">',
            "</prosody></lang></mstts:express-as>",
        ),
    ]  # fmt: skip

    for delivery, speak, opened, closed in cases:
        ssml = build_ssml(replace(utterance("你好"), **delivery))

        assert ssml == f'{speak}<voice name="zh-TW-HsiaoYuNeural">{opened}你好{closed}</voice></speak>'


def test_a_phoneme_is_written_around_its_words_and_an_alias_in_their_place() -> None:
    # Given a text of which one word has a phoneme and another an alias
    spoken = replace(
        utterance("去重慶看W3C的<人>"),
        spoken_as=(phoneme(1, 3, "chong 2 qing 4"), SpokenAs(start=4, end=7, alias="全球資訊網 & co")),
        rate=1.5,
    )

    # When it is written
    ssml = build_ssml(spoken)

    # Then a voice of Taiwan gets its own phones, and the alias is text
    content = (
        '<prosody rate="+50%">去<phoneme alphabet="sapi" ph="ㄔㄨㄥˊㄑㄧㄥˋ">重慶</phoneme>'
        "看全球資訊網 &amp; co的&lt;人&gt;</prosody>"
    )
    assert ssml == f'{SPEAK}<voice name="zh-TW-HsiaoYuNeural">{content}</voice></speak>'
    # And all of it is billed
    ideographs = len("去重慶看全球資訊網的人")
    assert billed_characters(spoken) == len(content) + ideographs


def test_a_phoneme_that_a_voice_might_refuse_is_not_written() -> None:
    for voice_id in [
        "en-US-AvaNeural",
        "zh-CN-liaoning-XiaobeiNeural",
        "zh-TW-HsiaoYu:DragonHDLatestNeural",
        "fil-PH-BlessicaNeural",
    ]:
        # Given a voice that has no such phones, or none that are known
        spoken = replace(utterance("去重慶"), voice_id=voice_id, spoken_as=(phoneme(1, 3, "chong 2 qing 4"),))

        # When it is written, then the text is spoken as it stands
        assert build_ssml(spoken) == build_ssml(replace(spoken, spoken_as=()))


def test_one_style_in_a_joint_document_declares_styles_for_all() -> None:
    plain, sad = utterance("你好"), replace(utterance("再見"), style="sad")

    assert build_joint_ssml([plain, plain]).startswith(SPEAK + "<voice")
    assert build_joint_ssml([plain, sad]) == (
        f'{SPEAK_WITH_STYLES}<voice name="zh-TW-HsiaoYuNeural">你好<break/></voice>'
        '<voice name="zh-TW-HsiaoYuNeural"><mstts:express-as style="sad">再見</mstts:express-as></voice></speak>'
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


def test_markup_in_the_text_stays_text() -> None:
    for text in [
        '</voice><voice name="en-US-AvaNeural">', "<break time='9s'/>", "<!-- -->", "]]>", "&lt;", "<![CDATA[x]]>",
        "<?xml version='1.0'?>",
    ]:  # fmt: skip
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


def test_a_character_that_xml_cannot_carry_is_found_and_refused() -> None:
    for code_point in [0x00, 0x08, 0x0B, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]:
        text = f"好{chr(code_point)}x{chr(code_point)}"

        assert unspeakable_positions(text) == [1, 3]
        for spoken in (
            utterance(text),
            replace(utterance("好"), spoken_as=(SpokenAs(start=0, end=1, alias=text),)),
            replace(utterance("好"), style=text),
        ):
            with pytest.raises(ProviderRejectedInput):
                build_ssml(spoken)


def test_every_other_character_is_speakable() -> None:
    for text in ["", "\t\n\r", "\x7f\x85", "\ud7ff\ue000\ufffd", "😀\U0010ffff", "臺灣 <&>"]:
        assert unspeakable_positions(text) == []
