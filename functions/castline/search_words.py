"""Search for words in a text, regardless of case, character width and encoding of accents."""

from __future__ import annotations

import unicodedata


def contain_words(text: str, words: str) -> bool:
    """Return whether all of ``words`` occur in ``text``.

    The comparison ignores case, the width of characters (``１`` and ``1``), and whether an accent is a code point of
    its own.
    """
    folded = _fold(text)
    return all(word in folded for word in _fold(words).split())


def _fold(text: str) -> str:
    # Case folding may undo the normalization, so the result is normalized again.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
