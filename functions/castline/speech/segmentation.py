"""Where a long text is cut into pieces that a provider takes in one request each.

A piece ends at the strongest of these places within its reach, and as late as possible: the end of a paragraph, of
a sentence, of a clause, white space. Where there is none of them, between two words or characters.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_right
from enum import IntEnum
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from castline.speech.scripts import UNSPACED

_LETTER: Final = rf"[^\W{UNSPACED}]"  # a letter or digit of any other script
_CLOSERS: Final = "[\"'”’」』）】》〉〕］｝)\\]}»›]*+"
_ABBREVIATIONS: Final = r"Mrs?|Ms|Dr|Prof|St|Sr|Jr|vs|etc|approx|Inc|Ltd|Co|Corp|No(?=\.\s?\d)"

# The first alternative that fits wins, so a mark that belongs to a number or an abbreviation ends nothing. A Western
# mark ends nothing either when a letter or digit follows it: 3.14, 1,000, 12:30, example.com. Every repetition is
# possessive, so that no text makes the search go back.
_PLACE: Final = re.compile(
    rf"""
      (?<=\d)[．：，](?=\d) | (?<!{_LETTER})(?:(?:[A-Za-z]\.)++ | (?:{_ABBREVIATIONS})\.)
    | (?P<sentence>(?:(?:[。！？｡．…]++ | [.!?]++(?!{_CLOSERS}{_LETTER})) {_CLOSERS})++)  \s*+
    | (?P<clause>  (?:[，、；：､]++ | —{{2,}}+ | [,;:]++(?!{_CLOSERS}{_LETTER})) {_CLOSERS})  \s*+
    | (?P<space>)\s++
    """,
    re.VERBOSE,
)
_AMID_WORD: Final = re.compile(rf"(?:{_LETTER}|[.,:'’．]){{2}}")
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_ZERO_WIDTH_JOINER: Final = "\u200d"
# What continues the character before it, besides combining marks: joiner, skin tones, tags, second surrogates.
_CONTINUATION: Final = re.compile("[\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\udc00-\udfff]")
_NOWHERE: Final = sys.maxsize


class _Strength(IntEnum):
    SPACE = 1
    CLAUSE = 2
    SENTENCE = 3
    PARAGRAPH = 4


class _Place(NamedTuple):
    """Where a text may be cut: after the marks, best after the white space that follows them."""

    strength: _Strength
    marks_end: int
    space_end: int


_SPACE_END: Final = attrgetter("space_end")


def split_text(text: str, *, max_characters: int) -> list[str]:
    """Cut ``text`` into pieces of at most ``max_characters`` Unicode code points, in linear time.

    The pieces put together are ``text``, to the character. Each holds something that can be spoken, unless a stretch
    of blanks and punctuation is about as long as a piece. No cut falls inside what a reader sees as one character
    (an emoji, a flag, a letter with its accents), or inside a word, a number or an abbreviation, unless that alone
    is longer than a piece.

    Raises:
        ValueError: ``max_characters`` is less than 1.
    """
    if max_characters < 1:
        raise ValueError(f"max_characters must be at least 1, not {max_characters}")
    cutter = _Cutter(text, max_characters)
    pieces = []
    start = 0
    while start < len(text):
        end = cutter.end_of_piece(start)
        pieces.append(text[start:end])
        start = end
    return pieces


class _Cutter:
    """Finds the ends of the pieces of one text."""

    def __init__(self, text: str, max_characters: int) -> None:
        self._text = text
        self._max_characters = max_characters
        self._places = _find_places(text)
        self._next_speakable = _find_next_speakable(text)
        self._amid_flag = {flag.start() + 1 for flag in _FLAG.finditer(text)}

    def end_of_piece(self, start: int) -> int:
        """Where the piece that begins at ``start`` ends."""
        limit = start + self._max_characters
        if limit >= len(self._text):
            return len(self._text)
        return self._strongest_place(start, limit) or self._least_harmful_cut(start, limit)

    def _strongest_place(self, start: int, limit: int) -> int | None:
        best: tuple[_Strength, int] | None = None
        for index in range(bisect_right(self._places, start, key=_SPACE_END), len(self._places)):
            place = self._places[index]
            if place.marks_end > limit:
                break
            candidate = (place.strength, min(place.space_end, limit))
            if (best is None or candidate > best) and self._is_clean(start, candidate[1]):
                best = candidate
        return best[1] if best else None

    def _least_harmful_cut(self, start: int, limit: int) -> int:
        """The latest cut between words; else between characters; else into a piece with nothing to speak."""
        between_characters = [cut for cut in range(limit, start, -1) if not self._is_amid_character(cut)]
        clean = [cut for cut in between_characters if self._leaves_speech_on_both_sides(start, cut)]
        between_words = (cut for cut in clean if not _AMID_WORD.match(self._text, cut - 1))
        return next(chain(between_words, clean, between_characters, [limit]))

    def _is_clean(self, start: int, cut: int) -> bool:
        return not self._is_amid_character(cut) and self._leaves_speech_on_both_sides(start, cut)

    def _is_amid_character(self, cut: int) -> bool:
        before, after = self._text[cut - 1], self._text[cut]
        return (
            cut in self._amid_flag
            or before == _ZERO_WIDTH_JOINER
            or _CONTINUATION.match(after) is not None
            or unicodedata.category(after).startswith("M")
        )

    def _leaves_speech_on_both_sides(self, start: int, cut: int) -> bool:
        """Whether the piece from ``start`` to ``cut`` holds something speakable, and the next one can too."""
        return self._next_speakable[start] < cut and self._next_speakable[cut] < cut + self._max_characters


def _find_places(text: str) -> list[_Place]:
    places = []
    for match in _PLACE.finditer(text):
        if match.lastgroup is None:
            continue  # a mark inside a number or an abbreviation
        marks_end = match.end(match.lastgroup)
        has_line_break = "\n" in text[marks_end : match.end()]
        strength = _Strength.PARAGRAPH if has_line_break else _Strength[match.lastgroup.upper()]
        places.append(_Place(strength, marks_end, match.end()))
    return places


def _find_next_speakable(text: str) -> list[int]:
    """For each position, where from there on the next letter, digit or symbol stands."""
    positions = [_NOWHERE] * len(text)
    upcoming = _NOWHERE
    for position in range(len(text) - 1, -1, -1):
        if unicodedata.category(text[position])[0] in "LNS":
            upcoming = position
        positions[position] = upcoming
    return positions
