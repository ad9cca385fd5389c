"""Names of files that are downloaded: what of a title every system takes."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from castline.graphemes import graphemes

_MAX_BYTES: Final = 180
"""Bytes of a name in UTF-8: file systems take 255, and browsers add a number."""
# Path characters, what Windows refuses, and what nobody sees: controls, marks of direction, joiners.
_SEPARATORS: Final = re.compile(r'[/\\:*?"<>|]+')
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def file_stem(title: str) -> str | None:
    """Return the name of a file for ``title``, without an extension; None if nothing of it can be in one.

    The name has no path characters and no characters that cannot be seen, does not begin or end with a dot or a
    space, is no device of Windows, and takes at most 180 bytes in UTF-8.
    """
    seen = "".join(" " if character.isspace() else character for character in title if _is_seen(character))
    tidy = " ".join(_SEPARATORS.sub("-", seen).split()).strip(". -")
    if not tidy or _RESERVED.fullmatch(tidy):
        return None
    stem, size_bytes = "", 0
    for grapheme in graphemes(tidy):
        size_bytes += len(grapheme.encode("utf-8"))
        if size_bytes > _MAX_BYTES:
            break
        stem += grapheme
    return stem.strip(". -") or None


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _UNSEEN
