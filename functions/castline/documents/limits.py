"""Limits of documents."""

from __future__ import annotations

import re
from typing import Final

MAX_DOCUMENTS: Final = 100
"""Maximum number of documents of each kind that a user may have."""
MAX_BODY_BYTES: Final = 400 * 1024
"""Bytes of a document's JSON in a request. DynamoDB stores it compressed, in an item of at most 400 KB."""
MAX_NAME_CHARACTERS: Final = 64
NAME_PATTERN: Final = f"^[A-Za-z0-9_-][A-Za-z0-9._-]{{0,{MAX_NAME_CHARACTERS - 1}}}$"
"""The pattern of a document's name. A name must not begin with a dot, because clients resolve ``..`` in a path."""


def is_name(value: str) -> bool:
    """Return whether ``value`` is a valid name for a document."""
    return len(value) <= MAX_NAME_CHARACTERS and re.fullmatch(NAME_PATTERN, value) is not None
