"""The Content-Disposition header of a download (RFC 6266)."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

_ATTR_CHAR = "!#$&+-.^_`|~"  # what RFC 8187 leaves unencoded, besides letters and digits
_NOT_SAFE_IN_QUOTES = re.compile(r"[^ !#$&-\[\]-~]")


def content_disposition(disposition: Literal["attachment", "inline"], filename: str) -> str:
    """Say whether to save or to show a file, and under which name.

    The name is given twice: as UTF-8 in ``filename*``, and for clients that do not know that, in ``filename``
    with ``_`` for all that is not plain ASCII, and for quotes, backslashes and percent signs.
    """
    fallback = _NOT_SAFE_IN_QUOTES.sub("_", filename)
    return f"{disposition}; filename=\"{fallback}\"; filename*=UTF-8''{quote(filename, safe=_ATTR_CHAR)}"
