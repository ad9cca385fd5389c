"""Names of downloaded files: the parts of a title that every operating system accepts."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from castline.graphemes import graphemes

_MAX_BYTES: Final = 180
"""The longest name in bytes of UTF-8. File systems take 255; the rest is left for an extension and a number."""
# Path characters and others that Windows refuses.
_SEPARATORS: Final = re.compile(r'[/\\:*?"<>|]+')
# Categories of invisible characters: controls, direction marks, joiners and the like.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def file_stem(title: str) -> str | None:
    """Return a file name for ``title``, without an extension; None if no part of the title can be used.

    The name has no path characters and no invisible characters, and takes at most 180 bytes in UTF-8. It does not
    begin or end with a dot, a space or a hyphen, and is not the name of a Windows device.
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
