"""Characters that can be spoken, and characters that SSML can carry."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# The complement of the `Char` production of XML 1.0.
_UNSPEAKABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def unspeakable_positions(text: str) -> list[int]:
    """Return the positions of characters in ``text`` that SSML cannot carry, not even escaped.

    These are the control characters other than tab, line feed and carriage return, the surrogates
    U+D800 to U+DFFF, U+FFFE and U+FFFF. A text is speakable when the list is empty.
    """
    return [match.start() for match in _UNSPEAKABLE.finditer(text)]


def is_speakable(character: str) -> bool:
    """Return whether ``character`` is a letter, a digit or a symbol."""
    return unicodedata.category(character)[0] in "LNS"
