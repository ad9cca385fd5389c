"""Limits of pronunciation sets."""

from __future__ import annotations

import re
from typing import Final

MAX_SETS: Final = 100
"""The most sets of a user."""
MAX_SETS_OF_JOB: Final = 20
"""The most sets that a request may name."""
MAX_BODY_BYTES: Final = 400 * 1024
"""Bytes of the JSON that a set is uploaded as. DynamoDB stores it compressed, in an item of at most 400 KB."""
MAX_NAME_CHARACTERS: Final = 64
NAME_PATTERN: Final = f"^[A-Za-z0-9_-][A-Za-z0-9._-]{{0,{MAX_NAME_CHARACTERS - 1}}}$"
"""The form of a set's name. It begins with no dot: clients take ``..`` in a path for the path above."""


def is_set_name(value: str) -> bool:
    """Return whether ``value`` has the form of a set's name."""
    return len(value) <= MAX_NAME_CHARACTERS and re.fullmatch(NAME_PATTERN, value) is not None
