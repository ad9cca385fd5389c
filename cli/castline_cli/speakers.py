"""Comparison of speakers' names, as in the service: two spellings may name the same speaker."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Unicode's property Default_Ignorable_Code_Point (DerivedCoreProperties.txt).
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


def speaker_key(name: str) -> str:
    """Return the key that all spellings of a speaker's name share. It is for comparison, not for display."""
    visible = _INVISIBLE.sub("", name)
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", visible)).split())
