from __future__ import annotations

import unicodedata

import pytest

from castline.speech.pronunciation import Alphabet
from castline.speech.providers.azure.phones import as_sent
from castline.speech.providers.azure.provider import AzureSpeech
from tests.unit.linear_time import little_time

AZURE = AzureSpeech({})


def ipa(phoneme: str, language: str) -> str | None:
    return as_sent(phoneme, alphabet=Alphabet.IPA, language=language)


def sapi(phoneme: str, language: str) -> str | None:
    return as_sent(phoneme, alphabet=Alphabet.SAPI, language=language)


def test_documented_phones_are_sent_as_they_are() -> None:
    for phoneme, language in [
        ("tə.ˈmeɪ.toʊ", "en-US"), ("təmeɪˈtoʊ", "en-us"), ("bɛˈniːnji", "en-US"), ("təˈmɑːtəʊ", "en-GB"),
        ("tʃiːz", "en-AU"), ("ˈaːbɐ", "de-DE"), ("mœçt", "de-AT"), ("bɔ̃ʒuʁ", "fr-FR"), ("ˈko.t͡ʃe", "es-ES"),
        ("ˈot͡ʃo", "es-MX"), ("ˈɔʤːi", "it-IT"), ("amaˈɲɐ̃", "pt-BR"), ("kəˈmj̃ɐ̃w̃", "pt-BR"), ("sɐ̃w̃", "pt-PT"),
        ("j͡ʌgi", "ko-KR"),
    ]:  # fmt: skip
        assert ipa(phoneme, language) == phoneme


def test_other_phones_and_languages_are_not_sent() -> None:
    for phoneme, language in [
        ("", "en-US"), ("ˈ", "en-US"), ("təmeɪˈtoʊ", "en-GB"), ("ɒ", "en-US"), ("tə me", "en-US"), ("t'm", "en-US"),
        ("tə:", "en-US"), ('ə"/>', "en-US"), ("a", "en-IN"), ("a", "zh-TW"), ("a", "ja-JP"), ("a", "tlh"),
        ("chong 2", "zh-CN"),
    ]:  # fmt: skip
        assert ipa(phoneme, language) is None


def test_a_phoneme_that_could_be_read_in_many_ways_is_refused_at_once() -> None:
    for ambiguous, language in (("aː", "de-DE"), ("tʃ", "en-US"), ("ɪə", "en-GB"), ("tʃː", "it-IT")):
        # Given phones of which each could be one or two, and an unknown one at the end
        phoneme = ambiguous * 10_000

        with little_time(ambiguous):
            assert ipa(phoneme, language) == phoneme
            assert ipa(phoneme + "?", language) is None


@pytest.mark.parametrize(
    ("written", "sent", "language"),
    [
        (unicodedata.normalize("NFC", "õ"), unicodedata.normalize("NFD", "õ"), "pt-BR"),
        (unicodedata.normalize("NFD", "ç"), unicodedata.normalize("NFC", "ç"), "de-DE"),
        ("ɡoʊ", "goʊ", "en-US"),
    ],
)
def test_spellings_that_look_alike_are_one(written: str, sent: str, language: str) -> None:
    assert ipa(written, language) == sent


def test_phones_of_microsoft_are_sent_in_the_spelling_of_the_language() -> None:
    for phoneme, language, sent in [
        ("chong 2 qing 4", "zh-CN", "chong 2 - qing 4"),
        ("zu 3 - zhi 1 - guan 1 - xi 5", "zh-CN", "zu 3 - zhi 1 - guan 1 - xi 5"),
        ("lei  3 -jin 4", "zh-CN", "lei 3 - jin 4"), ("chong 2 qing 4", "zh-TW", "ㄔㄨㄥˊㄑㄧㄥˋ"),
        ("jian 3 diao 4", "zh-TW", "ㄐㄧㄢˇㄉㄧㄠˋ"),
        ("yuan 2 yue 4 nv 3 xu 1 shi 4 er 5", "zh-TW", "ㄩㄢˊㄩㄝˋㄋㄩˇㄒㄩˉㄕˋㄦ˙"),
        ("ㄖㄢˊㄏㄡˋ", "zh-TW", "ㄖㄢˊㄏㄡˋ"), ("ㄖㄢˊ ㄏㄡˋ", "zh-TW", "ㄖㄢˊㄏㄡˋ"),
        ("ㄅㄚ ㄅㄚˉ", "zh-TW", "ㄅㄚˉㄅㄚˉ"), ("hoeng 1 gong 2", "zh-HK", "hoeng 1 - gong 2"),
        ("iy eh n y uw eh s", "en-US", "iy eh n y uw eh s"), ("b er 1 r - g ax r", "en-US", "b er 1 r - g ax r"),
        ("ゴウセイ", "ja-JP", "ゴウセイ"),
    ]:  # fmt: skip
        assert sapi(phoneme, language) == sent


def test_other_phones_of_microsoft_are_not_sent() -> None:
    for phoneme, language in [
        ("", "zh-CN"), ("chong qing", "zh-CN"), ("chong2 qing4", "zh-CN"), ("chong 2 qing 6", "zh-CN"),
        ("fong 2", "zh-CN"), ("ㄔㄨㄥˊ", "zh-CN"), ("ㄅㄚㄅㄚˉ", "zh-TW"), ("ㄔㄥㄨˊ", "zh-TW"), ("hoeng 7", "zh-HK"),
        ("qing 4", "zh-HK"), ("b er 3", "en-US"), ("1 b", "en-US"), ("- b", "en-US"), ("b -", "en-US"),
        ("iy", "en-GB"), ("コー", "ja-JP"),
    ]:  # fmt: skip
        assert sapi(phoneme, language) is None


def test_a_language_without_a_region_has_the_phones_of_any_of_its_regions() -> None:
    # Given a phoneme that American voices take and British ones refuse, and one for all
    american, common = "oʊ", "ə"

    # When a pronunciation is for English, then it is known
    assert AZURE.is_phoneme(american, alphabet=Alphabet.IPA, language="en")
    assert not AZURE.is_phoneme("y", alphabet=Alphabet.IPA, language="en")
    assert AZURE.is_phoneme("y", alphabet=Alphabet.IPA, language="")
    assert AZURE.is_phoneme("chong 2 qing 4", alphabet=Alphabet.SAPI, language="")
    assert not AZURE.is_phoneme("?", alphabet=Alphabet.IPA, language="")
    # And where only the language is known, it is sent only if all take it
    assert ipa(american, "en") is None
    assert ipa(common, "en") == common
