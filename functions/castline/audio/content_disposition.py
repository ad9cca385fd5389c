"""The Content-Disposition header of a download (RFC 6266)."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote

_ATTR_CHAR = "!#$&+-.^_`|~"  # characters that RFC 8187 leaves unencoded, besides letters and digits
_NOT_SAFE_IN_QUOTES = re.compile(r"[^ !#$&-\[\]-~]")


def content_disposition(disposition: Literal["attachment", "inline"], filename: str) -> str:
    """Build the header that tells a client to save or to show a file, and its name.

    The header has the name twice: as UTF-8 in ``filename*``, and for older clients in ``filename``. In ``filename``,
    ``_`` replaces quotes, backslashes, percent signs and every character that is not printable ASCII.
    """
    fallback = _NOT_SAFE_IN_QUOTES.sub("_", filename)
    return f"{disposition}; filename=\"{fallback}\"; filename*=UTF-8''{quote(filename, safe=_ATTR_CHAR)}"
