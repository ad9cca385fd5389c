"""Search words: whether all of them occur in a text, however either is typed."""

from __future__ import annotations

import unicodedata


def contain_words(text: str, words: str) -> bool:
    """Return whether all of ``words`` occur in ``text``.

    Case makes no difference, nor does the width of characters (``１`` and ``1``), nor whether an accent is a code
    point of its own.
    """
    folded = _fold(text)
    return all(word in folded for word in _fold(words).split())


def _fold(text: str) -> str:
    # Folding the case may take the text out of the normal form.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
