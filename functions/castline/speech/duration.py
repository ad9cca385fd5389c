"""How long a text lasts at most, by its characters: known before anything is spoken, and on the safe side."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from castline.speech.utterances import Utterance

# Slow voices: three syllables, twelve letters a second. A digit is spoken as a word of its own.
_MS_PER_SYLLABLE: Final = 330
_MS_PER_LETTER: Final = 85
# The silence around a text, and a break to the next one.
_SURROUNDING_SILENCE_MS: Final = 1_750


def estimate_ms(utterance: Utterance) -> int:
    """Return how long ``utterance`` lasts at most; see ``estimate_text_ms``."""
    return estimate_text_ms(utterance.text, rate=utterance.rate)


def estimate_text_ms(text: str, *, rate: float) -> int:
    """Return how long ``text`` lasts at most, the silence around it and a break included, by its characters."""
    spoken_ms = sum(
        _MS_PER_SYLLABLE if unicodedata.east_asian_width(character) in "WF" or character.isdigit() else _MS_PER_LETTER
        for character in text
    )
    return round(spoken_ms / rate) + _SURROUNDING_SILENCE_MS


def characters_within(duration_ms: int, *, rate: float) -> int:
    """Return how many characters last no longer than ``duration_ms``, whichever they are."""
    return int((duration_ms - _SURROUNDING_SILENCE_MS - 1) * rate / _MS_PER_SYLLABLE)
