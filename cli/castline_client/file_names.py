"""Names of files that the service chooses, made safe: none is a path, and none deceives whoever reads it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    import httpx

_USUAL: Final = "castline"
"""The name when nothing is left of the one that was offered."""
_MAX_STEM_BYTES: Final = 180
"""Bytes of a name without its extension, in UTF-8. File systems take 255 with the extension and ``.part``."""
_MAX_EXTENSION_BYTES: Final = 20
# Path characters, and what Windows refuses.
_SEPARATORS: Final = re.compile(r'[/\\:*?"<>|]+')
# Controls, marks of direction, joiners, surrogates, separators of lines.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def file_name(offered: str) -> str:
    """Return the name of a file for the name that is offered: a plain one, which is not hidden and not too long."""
    stem, _, extension = offered.rpartition(".")
    parts = (_tidy(stem, _MAX_STEM_BYTES), _tidy(extension, _MAX_EXTENSION_BYTES))
    return ".".join(filter(None, parts)) or _USUAL


def name_in(headers: httpx.Headers) -> str | None:
    """Return the file name that ``Content-Disposition`` says (RFC 6266), made safe; None if it says none."""
    named = re.search(r"filename\*=UTF-8''([^;\s]+)", headers.get("Content-Disposition", ""), re.IGNORECASE)
    return file_name(unquote(named[1])) if named else None


def _tidy(part: str, max_bytes: int) -> str:
    seen = "".join(" " if each.isspace() else each for each in part if _is_seen(each))
    tidy = " ".join(_SEPARATORS.sub("-", seen).split()).strip(". -")
    return tidy.encode("utf-8")[:max_bytes].decode("utf-8", "ignore").strip(". -")


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _UNSEEN
