"""Segmentation of a long text into pieces that a provider takes in one request each.

A piece ends at the strongest place within its reach, and as late as possible. In order of strength these are the end
of a paragraph, the end of a sentence, the end of a clause, and white space. Without such a place, a piece ends
between two words or characters.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from itertools import accumulate, chain
from operator import attrgetter
from typing import Final

from castline.graphemes import graphemes
from castline.speech.places import Strength, find_places, find_unit_interiors, is_amid_word
from castline.speech.speakable import is_speakable

_NOWHERE: Final = sys.maxsize
_SPACE_END: Final = attrgetter("space_end")


def split_text(text: str, *, max_characters: int) -> list[str]:
    """Cut ``text`` into pieces of at most ``max_characters`` Unicode code points, in linear time.

    Joined together, the pieces are exactly ``text``. Each piece has something to speak, unless a stretch of blanks
    and punctuation is about as long as a piece. No cut falls inside a grapheme cluster (an emoji, a flag, a letter
    with its accents), or inside a word, a number, an abbreviation, an address or an entity such as ``&amp;``, unless
    that unit alone is longer than a piece.

    Raises:
        ValueError: ``max_characters`` is less than 1.
    """
    if max_characters < 1:
        raise ValueError(f"max_characters must be at least 1, not {max_characters}")
    if len(text) <= max_characters:
        return [text] if text else []
    cutter = _Cutter(text, max_characters)
    pieces = []
    start = 0
    while start < len(text):
        end = cutter.end_of_piece(start)
        pieces.append(text[start:end])
        start = end
    return pieces


class _Cutter:
    """A search for the ends of the pieces of one text."""

    def __init__(self, text: str, max_characters: int) -> None:
        self._text = text
        self._max_characters = max_characters
        self._places = find_places(text)
        self._next_speakable = _find_next_speakable(text)
        self._amid_unit = find_unit_interiors(text)
        self._character_starts = set(accumulate(map(len, graphemes(text)), initial=0))

    def end_of_piece(self, start: int) -> int:
        """Return the end of the piece that begins at ``start``."""
        limit = start + self._max_characters
        if limit >= len(self._text):
            return len(self._text)
        return self._strongest_place(start, limit) or self._least_harmful_cut(start, limit)

    def _strongest_place(self, start: int, limit: int) -> int | None:
        best: tuple[Strength, int] | None = None
        for index in range(bisect_right(self._places, start, key=_SPACE_END), len(self._places)):
            place = self._places[index]
            if place.marks_end > limit:
                break
            candidate = (place.strength, min(place.space_end, limit))
            if (best is None or candidate > best) and self._is_clean(start, candidate[1]):
                best = candidate
        return best[1] if best else None

    def _least_harmful_cut(self, start: int, limit: int) -> int:
        """Return the latest cut between words, else between characters, even if a piece then has nothing to speak."""
        between_characters = [cut for cut in range(limit, start, -1) if cut in self._character_starts]
        clean = [cut for cut in between_characters if self._leaves_speech_on_both_sides(start, cut)]
        between_words = (cut for cut in clean if cut not in self._amid_unit and not is_amid_word(self._text, cut))
        return next(chain(between_words, clean, between_characters, [limit]))

    def _is_clean(self, start: int, cut: int) -> bool:
        return cut in self._character_starts and self._leaves_speech_on_both_sides(start, cut)

    def _leaves_speech_on_both_sides(self, start: int, cut: int) -> bool:
        """Return whether the piece from ``start`` to ``cut`` has something to speak, and the next piece may have."""
        return self._next_speakable[start] < cut and self._next_speakable[cut] < cut + self._max_characters


def _find_next_speakable(text: str) -> list[int]:
    """Return, for each position, the position of the next letter, digit or symbol from there on."""
    positions = [_NOWHERE] * len(text)
    upcoming = _NOWHERE
    for position in range(len(text) - 1, -1, -1):
        if is_speakable(text[position]):
            upcoming = position
        positions[position] = upcoming
    return positions
