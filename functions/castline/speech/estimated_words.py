"""Estimated times of the words of a text, for voices that do not report words."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

from castline.speech.duration import estimate_character_ms
from castline.speech.places import Strength, find_dictionary_words, find_places
from castline.speech.utterances import Word
from castline.speech.writing_systems import CHINESE_AND_JAPANESE, LETTER

_WORD: Final = re.compile(rf"[{CHINESE_AND_JAPANESE}]|(?=\w){LETTER}++(?:['’-]{LETTER}++)*+")
_PAUSE_MS: Final = {Strength.SPACE: 0, Strength.CLAUSE: 250, Strength.SENTENCE: 500, Strength.PARAGRAPH: 700}


def estimate_words(text: str, *, duration_ms: int) -> tuple[Word, ...]:
    """Spread the words of ``text`` over its audio, in proportion to the usual duration of their characters.

    Args:
        text: the text that was spoken.
        duration_ms: the length of its audio, without silence at the ends.
    """
    pauses_ms = {place.marks_end: _PAUSE_MS[place.strength] for place in find_places(text)}
    lengths_ms = [
        (estimate_character_ms(character) if character.isalnum() else 0) + pauses_ms.get(position, 0)
        for position, character in enumerate(text, start=1)
    ]
    # The audio ends with the last word. Marks after it have no duration.
    words = sorted([*(match.span() for match in _WORD.finditer(text)), *_dictionary_words(text)])
    if not words:
        return ()
    _, last_end = words[-1]
    before_ms = [0, *accumulate(lengths_ms[:last_end])]
    scale = duration_ms / before_ms[-1] if before_ms[-1] else 0
    return tuple(
        Word(start, end, round(before_ms[start] * scale), round(before_ms[end] * scale)) for start, end in words
    )


def _dictionary_words(text: str) -> list[tuple[int, int]]:
    return [(start, end) for start, end in find_dictionary_words(text) if any(map(str.isalnum, text[start:end]))]
