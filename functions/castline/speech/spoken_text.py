"""Spoken text of an utterance: the written text with aliases applied, and the mapping of words back to it.

Services bill markup, so an alias is not sent as ``<sub>``. It replaces the written text in the request, and the words
that a service reports are words of the spoken text. Subtitles show the written text, so words are mapped back to it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from castline.speech.utterances import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline.speech.pronunciation import SpokenAs
    from castline.speech.utterances import Utterance


class Piece(NamedTuple):
    """A stretch of an utterance's text that either has a pronunciation or is spoken as it is written."""

    spoken: str
    start: int
    """The position in the written text where the stretch begins."""
    end: int
    spoken_as: SpokenAs | None
    """None for text that is spoken as it is written."""


def pieces_of(utterance: Utterance) -> list[Piece]:
    """Divide an utterance's text into stretches, in order. They are not empty, and together cover all of the text."""
    text = utterance.text
    pieces: list[Piece] = []
    position = 0
    for entry in utterance.spoken_as:
        if position < entry.start:
            pieces.append(Piece(text[position : entry.start], position, entry.start, None))
        spoken = text[entry.start : entry.end] if entry.alias is None else entry.alias
        pieces.append(Piece(spoken, entry.start, entry.end, entry))
        position = entry.end
    if position < len(text):
        pieces.append(Piece(text[position:], position, len(text), None))
    return pieces


def spoken_text(utterance: Utterance) -> str:
    """Return the text that is spoken: the written text with aliases applied. Phonemes do not change it."""
    if not has_alias(utterance):
        return utterance.text
    return "".join(piece.spoken for piece in pieces_of(utterance))


def has_alias(utterance: Utterance) -> bool:
    """Return whether the spoken text may differ from the written text."""
    return any(entry.alias is not None for entry in utterance.spoken_as)


def cues_identity(utterance: Utterance) -> str:
    """Return a text that differs for utterances that are spoken alike but written differently.

    It is part of a segment's cache key, because a stored segment holds the cues of the written text. It is empty for
    an utterance without an alias.
    """
    if not has_alias(utterance):
        return ""
    aliases = [[entry.start, entry.end, entry.alias] for entry in utterance.spoken_as if entry.alias is not None]
    return json.dumps([utterance.text, aliases], separators=(",", ":"))


def as_written(utterance: Utterance, words: Sequence[Word]) -> tuple[Word, ...]:
    """Map words of the spoken text to the written text.

    All words of one alias become one word, which covers the written stretch and lasts from the first word's start to
    the last word's end. A word that is only partly in an alias is merged with that word.

    Args:
        utterance: the utterance that was spoken.
        words: its words, at their positions in the spoken text, in order and without overlap.
    """
    if not has_alias(utterance):
        return tuple(words)
    written: list[Word] = []
    places = _Places(pieces_of(utterance))
    for word in words:
        start, end = places.written(word.start, word.end)
        start_ms = word.start_ms
        if written and start < written[-1].end:
            first = written.pop()
            start, end, start_ms = first.start, max(first.end, end), first.start_ms
        written.append(Word(start, end, start_ms, word.end_ms))
    return tuple(written)


class _Places:
    """Positions in a spoken text, looked up in ascending order."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._ahead = list(reversed(pieces))
        self._spoken_start = 0

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return the written stretch of the spoken characters from ``start`` to ``end``."""
        return self._written(start)[0], self._written(end - 1)[1]

    def _written(self, position: int) -> tuple[int, int]:
        """Return the written stretch of the spoken character at ``position``."""
        while position >= self._spoken_start + len(self._ahead[-1].spoken):
            self._spoken_start += len(self._ahead.pop().spoken)
        piece = self._ahead[-1]
        if piece.spoken_as is not None and piece.spoken_as.alias is not None:
            return piece.start, piece.end
        start = piece.start + position - self._spoken_start
        return start, start + 1
