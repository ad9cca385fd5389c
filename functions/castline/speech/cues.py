"""Cues: the parts of a segment's text that subtitles show, and their times.

A cue is a sentence. A sentence that is too long for two lines is divided at the ends of its clauses, or between two
words if no clause ends near the right place. A cue that is too short to be read is joined with a neighbour.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from castline.graphemes import columns_of, graphemes
from castline.speech.places import Strength, find_places, find_unit_interiors, is_amid_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from castline.speech.utterances import Word

MAX_COLUMNS: Final = 2 * 42
"""The columns of two subtitle lines. An East Asian wide character takes two columns."""

MIN_CUE_MS: Final = 500
MAX_CUES: Final = 60
"""The maximum number of cues for each 1,000 characters of text."""

_OPENING_CATEGORIES: Final = ("Ps", "Pi")
_START: Final = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Cue:
    """A part of a text, and the time at which it is shown."""

    start: int
    """The code point at which the cue begins in the text. A cue neither begins nor ends with white space."""
    end: int
    start_ms: int
    """The time in the segment's audio at which the cue's first word begins."""
    end_ms: int


def cues_of(text: str, words: Sequence[Word], duration_ms: int) -> tuple[Cue, ...]:
    """Divide ``text`` into cues, in order and without overlap. Together, the cues hold all text but white space.

    Args:
        text: the text of one segment.
        words: the words with their times, in order. Without words, a single cue lasts as long as the audio.
        duration_ms: the length of the segment's audio.
    """
    whole = _trimmed(text, 0, len(text))
    if whole is None:
        return ()
    if not words:
        return (Cue(*whole, 0, duration_ms),)
    columns = _columns_before(text)
    timed = _timed(_Divider(text, words, columns).ranges(*whole), words, duration_ms)
    return tuple(_long_enough(_merged(timed, columns), duration_ms))


def is_one_cue(text: str) -> bool:
    """Return whether ``text`` is one cue regardless of the times of its words: one sentence that fits two lines."""
    whole = _trimmed(text, 0, len(text))
    if whole is None:
        return True
    start, end = whole
    columns = _columns_before(text)
    return columns[end] - columns[start] <= MAX_COLUMNS and not any(
        start < place.marks_end < end for place in find_places(text) if place.strength >= Strength.SENTENCE
    )


def _columns_before(text: str) -> list[int]:
    """Return, for each position, the width of the text before it on one line.

    A run of white space is one column wide. A position inside a grapheme counts as the position after it.
    """
    widths = [0]
    is_after_space = False
    for grapheme in graphemes(text):
        is_space = grapheme.isspace()
        width = int(not is_after_space) if is_space else columns_of(grapheme)
        widths += [widths[-1] + width] * len(grapheme)
        is_after_space = is_space
    return widths


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range without the white space at its ends; None if it is all white space."""
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    return (start, end) if start < end else None


class _Divider:
    """A divider of one text into sentences and their parts."""

    def __init__(self, text: str, words: Sequence[Word], columns: Sequence[int]) -> None:
        places = find_places(text)
        self._text = text
        self._columns = columns
        self._sentence_ends = [place.marks_end for place in places if place.strength >= Strength.SENTENCE]
        self._clause_ends = [place.marks_end for place in places if place.strength == Strength.CLAUSE]
        amid_unit = find_unit_interiors(text)
        self._between_words = [
            cut
            for before, after in pairwise(words)
            if (cut := self._before_openers(before.end, after.start)) not in amid_unit and not is_amid_word(text, cut)
        ]

    def ranges(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of the text from ``start`` to ``end``, in order, without white space at their ends."""
        inside = [place for place in self._sentence_ends if start < place < end]
        for sentence_start, sentence_end in pairwise([start, *inside, end]):
            yield from self._parts(sentence_start, sentence_end)

    def _parts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        part = _trimmed(self._text, start, end)
        if part is None:
            return
        cut = self._cut(*part)
        if cut is None:
            yield part
        else:
            yield from self._parts(start, cut)
            yield from self._parts(cut, end)

    def _cut(self, start: int, end: int) -> int | None:
        """Return where to divide a part that is too long into few parts of about equal length; None to keep it."""
        width = self._columns[end] - self._columns[start]
        if width <= MAX_COLUMNS:
            return None
        part_count = -(-width // MAX_COLUMNS)
        target = self._columns[start] + width * (part_count // 2) / part_count
        tolerance = width / part_count / 2
        for cuts, reach in ((self._clause_ends, tolerance), (self._between_words, width)):
            distances = [
                (abs(self._columns[cut] - target), cut)
                for cut in cuts[bisect_left(cuts, start + 1) : bisect_left(cuts, end)]
            ]
            distance, cut = min(distances, default=(width + 1, 0))
            if distance <= reach:
                return cut
        return None

    def _before_openers(self, start: int, end: int) -> int:
        """Return the position before the opening quotes and brackets that precede ``end``, at least ``start``."""
        while end > start and unicodedata.category(self._text[end - 1]) in _OPENING_CATEGORIES:
            end -= 1
        return end


def _timed(ranges: Iterable[tuple[int, int]], words: Sequence[Word], duration_ms: int) -> list[Cue]:
    """Give each range the time from the start of its first word to the end of its last word.

    A range without words gets the time between the words around it.
    """
    cues: list[Cue] = []
    for start, end in ranges:
        first, after = (bisect_left(words, position, key=_START) for position in (start, end))
        if first < after:
            start_ms, end_ms = words[first].start_ms, words[after - 1].end_ms
        else:
            start_ms = words[first - 1].end_ms if first else 0
            end_ms = words[first].start_ms if first < len(words) else duration_ms
        start_ms = max(start_ms, cues[-1].end_ms) if cues else start_ms
        cues.append(Cue(start, end, start_ms, max(start_ms, end_ms)))
    return cues


def _merged(cues: list[Cue], columns: Sequence[int]) -> list[Cue]:
    """Join cues that are too short or too many with a neighbour, if two lines hold both."""
    max_count = MAX_CUES * -(-(len(columns) - 1) // 1000)
    joinable = list(cues)
    while True:
        too_many = len(joinable) > max_count
        pairs = [
            (
                min(_length_ms(one), _length_ms(other)),
                other.start_ms - one.end_ms,
                position,
            )
            for position, (one, other) in enumerate(pairwise(joinable))
            if columns[other.end] - columns[one.start] <= MAX_COLUMNS
        ]
        shortest_ms, _, position = min(pairs, default=(MIN_CUE_MS, 0, 0))
        if not pairs or (shortest_ms >= MIN_CUE_MS and not too_many):
            return joinable
        one, other = joinable[position : position + 2]
        joinable[position : position + 2] = [Cue(one.start, other.end, one.start_ms, other.end_ms)]


def _long_enough(cues: list[Cue], duration_ms: int) -> Iterator[Cue]:
    """Extend cues that are still too short, at most to the next cue or the end of the audio."""
    for cue, latest_ms in zip(cues, [*(cue.start_ms for cue in cues[1:]), duration_ms], strict=True):
        end_ms = max(cue.end_ms, min(cue.start_ms + MIN_CUE_MS, latest_ms))
        yield Cue(cue.start, cue.end, cue.start_ms, end_ms)


def _length_ms(cue: Cue) -> int:
    return cue.end_ms - cue.start_ms
