"""Graphemes, which are the characters that readers see, and their widths.

``wcwidth`` takes 20 ms to import, so it is not imported before a text needs it.
"""

from __future__ import annotations

from functools import lru_cache

_CACHED_GRAPHEMES = 4096


def graphemes(text: str) -> list[str]:
    """Split ``text`` into graphemes, in linear time.

    A grapheme is an extended grapheme cluster of Unicode's Annex 29: a letter with its accents, a Hangul syllable
    written in parts, a flag, or an emoji with its skin tone and everything joined to it.
    """
    from wcwidth import iter_graphemes

    return list(iter_graphemes(text))


@lru_cache(_CACHED_GRAPHEMES)
def columns_of(grapheme: str) -> int:
    """Return the number of half-width columns of a grapheme: 2 for a Chinese character or an emoji, 0 for a control.

    Add the columns of all graphemes to get the width of a text. ``wcwidth`` would take quadratic time for a text of
    flags.
    """
    from wcwidth import wcswidth

    return max(0, wcswidth(grapheme))


@lru_cache(_CACHED_GRAPHEMES)
def is_wide(grapheme: str) -> bool:
    """Return whether a grapheme begins with a wide character, such as an ideograph, kana, Hangul or an emoji."""
    from wcwidth import wcwidth

    return wcwidth(grapheme[0]) == 2
