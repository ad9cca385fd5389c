"""Places where a text may be divided: ends of paragraphs, sentences and clauses, and white space."""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import chain
from typing import Final, NamedTuple

from castline.speech.writing_systems import UNSPACED

_LETTER: Final = rf"[^\W{UNSPACED}]"  # a letter or digit of a script that puts space between words
_CLOSERS: Final = "[\"'”’」』）】》〉〕］｝)\\]}»›]*+"
_TITLES: Final = r"Mrs?|Ms|Mx|Dr|Prof|St|Sr|Jr|Gen|Col|Capt|Lt|Sgt|Rev|Hon|Gov|Sen|Rep|Mt"
_SHORT_FORMS: Final = r"vs|cf|viz|etc|et\ al|approx|Inc|Ltd|Co|Corp|Ave|Blvd"
_BEFORE_NUMBERS: Final = r"No|Nos|Vol|Fig|Figs|pp|Jan|Feb|Aug|Sept?|Oct|Nov|Dec"
_ABBREVIATION: Final = rf"(?:{_TITLES}|{_SHORT_FORMS}|(?:{_BEFORE_NUMBERS})(?=\.\s?\d))\."

# What is read as one thing although it holds marks. No repetition meets the same characters twice, so that no text
# makes the search slow: an address begins where nothing that may be part of one comes before it.
_ADDRESS: Final = rf"""
    (?:https?://|www\.) [^\s{UNSPACED}\uff00-\uffef\u3000-\u303f<>"“”‘’…]* (?a:[\w/=&\#%~+$-])
  | (?<![A-Za-z0-9_.%+-]) (?a:[\w.%+-]){{1,64}}+ @ (?a:[\w-]){{1,63}}+ (?: \. (?a:[\w-]){{1,63}}+ )++
"""
_ENTITY: Final = r"& (?: [A-Za-z][A-Za-z0-9]{1,30}+ | \#[0-9]{1,7}+ | \#[xX][0-9A-Fa-f]{1,6}+ ) ;"
_UNIT: Final = re.compile(rf"{_ADDRESS} | {_ENTITY}", re.VERBOSE)

# The first alternative that fits wins, so a mark that belongs to an address, a number or an abbreviation ends
# nothing. A Western mark ends nothing either when a letter or digit follows it: 3.14, 1,000, 12:30, example.com.
# Repetitions are possessive, so that no text makes the search go back; only an address goes back, over the marks at
# its end.
_PLACE: Final = re.compile(
    rf"""
      {_ADDRESS} | {_ENTITY}
    | (?<=\d)[．：，](?=\d) | (?<!{_LETTER})(?:(?:[A-Za-z]\.)++ | {_ABBREVIATION})
    | (?P<sentence>(?:(?:[。！？｡．…]++ | [.!?]++(?!{_CLOSERS}{_LETTER})) {_CLOSERS})++)  \s*+
    | (?P<clause>  (?:[，、；：､]++ | —{{2,}}+ | [,;:]++(?!{_CLOSERS}{_LETTER})) {_CLOSERS})  \s*+
    | (?P<space>)\s++
    """,
    re.VERBOSE,
)
_AMID_WORD: Final = re.compile(rf"(?:{_LETTER}|[.,:'’．]){{2}}")


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
    places = []
    for match in _PLACE.finditer(text):
        if match.lastgroup is None:
            continue  # a mark inside an address, a number or an abbreviation
        marks_end = match.end(match.lastgroup)
        has_line_break = "\n" in text[marks_end : match.end()]
        strength = Strength.PARAGRAPH if has_line_break else Strength[match.lastgroup.upper()]
        places.append(Place(strength, marks_end, match.end()))
    return places


def ends_sentence(text: str) -> bool:
    """Return whether ``text`` ends where a speaker would pause: with a sentence or a paragraph."""
    places = find_places(text)
    return bool(places) and places[-1].strength >= Strength.SENTENCE and places[-1].space_end == len(text)


def find_unit_interiors(text: str) -> set[int]:
    """Return the positions inside URLs, mail addresses and entities such as ``&amp;``, in linear time."""
    return set(chain.from_iterable(range(unit.start() + 1, unit.end()) for unit in _UNIT.finditer(text)))


def is_amid_word(text: str, position: int) -> bool:
    """Return whether ``position`` lies between two letters of a word, or inside a number or an abbreviation."""
    return position > 0 and _AMID_WORD.match(text, position - 1) is not None
