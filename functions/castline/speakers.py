"""Speakers' names: keys that tell whether two spellings name the same speaker."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME_CHARACTERS: Final = 50

INVISIBLE_BMP: Final = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufff8"
)
"""Invisible characters up to U+FFFF, such as joiners, direction marks and variation selectors.

The value is part of a character class in a regular expression of Python or JSON Schema. Its source is Unicode's
property Default_Ignorable_Code_Point (DerivedCoreProperties.txt).
"""
_IGNORABLE: Final = re.compile(rf"[{INVISIBLE_BMP}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+")


def speaker_key(name: str) -> str:
    """Return a key that is equal for all spellings of a speaker's name.

    Two names are the same speaker when their keys are equal. These pairs have equal keys: ``José`` with one or with
    two code points for its last letter; ``Ａ`` and ``A``; a name with and without an invisible direction mark. Keys
    are case-sensitive.

    Args:
        name: at most a few hundred characters. Sorting combining marks takes time quadratic in their number.

    Returns:
        The name in Unicode's form NFKC, without invisible characters, and with single spaces. The key is empty if the
        name has no visible characters. Use the key for comparison only, and show the name as it was written.
    """
    visible = _IGNORABLE.sub("", name)
    return " ".join(_IGNORABLE.sub("", unicodedata.normalize("NFKC", visible)).split())


def is_invisible(text: str) -> bool:
    """Return whether ``text``, of any length, has no visible character, so that its ``speaker_key`` is empty."""
    return not _IGNORABLE.sub("", text).strip()


def first_spellings(speakers: Iterable[str]) -> dict[str, str]:
    """Return the first spelling of each speaker, by the speaker's key and in order of appearance."""
    spellings: dict[str, str] = {}
    for speaker in speakers:
        spellings.setdefault(speaker_key(speaker), speaker)
    return spellings
