from __future__ import annotations

from castline.speech.language_tags import MAX_LANGUAGE_TAG_LENGTH, is_language_tag
from castline.speech.providers.azure.provider import AzureSpeech
from castline.speech.providers.azure.ssml import build_ssml
from castline.speech.providers.azure.voice_ids import is_voice_id
from castline.speech.providers.base import MAX_VOICE_ID_LENGTH
from castline.speech.utterances import Utterance


def test_voice_ids() -> None:
    for value in [
        "zh-TW-HsiaoYuNeural", "zh-CN-liaoning-XiaobeiNeural", "iu-Cans-CA-SiqiniqNeural", "fil-PH-BlessicaNeural",
        "en-US-Ava:DragonHDLatestNeural", "en-US-MultiTalker-Ava-Andrew:DragonHDLatestNeural",
        "de-DE-Conrad:DragonHDOmniLatestNeural", "en-US-Harper:MAI-Voice-2",
        "zh-CN-Xiaoxiao:DragonHDFlashLatestNeural", "en-US-JennyMultilingualV2Neural",
        "en-US-NovaTurboMultilingualNeural", "en-US-" + "A" * (MAX_VOICE_ID_LENGTH - 6),
    ]:  # fmt: skip
        assert is_voice_id(value)


def test_what_is_no_voice_id() -> None:
    for value in [
        "", "HsiaoYu", "zh-TW", "zh-TW-", "zh_TW_HsiaoYuNeural", "ZH-tw-HsiaoYuNeural", " zh-TW-HsiaoYuNeural",
        "zh-TW-HsiaoYuNeural\n", "zh-TW-曉雨Neural", "zh-TW-Hsiao'Yu", 'en-US-Ava"/><break', "en-US-Ava:",
        "en-US-Ava:Dragon:HD", "en-US-" + "A" * (MAX_VOICE_ID_LENGTH - 5),
    ]:  # fmt: skip
        assert not is_voice_id(value)


def test_what_a_voice_can_be_told() -> None:
    for voice_id, styles, foreign_language, phonemes in [
        ("zh-TW-HsiaoYuNeural", True, False, True),
        ("en-US-AvaMultilingualNeural", True, True, True),
        ("en-US-JennyMultilingualV2Neural", True, True, True),
        ("en-US-Ava:DragonHDLatestNeural", False, True, False),
        ("zh-CN-Xiaoxiao:DragonHDFlashLatestNeural", True, True, False),
    ]:
        traits = AzureSpeech({}).traits(voice_id)

        assert (traits.takes_styles, traits.takes_foreign_language, traits.takes_phonemes) == (
            styles,
            foreign_language,
            phonemes,
        )


def test_a_voice_id_begins_with_its_language() -> None:
    for voice_id, language in [
        ("zh-TW-HsiaoYuNeural", "zh-TW"),
        ("zh-CN-liaoning-XiaobeiNeural", "zh-CN-liaoning"),
        ("iu-Cans-CA-SiqiniqNeural", "iu-Cans-CA"),
        ("fil-PH-BlessicaNeural", "fil-PH"),
        ("en-US-MultiTalker-Ava-Andrew:DragonHDLatestNeural", "en-US"),
    ]:
        assert AzureSpeech({}).traits(voice_id).language == language


def test_a_multilingual_voice_is_told_a_documented_locale() -> None:
    for language, locale in [
        ("de", "de-DE"), ("DE-at", "de-AT"), ("zh-TW", "zh-TW"), ("zh", "zh-CN"), ("fil", "fil-PH"), ("en-SG", None),
        ("zh-Hant-TW", None), ("tlh", None), ("", None),
    ]:  # fmt: skip
        told = Utterance("hi", "en-US-AvaMultilingualNeural", "en-US", foreign_language=language)

        assert AzureSpeech({}).takes_language(language, voice_id=told.voice_id) == (locale is not None)
        assert not AzureSpeech({}).takes_language(language, voice_id="en-US-AvaNeural")
        if locale:
            assert f'<lang xml:lang="{locale}">hi</lang>' in build_ssml(told)


def test_language_tags() -> None:
    for value in [
        "zh", "zh-TW", "zh-tw", "zh-Hant-TW", "zh-cmn-Hans-CN", "es-419", "sl-rozaj-biske", "de-CH-1901",
        "en-US-u-islamcal", "zh-TW-x-castline", "x-private", "yue",
    ]:  # fmt: skip
        assert is_language_tag(value)


def test_what_is_no_language_tag() -> None:
    for value in [
        "", "z", "zh_TW", "zh-", "-TW", "zh--TW", "zh-TW-", "zh-TW\n", "中文", "zh-TW-u", "x", "a1-TW", "abcdefghi",
        "en-" + "-".join(["abcde"] * 6),
    ]:  # fmt: skip
        assert not is_language_tag(value)


def test_a_language_tag_may_be_as_long_as_rfc_5646_asks() -> None:
    longest = "en-Latn-US-" + "-".join(["abcdefgh", "abcde", "abcdefgh"])

    assert len(longest) <= MAX_LANGUAGE_TAG_LENGTH
    assert is_language_tag(longest)
    assert not is_language_tag(longest + "-abcdefgh")
