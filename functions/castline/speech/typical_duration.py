"""Estimates of the usual duration of speech, computed from its text before it is spoken.

The weights were fitted to eSpeak NG's voices at about 160 words a minute, with 140 sentences in 15 languages. Other
voices are faster or slower. ``castline.speech.duration`` estimates the longest duration instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final

from castline.speech.beats import BEAT_MS, SPOKEN_MARKS, is_beat
from castline.speech.spoken_text import spoken_text

if TYPE_CHECKING:
    from castline.speech.utterances import Utterance

_BASE_MS: Final = 100
"""The silence that is left at the ends of an utterance, and the extra length of its last syllable."""
_IDEOGRAPH_MS: Final = 252
"""A syllable of Chinese with its tone, or the two morae of most kanji."""
_CANTONESE_MS: Final = 228
_KANA_MS: Final = 120
_HANGUL_MS: Final = 190
_DIGIT_MS: Final = 400
"""A digit of a number that is read as a number, not digit by digit."""
_SYMBOL_MS: Final = 450
"""A symbol that is spoken as a word, such as ``%`` or ``&``."""
_LETTER_MS: Final = 67
_CYRILLIC_MS: Final = 58
_THAI_MS: Final = 100
_CLAUSE_MS: Final = 300
_SENTENCE_MS: Final = 500

_LETTERS_MS: Final = {"de": 63, "en": 65, "fr": 50, "id": 79, "ms": 79, "pt": 70}
"""Milliseconds of a Latin letter, in languages that differ from ``_LETTER_MS``."""
_SMALL_KANA: Final = frozenset("ぁぃぅぇぉゃゅょァィゥェォャュョ")
"""Kana that have no mora of their own."""
_CLAUSE_END: Final = re.compile(r"[，、；：،؛]|[,;:](?!\w)")
_SENTENCE_END: Final = re.compile(r"[。！？!?।॥؟۔]+|…+|\.{2,}|\.(?=\s)|\n+")


def typical_ms(utterance: Utterance, *, language: str) -> int:
    """Return the usual duration of ``utterance`` in milliseconds, as it is stored, without the silence around it.

    Args:
        utterance: the utterance.
        language: the language tag of the language that it is spoken in.
    """
    text = spoken_text(utterance)
    if is_beat(text):
        return BEAT_MS
    tag = language.lower()
    letter_ms = _LETTERS_MS.get(tag.partition("-")[0], _LETTER_MS)
    ideograph_ms = _CANTONESE_MS if tag.startswith(("yue", "zh-hk", "zh-mo")) else _IDEOGRAPH_MS
    characters = sum(count * _character_ms(each, letter_ms, ideograph_ms) for each, count in Counter(text).items())
    within = text.strip().rstrip('.。!！?？…」』”"')
    pauses = _CLAUSE_MS * len(_CLAUSE_END.findall(within)) + _SENTENCE_MS * len(_SENTENCE_END.findall(within))
    return round((_BASE_MS + characters + pauses) / utterance.rate)


@cache
def _character_ms(character: str, letter_ms: int, ideograph_ms: int) -> int:
    if character in _SMALL_KANA:
        return 0
    if character in SPOKEN_MARKS:
        return _SYMBOL_MS
    category = unicodedata.category(character)
    match category[0]:
        case "N":
            return _DIGIT_MS
        case "S":
            return _SYMBOL_MS if category in {"Sc", "So"} else 0
        case "L" | "M":
            return _letter_ms(unicodedata.name(character, ""), letter_ms, ideograph_ms)
    return 0


def _letter_ms(name: str, latin_ms: int, ideograph_ms: int) -> int:
    """Return the milliseconds of a letter or sign, by its Unicode name."""
    script = name.partition(" ")[0]
    match script:
        case "CJK" | "IDEOGRAPHIC":
            return ideograph_ms
        case "HIRAGANA" | "KATAKANA" | "KATAKANA-HIRAGANA" | "HALFWIDTH":
            return _KANA_MS
        case "HANGUL":
            return _HANGUL_MS
        case "CYRILLIC":
            return _CYRILLIC_MS
        case "THAI" | "LAO" | "MYANMAR" | "KHMER":
            return _THAI_MS
        case "COMBINING":
            return 0
    return latin_ms
