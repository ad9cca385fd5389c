"""Writer of texts: adds backslashes where plain words would be read as marks."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from castline.scripts import directions
from castline.scripts.parts import Chapter, Pause
from castline.scripts.reader import Gap, Said, TextReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.scripts.reader import Piece

# Rounds of escaping. The backslashes of one round may turn further characters into marks, as in ``**``.
_ROUNDS: Final = 4
_MAY_BE_MARKS: Final = re.compile(r"[\\`*_~\[\]［］【】()（）<>&!#|=\ue200:+•‣◦▪●–—─-]|(?<=www)\.", re.IGNORECASE)


class _Segment(NamedTuple):
    text: str
    is_words: bool


def escaped(words: str) -> str:
    """Return a text that is read as exactly ``words``."""
    return _written([_Segment(words, is_words=True)])


def written(pieces: Sequence[Piece]) -> str:
    """Return a text that is read as ``pieces``."""
    segments: list[_Segment] = []
    for piece in pieces:
        if isinstance(piece, Said):
            segments.append(_Segment(piece.text, is_words=True))
        elif isinstance(piece, Gap):
            if piece.text:
                segments.append(_Segment(piece.text, is_words=False))
        elif isinstance(piece, Pause):
            segments.append(_Segment(f"[pause {piece.duration_ms}ms]", is_words=False))
        elif isinstance(piece, Chapter):
            segments += [_Segment("## ", is_words=False), _Segment(piece.title, is_words=True)]
        else:
            name = piece.name
            is_understood = directions.meaning_of(name) is not None or directions.ends_style(name)
            segments.append(_Segment(f"[{name}]" if is_understood else f"[style: {name}]", is_words=False))
    return _written(segments)


def _written(segments: Sequence[_Segment]) -> str:
    """Join ``segments``, with a backslash before each character of their words that would be read as a mark."""
    places: list[set[int]] = [set() for _ in segments]
    for index, (before, segment) in enumerate(itertools.pairwise(segments), start=1):
        if segment.is_words and before.text.endswith("]") and segment.text[:1] in ("(", "[", ":"):
            # Directly after a tag, these characters would make a link or the definition of a link.
            places[index].add(0)
    for _ in range(_ROUNDS):
        chunks = _Chunks(segments, places)
        reader = TextReader(chunks.text, None)
        reader.read()
        found = False
        for mark in reader.marks:
            index, place = chunks.place_of(mark)
            if segments[index].is_words and mark not in chunks.backslashes and place not in places[index]:
                places[index].add(place)
                found = True
        if not found:
            return chunks.text
    return "".join(
        _MAY_BE_MARKS.sub(r"\\\g<0>", segment.text) if segment.is_words else segment.text for segment in segments
    )


class _Chunks:
    """Text of the segments, with backslashes at some places."""

    def __init__(self, segments: Sequence[_Segment], places: Sequence[set[int]]) -> None:
        self._starts: list[int] = []
        self._sources: list[tuple[int, int]] = []
        """For each chunk, the index of its segment and its position in that segment."""
        self.backslashes: set[int] = set()
        chunks: list[str] = []
        position = 0
        for index, segment in enumerate(segments):
            last = 0
            for place in [*sorted(places[index]), len(segment.text)]:
                self._starts.append(position)
                self._sources.append((index, last))
                chunks.append(segment.text[last:place])
                position += place - last
                if place < len(segment.text):
                    self.backslashes.add(position)
                    chunks.append("\\")
                    position += 1
                last = place
        self.text = "".join(chunks)

    def place_of(self, position: int) -> tuple[int, int]:
        """Return the index of the segment that holds a character of the text, and the position in that segment."""
        chunk = bisect_right(self._starts, position) - 1
        index, start = self._sources[chunk]
        return index, start + position - self._starts[chunk]
