"""Phones that Azure Speech documents for the languages of its voices, and their spelling in a request.

Azure refuses a whole document because of one unknown phone, so only documented phones of the languages below are
accepted. The source of the tables is
https://learn.microsoft.com/azure/ai-services/speech-service/speech-ssml-phonetic-sets.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from castline.speech.pronunciation import Alphabet

_ENGLISH_CONSONANTS: Final = "p b t d k g m n ŋ f v θ ð s z ʃ ʒ h tʃ dʒ l ɹ w j"
_GERMAN: Final = (
    "aː a ɔ ɛː ɛ ə iː ɪ øː o oː œ e eː uː ʊ yː ʏ ai au ɔy ɔʏ̯ ɐ "
    "b d ʤ f g h j k l m n ŋ p pf ʀ r ʁ s ʃ t ts tʃ v x ç z ʒ ʔ"
)
_FRENCH: Final = "a ɑ ɑ̃ ə ɛ ø e ɛ̃ i œ ɔ ɔ̃ o œ̃ u y b d f g ɲ ɥ k l m n ŋ p ʁ s ʃ t v w j z ʒ n‿ t‿ z‿"
_SPANISH_CONSONANTS: Final = "b β t͡ʃ d ð f g ɣ j j͡j k l ʎ m n ɲ p ɾ r s t w x"
_ENGLISH: Final = f"i ɪ eɪ ɛ æ ɑ ɔ ʊ oʊ u ʌ aɪ aʊ ɔɪ ə ɝ ɚ {_ENGLISH_CONSONANTS}"
_BRITISH: Final = f"ɑː æ ʌ ɛə aʊ ə aɪ ɛ ɜː eɪ ɪ ɪə iː ɒ ɔː əʊ ɔɪ ʊ ʊə uː {_ENGLISH_CONSONANTS}"

_IPA: Final = {
    "en-US": _ENGLISH,
    "en-CA": _ENGLISH,
    "en-GB": _BRITISH,
    "en-IE": _BRITISH,
    "en-AU": _BRITISH,
    "de-DE": _GERMAN,
    "de-AT": _GERMAN,
    "de-CH": _GERMAN,
    "fr-FR": _FRENCH,
    "fr-BE": _FRENCH,
    "fr-CA": _FRENCH,
    "fr-CH": _FRENCH,
    "es-ES": f"a e i o u θ {_SPANISH_CONSONANTS}",
    "es-MX": f"ɑ e i o u {_SPANISH_CONSONANTS}",
    "it-IT": (
        "a ai au e ɛ ɛj ɛu ei eu i u o ɔ ɔj oi ou "
        "b bː ʧ tʃː kː d dː ʣ ʣː f fː ʤ ʤː g gː ʎ ʎː ɲː ɲ j k l lː m mː n nː p pː ɾ rː s sː ʃ ʃː t tː ʦ ʦː v vː w z"
    ),
    "pt-BR": "i ĩ a ɔ u ũ o e ɐ̃ ə ɛ ẽ õ w̃ w p b t d g m n ɲ f v ɾ s z ʃ ʒ x tʃ dʒ l ʎ j̃ j k",
    "pt-PT": (
        "a ɐ ɐj ɐ̃ ɐ̃j̃ ɐ̃w̃ ɐ͡w a͡j ɔ ɔ͡j a͡w ə e ɛ ɛ͡w ẽ e͡w i ĩ i͡w o o͡j õ õj̃ u u͡j ũ ũj̃ "
        "b d ɾ f g j k l ɫ ʎ m n ɲ p ʀ s ʃ t v w z ʒ"
    ),
    "ko-KR": (
        "a ɛ e ɯ i ʌ o u ɰ͡i ø w͡a w͡ɛ w͡e w͡i w͡ʌ j͡a j͡ɛ j͡e j͡ʌ j͡o j͡u b̥ p b t͡ɕʰ d̥ t d g̥ k g h ɦ d͡ʑ d͡ʑ̥ t͡ɕ kʰ l m n ŋ "
        "pʰ ɾ sʰ s tʰ"
    ),
}
"""The phones of each language in the International Phonetic Alphabet."""

_DOCUMENTED: Final = {tag.casefold(): tag for tag in (*_IPA, "ja-JP", "zh-CN", "zh-TW", "zh-HK")}
"""The languages with phones in any alphabet, by their case-folded tags."""

_SAPI_ENGLISH_VOWELS: Final = "iy ih ey eh ae aa ao uh ow uw ah ay aw oy ax er"
_SAPI_ENGLISH_CONSONANTS: Final = "w y p b t d k g m n ng f v th dh s z sh zh h ch jh l r"

# Each initial in pinyin and in bopomofo, and the finals that follow it in Mandarin, in pinyin.
_MANDARIN: Final = (
    ("", "", "a o e ai ei ao ou an en ang er"),
    ("b", "ㄅ", "a o ai ei ao an en ang eng i ie iao ian in ing u"),
    ("p", "ㄆ", "a o ai ei ao ou an en ang eng i ie iao ian in ing u"),
    ("m", "ㄇ", "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u"),
    ("f", "ㄈ", "a o ei ou an en ang eng u"),
    ("d", "ㄉ", "a e ai ei ao ou an ang eng ong i ie iao iu ian ing u uo ui uan un"),
    ("t", "ㄊ", "a e ai ao ou an ang eng ong i ie iao ian ing u uo ui uan un"),
    ("n", "ㄋ", "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan v ue"),
    ("l", "ㄌ", "a e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ue"),
    ("g", "ㄍ", "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    ("k", "ㄎ", "a e ai ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    ("h", "ㄏ", "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    ("j", "ㄐ", "i ia ie iao iu ian in iang ing iong u ue uan un"),
    ("q", "ㄑ", "i ia ie iao iu ian in iang ing iong u ue uan un"),
    ("x", "ㄒ", "i ia ie iao iu ian in iang ing iong u ue uan un"),
    ("zh", "ㄓ", "i a e ai ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    ("ch", "ㄔ", "i a e ai ao ou an en ang eng ong u uo uai ui uan un uang"),
    ("sh", "ㄕ", "i a e ai ei ao ou an en ang eng u ua uo uai ui uan un uang"),
    ("r", "ㄖ", "i e ao ou an en ang eng ong u uo ui uan un"),
    ("z", "ㄗ", "i a e ai ei ao ou an en ang eng ong u uo ui uan un"),
    ("c", "ㄘ", "i a e ai ao ou an en ang eng ong u uo ui uan un"),
    ("s", "ㄙ", "i a e ai ao ou an en ang eng ong u uo ui uan un"),
    ("y", "", "i a e ao ou an in ang ing ong u ue uan un"),
    ("w", "", "u a o ai ei an en ang eng"),
)
_PINYIN_FINALS: Final = (
    "a o e ai ei ao ou an en ang eng er i ia ie iao iu ian in iang ing iong u ua uo uai ui uan un uang ong v ue"
)
_THEIR_BOPOMOFO: Final = (
    "ㄚ ㄛ ㄜ ㄞ ㄟ ㄠ ㄡ ㄢ ㄣ ㄤ ㄥ ㄦ ㄧ ㄧㄚ ㄧㄝ ㄧㄠ ㄧㄡ ㄧㄢ ㄧㄣ ㄧㄤ ㄧㄥ ㄩㄥ "
    "ㄨ ㄨㄚ ㄨㄛ ㄨㄞ ㄨㄟ ㄨㄢ ㄨㄣ ㄨㄤ ㄨㄥ ㄩ ㄩㄝ"
)
_BOPOMOFO_FINALS: Final = dict(zip(_PINYIN_FINALS.split(), _THEIR_BOPOMOFO.split(), strict=True))
# Finals with another meaning after some initials: pinyin then writes u for ü, and y and w for the vowels i, u and ü.
_AFTER_J: Final = {"u": "ㄩ", "uan": "ㄩㄢ", "un": "ㄩㄣ"}
_AFTER_Y: Final = {"a": "ㄧㄚ", "e": "ㄧㄝ", "ao": "ㄧㄠ", "ou": "ㄧㄡ", "an": "ㄧㄢ", "ang": "ㄧㄤ", "ong": "ㄩㄥ"}
_AFTER_W: Final = {
    final: "ㄨ" + _BOPOMOFO_FINALS[final] for final in ("a", "o", "ai", "ei", "an", "en", "ang", "eng")
}
_AFTER_ZH: Final = {"i": ""}
_AFTER: Final = {
    **dict.fromkeys(("j", "q", "x"), _AFTER_J),
    **dict.fromkeys(("zh", "ch", "sh", "r", "z", "c", "s"), _AFTER_ZH),
    "y": _AFTER_J | _AFTER_Y,
    "w": _AFTER_W,
}
_BOPOMOFO_TONES: Final = dict(zip("12345", "ˉˊˇˋ˙", strict=True))

_JYUTPING_INITIALS: Final = "p b t d k g f s h m n ng c z l kw gw w j"
_JYUTPING_FINALS: Final = (
    "aa aai aau aam aan aang aap aat aak ai au am an ang ap at ak e ei eng ek i iu im in ing ip it ik "
    "o oi ou on ong ot ok u ui un ung ut uk oe oeng oek eoi eon eot yu yun yut"
)

_KANA: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ"
)


def as_sent(phoneme: str, *, alphabet: Alphabet, language: str) -> str | None:
    """Return ``phoneme`` in a spelling that voices of ``language`` are sure to accept; None if there is none.

    For Mandarin of Taiwan, pinyin with tones becomes bopomofo, because these voices know only that:
    https://github.com/Azure-Samples/cognitive-services-speech-sdk/issues/1638.

    Args:
        phoneme: phones in IPA without white space; or in Microsoft's phones of a language.
        alphabet: the alphabet of ``phoneme``.
        language: a language tag. A tag without a region stands for all documented regions.
    """
    spellings = {_spelled(phoneme, alphabet, each) for each in _locales(language)}
    return spellings.pop() if len(spellings) == 1 else None


def is_known(phoneme: str, *, alphabet: Alphabet, language: str) -> bool:
    """Return whether voices of ``language``, or of one of its documented regions, accept ``phoneme``.

    An empty ``language`` stands for all languages.
    """
    return any(_spelled(phoneme, alphabet, each) is not None for each in _locales(language))


def _locales(language: str) -> tuple[str, ...]:
    tag = language.casefold()
    if not tag:
        return tuple(_DOCUMENTED.values())
    if "-" in tag:
        return (_DOCUMENTED[tag],) if tag in _DOCUMENTED else ()
    return tuple(name for key, name in _DOCUMENTED.items() if key.startswith(f"{tag}-"))


def _spelled(phoneme: str, alphabet: Alphabet, locale: str) -> str | None:
    if alphabet is Alphabet.IPA:
        phones = _ipa_word(locale)
        spelled = _decomposed(phoneme)
        return spelled if phones and phones.fullmatch(spelled) else None
    spelled = " ".join(phoneme.replace("-", " - ").split())
    match locale:
        case "en-US":
            return spelled if _english_word().fullmatch(spelled) else None
        case "zh-CN":
            return _join_syllables(spelled, _pinyin(), tones="12345")
        case "zh-TW":
            return _as_bopomofo(spelled)
        case "zh-HK":
            return _join_syllables(spelled, _jyutping(), tones="123456")
        case "ja-JP":
            return spelled if re.fullmatch(f"[{_KANA}]+", spelled) else None
        case _:
            return None


def _decomposed(phoneme: str) -> str:
    """Write a phoneme as the tables do: with separate diacritics, except for the letter ç, and a plain g for ɡ."""
    return unicodedata.normalize("NFD", phoneme).replace("c\N{COMBINING CEDILLA}", "\xe7").replace("ɡ", "g")


@cache
def _ipa_word(locale: str) -> re.Pattern[str] | None:
    if locale not in _IPA:
        return None
    phones = "|".join(sorted(map(_decomposed, _IPA[locale].split()), key=len, reverse=True))
    # Each phone is matched once, at its longest. Otherwise, there would be too many ways to match a long phoneme.
    return re.compile(rf"(?>[.‿]?[ˈˌ]?(?:{phones})ː?)++[ˈˌ]?")


@cache
def _english_word() -> re.Pattern[str]:
    vowel, consonant = (phones.replace(" ", "|") for phones in (_SAPI_ENGLISH_VOWELS, _SAPI_ENGLISH_CONSONANTS))
    phone = f"(({vowel})( [12])?|{consonant})"
    return re.compile(f"{phone}(( -)? {phone})*")


def _join_syllables(spelled: str, syllables: frozenset[str], *, tones: str) -> str | None:
    """Return syllables with tones, with hyphens between them: ``chong 2 - qing 4``."""
    found = re.fullmatch(rf"[a-z]+ [{tones}]( (- )?[a-z]+ [{tones}])*", spelled)
    parts = re.findall(r"([a-z]+) (\d)", spelled)
    if found is None or not syllables.issuperset(syllable for syllable, _ in parts):
        return None
    return " - ".join(map(" ".join, parts))


def _as_bopomofo(spelled: str) -> str | None:
    """Return syllables in bopomofo, each with its tone: ``ㄔㄨㄥˊㄑㄧㄥˋ``."""
    if in_pinyin := _join_syllables(spelled, _pinyin(), tones="12345"):
        syllables = _mandarin_syllables()
        return "".join(
            syllables[syllable] + _BOPOMOFO_TONES[tone]
            for syllable, tone in (part.split(" ") for part in in_pinyin.split(" - "))
        )
    if not re.fullmatch("([ㄅ-ㄩ]+([ˉˊˇˋ˙] ?| |$))+", spelled):
        return None
    parts = re.findall("([ㄅ-ㄩ]+)([ˉˊˇˋ˙]?)", spelled)
    if not set(_mandarin_syllables().values()).issuperset(syllable for syllable, _ in parts):
        return None
    return "".join(syllable + (tone or "ˉ") for syllable, tone in parts)


@cache
def _mandarin_syllables() -> dict[str, str]:
    """Return the syllables of Mandarin: pinyin to bopomofo, without tones."""
    return {
        initial + final: symbol + _AFTER.get(initial, {}).get(final, _BOPOMOFO_FINALS[final])
        for initial, symbol, finals in _MANDARIN
        for final in finals.split()
    }


@cache
def _pinyin() -> frozenset[str]:
    return frozenset(_mandarin_syllables())


@cache
def _jyutping() -> frozenset[str]:
    return frozenset(
        initial + final for initial in ("", *_JYUTPING_INITIALS.split()) for final in _JYUTPING_FINALS.split()
    )
