"""Language tags: a check of their form. Only the provider knows which languages a voice speaks."""

from __future__ import annotations

import re
from typing import Final

MAX_LANGUAGE_TAG_LENGTH: Final = 35

# RFC 5646, section 2.1, without the grandfathered tags.
_LANGUAGE_TAG: Final = re.compile(
    r"""
    ([A-Za-z]{2,3} (-[A-Za-z]{3}){0,3} | [A-Za-z]{4,8})     # language
    (-[A-Za-z]{4})?                                         # script
    (-([A-Za-z]{2} | [0-9]{3}))?                            # region
    (-([A-Za-z0-9]{5,8} | [0-9][A-Za-z0-9]{3}))*            # variants
    (-[A-WYZa-wyz0-9] (-[A-Za-z0-9]{2,8})+)*                # extensions
    (-[Xx] (-[A-Za-z0-9]{1,8})+)?                           # private use
    | [Xx] (-[A-Za-z0-9]{1,8})+
    """,
    re.VERBOSE,
)


LANGUAGE_TAG_PATTERN: Final = "^(" + re.sub(r"#.*|\s", "", _LANGUAGE_TAG.pattern) + ")$"
"""The regular expression for JSON Schema."""


def is_language_tag(value: str) -> bool:
    """Return whether ``value`` is a well-formed BCP 47 language tag of at most 35 characters."""
    return len(value) <= MAX_LANGUAGE_TAG_LENGTH and _LANGUAGE_TAG.fullmatch(value) is not None
