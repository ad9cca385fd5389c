"""Language detection: guesses the language of each speaker from the majority of the speaker's words.

The writing system usually decides the language. Kana distinguish Japanese from Chinese. The form of Chinese follows
from characters that only one form has. CLD3 decides between languages with Latin, Cyrillic, Arabic or Devanagari
letters.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_TAGS: Final = re.compile(r"[\[［【][^\[\]［］【】]{1,60}[\]］】]|<[^<>]{1,60}>|https?://\S+|www\.\S+")
"""Tags, elements and addresses. They are ignored, because their language may differ from that of the words."""

# A run of letters of one writing system: a word, or a part of a sentence without spaces.
_RUNS: Final = re.compile(
    r"""
      (?P<latin>[A-Za-z\u00aa-\u024f\u1e00-\u1eff][A-Za-z\u00aa-\u024f\u0300-\u036f\u1e00-\u1eff'’]*)
    | (?P<kana>[\u3041-\u3096\u309d-\u30fa\u30fc-\u30ff\uff66-\uff9d]+)
    | (?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)
    | (?P<hangul>[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+)
    | (?P<cyrillic>[\u0400-\u052f]+)
    | (?P<arabic>[\u0620-\u06ff\u0750-\u077f\u200c]+)
    | (?P<devanagari>[\u0900-\u0963\u0971-\u097f]+)
    | (?P<thai>[\u0e01-\u0e3a\u0e40-\u0e4e]+)
    | (?P<greek>[\u0370-\u03ff\u1f00-\u1fff]+)
    | (?P<hebrew>[\u0590-\u05ff]+)
    | (?P<armenian>[\u0530-\u058f]+)
    | (?P<georgian>[\u10a0-\u10ff]+)
    | (?P<bengali>[\u0980-\u09ff]+)
    | (?P<gurmukhi>[\u0a00-\u0a7f]+)
    | (?P<gujarati>[\u0a80-\u0aff]+)
    | (?P<odia>[\u0b00-\u0b7f]+)
    | (?P<tamil>[\u0b80-\u0bff]+)
    | (?P<telugu>[\u0c00-\u0c7f]+)
    | (?P<kannada>[\u0c80-\u0cff]+)
    | (?P<malayalam>[\u0d00-\u0d7f]+)
    | (?P<sinhala>[\u0d80-\u0dff]+)
    | (?P<lao>[\u0e80-\u0eff]+)
    | (?P<burmese>[\u1000-\u109f]+)
    | (?P<khmer>[\u1780-\u17ff]+)
    | (?P<ethiopic>[\u1200-\u139f]+)
    """,
    re.VERBOSE,
)
_BY_WRITING: Final = {
    "hangul": "ko", "thai": "th", "greek": "el", "hebrew": "he", "armenian": "hy", "georgian": "ka",
    "bengali": "bn", "gurmukhi": "pa", "gujarati": "gu", "odia": "or", "tamil": "ta", "telugu": "te",
    "kannada": "kn", "malayalam": "ml", "sinhala": "si", "lao": "lo", "burmese": "my", "khmer": "km",
    "ethiopic": "am",
}  # fmt: skip
"""The language of most texts in each writing system that is decided without CLD3."""
_LETTERS_OF_WORD: Final = {"han": 2, "kana": 3, "thai": 4, "lao": 4, "burmese": 4, "khmer": 4}
"""The number of letters that count as a word, in writing systems without spaces: about as informative as a word."""
_CJK: Final = frozenset({"han", "kana"})
_KANA_SHARE: Final = 0.15
"""The least share of kana, from 0 to 1, in a Japanese text. Chinese texts quote some kana, as in 鮮の味."""
_LEAST_HAN: Final = 3
_LEAST_CANTONESE: Final = 2
_CANTONESE: Final = frozenset("嘅咗喺哋冇嚟啲佢噉咁唔嘢嗰睇攞")
"""Characters of written Cantonese that Mandarin does not use."""


def _codes(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


_CLD3_LANGUAGES: Final[Mapping[str, frozenset[str]]] = {
    "latin": _codes(
        "af az bs ca cs cy da de en es et eu fi fil fr ga gl hr hu id is it jv lt lv ms mt nl no pl pt ro sk sl so "
        "sq su sv sw tr uz vi zu"
    ),
    "cyrillic": _codes("bg kk mk mn ru sr uk"),
    "arabic": _codes("ar fa ps ur"),
    "devanagari": _codes("hi mr ne"),
}
"""The languages that speech providers have voices for, by writing system. Other answers of CLD3 are ignored."""
_COMMON: Final = _codes("ar bg cs da de en es fa fi fr hi hu id it nl no pl pt ro ru sv tr uk ur vi")
"""The languages that are accepted for a short text. CLD3 often takes a short text for a rare language."""
_LEAST_LETTERS: Final = 18
_LEAST_LETTERS_OF_RARE: Final = 60
_LEAST_PROBABILITY: Final = 0.8
_LEAST_PROBABILITY_OF_RARE: Final = 0.95
_LETTERS_OF_PIECE: Final = 200
_MOST_PIECES: Final = 40
"""The most pieces of a speaker's words that are examined. Together they have 8,000 letters, which is enough."""
_MOST_BYTES: Final = 2_000
_NAMES: Final = {"no": "nb"}
"""CLD3's language codes that differ from those in lists of voices."""
_EITHER: Final = {"id": "id", "ms": "id"}
"""Languages that CLD3 seldom tells apart, and the one that is chosen: Indonesian is ten times as common as Malay."""
_LEAST_PROBABILITY_OF_EITHER: Final = 0.5
_LETTERS_OF_ONE: Final = (
    ("uk", re.compile("[ґєї]"), re.compile("[ыэъёў]")),
    ("ru", re.compile("[ыэё]"), re.compile("[іїєґўәғқңөұүһ]")),
)
"""Languages, each with letters that identify it and letters that rule it out."""


class _Guess(NamedTuple):
    language: str | None
    """None if there are too few words to tell."""
    words: float
    """The approximate number of words that the guess rests on."""


def guess_languages(turns: Iterable[tuple[str, str]]) -> tuple[dict[str, str], str | None]:
    """Guess the language of each speaker's words, and that of the dialogue.

    Args:
        turns: pairs of a speaker and a text.

    Returns:
        The language tags by speaker, and the language of most words in the dialogue. Speakers who say too little are
        missing. The dialogue's language is None if all speakers together say too little. The tag of Chinese has a
        region, unless no character in the dialogue tells the form of Chinese.
    """
    texts: dict[str, list[str]] = {}
    for speaker, text in turns:
        texts.setdefault(speaker, []).append(_TAGS.sub(" ", text))
    everything = [text for each in texts.values() for text in each]
    words: dict[str, float] = {}
    guesses: dict[str, str] = {}
    for speaker, spoken in texts.items():
        guess = _guess(spoken)
        if guess.language is not None:
            guesses[speaker] = guess.language
            words[guess.language] = words.get(guess.language, 0) + guess.words
    if any(language == "zh" for language in guesses.values()):
        form = _chinese_of("".join(everything))
        guesses = {speaker: form if language == "zh" else language for speaker, language in guesses.items()}
        words[form] = words.get(form, 0) + words.pop("zh", 0)
    if not words:
        # No speaker says enough, but all of them together may.
        together = _guess(everything).language
        return guesses, together
    return guesses, max(words, key=lambda language: words[language])


def _guess(texts: Iterable[str]) -> _Guess:
    runs: dict[str, list[str]] = {}
    for text in texts:
        for match in _RUNS.finditer(text):
            runs.setdefault(str(match.lastgroup), []).append(match[0])
    words = {writing: sum(_words(writing, run) for run in found) for writing, found in runs.items()}
    cjk = sum(words.get(writing, 0) for writing in _CJK)
    by_writing = {writing: count for writing, count in words.items() if writing not in _CJK} | {"han": cjk}
    writing = max(by_writing, key=lambda each: by_writing[each])
    count = by_writing[writing]
    if not count:
        return _Guess(None, 0)
    if writing == "han":
        return _Guess(_east_asian("".join(runs.get("han", ())), "".join(runs.get("kana", ()))), count)
    if writing in _BY_WRITING:
        return _Guess(_BY_WRITING[writing], count)
    return _Guess(_by_letters(writing, runs[writing]), count)


def _words(writing: str, run: str) -> float:
    letters = _LETTERS_OF_WORD.get(writing)
    return 1 if letters is None else max(1.0, len(run) / letters)


def _east_asian(han: str, kana: str) -> str | None:
    if len(kana) >= _KANA_SHARE * (len(kana) + len(han)) and kana:
        return "ja"
    return _chinese_of(han) if len(han) >= _LEAST_HAN else None


def _chinese_of(text: str) -> str:
    """Return the form of Chinese, told by characters that only one form has; ``zh`` if they do not decide it."""
    from castline.casting.chinese_characters import SIMPLIFIED, TRADITIONAL

    if sum(each in _CANTONESE for each in text) >= max(_LEAST_CANTONESE, len(text) / 50):
        return "zh-HK"
    traditional = sum(each in TRADITIONAL for each in text)
    simplified = sum(each in SIMPLIFIED for each in text)
    if traditional == simplified:
        return "zh"
    return "zh-TW" if traditional > simplified else "zh-CN"


def _by_letters(writing: str, words: list[str]) -> str | None:
    """Ask CLD3 about pieces of a speaker's words, and return the language of most of them."""
    letters: Counter[str] = Counter()
    for piece in _pieces(words):
        language = _language_of_piece(writing, piece)
        if language is not None:
            letters[language] += len(piece)
    if not letters:
        return None
    language = max(letters, key=lambda each: letters[each])
    return _NAMES.get(language, language)


def _pieces(words: list[str]) -> Iterator[str]:
    """Yield at most 40 pieces of about 200 letters, spread evenly over all words.

    A last piece of less than 100 letters is joined to the one before it.
    """
    pieces: list[list[str]] = [[]]
    letters = 0
    for word in words:
        if letters >= _LETTERS_OF_PIECE:
            pieces.append([])
            letters = 0
        pieces[-1].append(word)
        letters += len(word)
    if len(pieces) > 1 and letters < _LETTERS_OF_PIECE // 2:
        last = pieces.pop()
        pieces[-1] += last
    step = max(1, -(-len(pieces) // _MOST_PIECES))
    for piece in pieces[::step]:
        yield " ".join(piece)


def _language_of_piece(writing: str, piece: str) -> str | None:
    for only, has, has_not in _LETTERS_OF_ONE if writing == "cyrillic" else ():
        if has.search(piece.casefold()) and not has_not.search(piece.casefold()):
            return only
    found = _detector().FindLanguage(text=piece[:_MOST_BYTES])
    language: str = found.language.partition("-")[0]
    letters = len(piece) - piece.count(" ")
    if language not in _CLD3_LANGUAGES[writing]:
        return None
    if letters >= _LEAST_LETTERS_OF_RARE and found.probability >= _LEAST_PROBABILITY_OF_RARE:
        return language
    if language in _EITHER and letters >= _LEAST_LETTERS and found.probability >= _LEAST_PROBABILITY_OF_EITHER:
        return _EITHER[language]
    is_enough = letters >= _LEAST_LETTERS and found.probability >= _LEAST_PROBABILITY
    return language if language in _COMMON and is_enough else None


@cache
def _detector() -> Any:
    import gcld3

    return gcld3.NNetLanguageIdentifier(0, _MOST_BYTES)
