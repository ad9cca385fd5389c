"""Estimates of the longest duration of a text, computed from its characters before it is spoken."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from castline.speech.spoken_text import pieces_of

if TYPE_CHECKING:
    from castline.speech.utterances import Utterance

# Slow voices speak three syllables or twelve letters a second. A digit counts as a syllable.
_MS_PER_SYLLABLE: Final = 330
_MS_PER_LETTER: Final = 85
# The silence around a text, and the break before the next one.
_SURROUNDING_SILENCE_MS: Final = 1_750


def estimate_ms(utterance: Utterance) -> int:
    """Return the longest duration of ``utterance`` in milliseconds; see ``estimate_text_ms``.

    An alias counts instead of the written text. A phoneme, read as letters, counts instead if it would last longer.
    """
    text = "".join(
        max(piece.spoken, (piece.spoken_as and piece.spoken_as.phoneme) or "", key=_sum_ms)
        for piece in pieces_of(utterance)
    )
    return estimate_text_ms(text, rate=utterance.rate)


def lasts_at_most(utterance: Utterance, duration_ms: int) -> bool:
    """Return whether ``utterance`` lasts at most ``duration_ms``. For most texts, their length alone decides."""
    if not utterance.spoken_as and len(utterance.text) <= characters_within(duration_ms, rate=utterance.rate):
        return True
    return estimate_ms(utterance) <= duration_ms


def estimate_text_ms(text: str, *, rate: float) -> int:
    """Return the longest duration of ``text`` in milliseconds, including the silence around it and a break."""
    return round(_sum_ms(text) / rate) + _SURROUNDING_SILENCE_MS


@lru_cache(maxsize=1 << 13)
def estimate_character_ms(character: str) -> int:
    """Return the longest duration of ``character`` in milliseconds, at the voice's own rate."""
    is_syllable = unicodedata.east_asian_width(character) in "WF" or character.isdigit()
    return _MS_PER_SYLLABLE if is_syllable else _MS_PER_LETTER


def _sum_ms(text: str) -> int:
    return sum(count * estimate_character_ms(character) for character, count in Counter(text).items())


def characters_within(duration_ms: int, *, rate: float) -> int:
    """Return the number of characters that last at most ``duration_ms``, even if all of them are the slowest."""
    return int((duration_ms - _SURROUNDING_SILENCE_MS - 1) * rate / _MS_PER_SYLLABLE)
