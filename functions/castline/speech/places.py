"""Places where a text may be divided: ends of paragraphs, sentences and clauses, and white space."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.speech.writing_systems import CHINESE_AND_JAPANESE, DICTIONARY, GEORGIAN, LETTER, UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSERS: Final = "(?:[\"'”’」』）】》〉〕］｝)\\]}»›]|(?<=[.!?])[“‘«‹](?![^\\s.,;:!?])|[ \xa0\u202f]»(?!\\w))*+"
_TITLES: Final = r"Mrs?|Ms|Mx|Dr|Prof|St|Sr|Jr|Gen|Col|Capt|Lt|Sgt|Rev|Hon|Gov|Sen|Rep|Mt"
_SHORT_FORMS: Final = r"vs|cf|viz|etc|et\ al|approx|Inc|Ltd|Co|Corp|Ave|Blvd"
_BEFORE_NUMBERS: Final = r"No|Nos|Vol|Fig|Figs|pp|Jan|Feb|Aug|Sept?|Oct|Nov|Dec"
_ABBREVIATION: Final = rf"(?:{_TITLES}|{_SHORT_FORMS}|(?:{_BEFORE_NUMBERS})(?=\.\s?\d))\."

_CLEAR_ENDS: Final = (
    "。！？｡．…"
    "\u0589\u061d-\u061f\u06d4\u0700-\u0702\u07f9"  # Armenian, Arabic, Syriac, N'Ko
    "\u0964\u0965\u0df4"  # the dandas of the languages of India, Sinhala
    "\u0e5a\u0e5b\u0f0d-\u0f12\u104b\u17d4\u17d5\u17da"  # Thai, Tibetan, Burmese, Khmer
    "\u1362\u1367\u1368\u166e\u1803\u1809\u1c7e\u1c7f\ua8ce\ua8cf\ua9c8\ua9c9\uabeb"  # Ethiopic, Mongolian, others
)
"""Marks that always end a sentence. The Armenian question mark stands inside a word, so it is not among them."""
_CLEAR_CLAUSES: Final = "，、；：､\u055d\u060c\u061b\u104a\u1363-\u1366\u17d6\u1802\u1808"
_GREEK: Final = "\u0370-\u03ff\u1f00-\u1fff"
_ARMENIAN: Final = "\u0531-\u0587"
# The Greek question mark is a semicolon, and the Greek semicolon is a raised point. In Armenian, a colon is often
# typed for the full stop.
_GREEK_QUESTION: Final = rf"(?<=[{_GREEK}])[;\u037e]++(?!{_CLOSERS}{LETTER})"
_ARMENIAN_STOP: Final = rf"(?<=[{_ARMENIAN}]):(?!{_CLOSERS}{LETTER})"
_GREEK_SEMICOLON: Final = rf"(?<=[{_GREEK}])[·\u0387](?!{LETTER})"

# Units that are read as a whole although they hold marks. No repetition matches the same characters twice, so that no
# text makes the search slow: an address begins only where the character before it cannot be part of an address.
_ADDRESS: Final = rf"""
    (?:https?://|www\.) [^\s{UNSPACED}\uff00-\uffef\u3000-\u303f<>"“”‘’…]* (?a:[\w/=&\#%~+$-])
  | (?<![A-Za-z0-9_.%+-]) (?a:[\w.%+-]){{1,64}}+ @ (?a:[\w-]){{1,63}}+ (?: \. (?a:[\w-]){{1,63}}+ )++
"""
_ENTITY: Final = r"& (?: [A-Za-z][A-Za-z0-9]{1,30}+ | \#[0-9]{1,7}+ | \#[xX][0-9A-Fa-f]{1,6}+ ) ;"
_UNIT: Final = re.compile(rf"{_ADDRESS} | {_ENTITY}", re.VERBOSE)


# The first alternative that fits wins, so a mark in an address, a number or an abbreviation does not make a place.
# Neither does a Western mark before a letter or a digit: 3.14, 1,000, 12:30, example.com. Repetitions are possessive,
# so that the search does not backtrack. Only an address backtracks, over the marks at its end.
@cache
def _place_pattern(*, is_familiar: bool) -> re.Pattern[str]:
    # In other languages, a sentence may end with a unit (20 °C.), and ``ends_nothing`` decides on lower-case letters.
    initial = "[A-Za-z]" if is_familiar else "(?<![°/])[A-Z]"
    # In other languages, a full stop before a hyphen does not end a sentence, as in the French c.-à-d.
    amid_word = "" if is_familiar else "-?+"
    return re.compile(
        rf"""
          {_ADDRESS} | {_ENTITY}
        | (?<=\d)[．：，،۔](?=\d) | (?<!{LETTER})(?:(?:{initial}\.)++ | {_ABBREVIATION})
        | (?P<sentence>(?:(?:[{_CLEAR_ENDS}]++ | [.!?]++(?!{_CLOSERS}{amid_word}{LETTER})
                            | {_GREEK_QUESTION} | {_ARMENIAN_STOP})
                       {_CLOSERS})++)  \s*+
        | (?P<clause>  (?:[{_CLEAR_CLAUSES}]++ | —{{2,}}+ | [,;:]++(?!{_CLOSERS}{LETTER}) | {_GREEK_SEMICOLON})
                       {_CLOSERS})  \s*+
        | (?P<space>)\s++
        """,
        re.VERBOSE,
    )


_AMID_WORD: Final = re.compile(rf"(?:{LETTER}|[.,:'’．]){{2}}")
_DICTIONARY_RUN: Final = re.compile(f"[{DICTIONARY}]++")

_GEORGIAN: Final = re.compile(f"[{GEORGIAN}]")
_FAMILIAR: Final = re.compile(
    rf"[{CHINESE_AND_JAPANESE}]"
    r"|\b(?i:the|and|you|your|this|that|with|they|she|it|what|there|from|would|were|been)\b"
)
_CHARACTERS_PER_FAMILIAR: Final = 150
"""An English, Chinese or Japanese text has at least one match of ``_FAMILIAR`` per 150 characters on average."""


class Strength(IntEnum):
    """The rank of a place: the strongest unit of text that ends there."""

    SPACE = 1
    CLAUSE = 2
    SENTENCE = 3
    PARAGRAPH = 4


class Place(NamedTuple):
    """A place where a text may be divided: after the marks, preferably after the white space that follows them."""

    strength: Strength
    marks_end: int
    space_end: int


def find_places(text: str) -> list[Place]:
    """Return the places in ``text``, in order, in linear time."""
    is_familiar = _is_familiar(text)
    if not is_familiar:
        from castline.speech.abbreviations import ends_nothing
    places = []
    for match in _place_pattern(is_familiar=is_familiar).finditer(text):
        if match.lastgroup is None:
            continue  # a mark inside an address, a number or an abbreviation
        marks_end = match.end(match.lastgroup)
        strength = Strength[match.lastgroup.upper()]
        if not is_familiar and match["sentence"] == "." and ends_nothing(text, match.start(), match.end()):
            if match.end() == marks_end:
                continue
            strength = Strength.SPACE
        if "\n" in text[marks_end : match.end()]:
            strength = Strength.PARAGRAPH
        places.append(Place(strength, marks_end, match.end()))
    return places


def _is_familiar(text: str) -> bool:
    """Return whether full stops follow the rules of English, Chinese and Japanese, without tables of abbreviations.

    The tables for other languages rely on the case of the next word. They are not used for a text that is entirely in
    lower case, unless it is Georgian, which has no capital letters.
    """
    if text.islower() and not _GEORGIAN.search(text):
        return True
    return len(_FAMILIAR.findall(text)) * _CHARACTERS_PER_FAMILIAR >= len(text)


def ends_sentence(text: str) -> bool:
    """Return whether ``text`` ends with a sentence or a paragraph, where a speaker would pause."""
    places = find_places(text)
    return bool(places) and places[-1].strength >= Strength.SENTENCE and places[-1].space_end == len(text)


def find_unit_interiors(text: str) -> set[int]:
    """Return the positions inside units that are never divided, in linear time.

    Units are URLs, mail addresses, entities such as ``&amp;``, and words of the writing systems in which only a
    dictionary tells where a word ends.
    """
    units = chain(((unit.start(), unit.end()) for unit in _UNIT.finditer(text)), find_dictionary_words(text))
    return set(chain.from_iterable(range(start + 1, end) for start, end in units))


def find_dictionary_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of Thai, Lao, Burmese and Khmer words, and of the marks between them, in order."""
    for run in _DICTIONARY_RUN.finditer(text):
        from icu4py.breakers import WordBreaker

        # ICU counts UTF-16 code units, which are code points here: a run holds no character beyond U+FFFF.
        for start, end in WordBreaker(run.group(), "").segments():
            yield run.start() + start, run.start() + end


def is_amid_word(text: str, position: int) -> bool:
    """Return whether ``position`` lies between two letters of a word, or inside a number or an abbreviation."""
    return position > 0 and _AMID_WORD.match(text, position - 1) is not None
