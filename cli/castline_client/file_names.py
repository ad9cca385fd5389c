"""Safe file names, made of names from the service: no paths, and no characters that deceive a reader."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    import httpx

_USUAL: Final = "castline"
"""File name if nothing is left of the offered name."""
_MAX_STEM_BYTES: Final = 180
"""Maximum UTF-8 bytes of a name without extension. File systems allow 255 with the extension and ``.part``."""
_MAX_EXTENSION_BYTES: Final = 20
# Path separators, and characters that Windows refuses.
_SEPARATORS: Final = re.compile(r'[/\\:*?"<>|]+')
# Control characters, direction marks, joiners, surrogates and line separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def file_name(offered: str) -> str:
    """Return a safe file name for an offered one: without a path, not hidden and not too long."""
    stem, _, extension = offered.rpartition(".")
    parts = (_tidy(stem, _MAX_STEM_BYTES), _tidy(extension, _MAX_EXTENSION_BYTES))
    return ".".join(filter(None, parts)) or _USUAL


def name_in(headers: httpx.Headers) -> str | None:
    """Return the file name in ``Content-Disposition`` (RFC 6266) as a safe one, or None."""
    named = re.search(r"filename\*=UTF-8''([^;\s]+)", headers.get("Content-Disposition", ""), re.IGNORECASE)
    return file_name(unquote(named[1])) if named else None


def _tidy(part: str, max_bytes: int) -> str:
    seen = "".join(" " if each.isspace() else each for each in part if _is_seen(each))
    tidy = " ".join(_SEPARATORS.sub("-", seen).split()).strip(". -")
    return tidy.encode("utf-8")[:max_bytes].decode("utf-8", "ignore").strip(". -")


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _UNSEEN
