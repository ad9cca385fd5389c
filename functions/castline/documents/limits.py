"""Limits of documents."""

from __future__ import annotations

import re
from typing import Final

MAX_DOCUMENTS: Final = 100
"""The most documents of a user, of each kind."""
MAX_BODY_BYTES: Final = 400 * 1024
"""Bytes of the JSON that a document is uploaded as. DynamoDB stores it compressed, in an item of at most 400 KB."""
MAX_NAME_CHARACTERS: Final = 64
NAME_PATTERN: Final = f"^[A-Za-z0-9_-][A-Za-z0-9._-]{{0,{MAX_NAME_CHARACTERS - 1}}}$"
"""The form of a document's name. It begins with no dot: clients take ``..`` in a path for the path above."""


def is_name(value: str) -> bool:
    """Return whether ``value`` has the form of a document's name."""
    return len(value) <= MAX_NAME_CHARACTERS and re.fullmatch(NAME_PATTERN, value) is not None
