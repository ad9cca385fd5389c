"""Reads a request's body as JSON, within bounds. What it should say is for the schemas to judge."""

from __future__ import annotations

import json
from typing import Any, Final

from castline.api.validation import InvalidRequest

JSON: Final = "application/json"

_MAX_BRACKETS: Final = 310_000
"""Number of ``[`` and ``{`` in a body: all the characters of the largest legal request, and its own structure.

Each that opens an array or object costs up to 200 bytes of memory.
"""


class RequestTooLarge(Exception):
    """A body is larger than any legal request of its endpoint."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"more than {max_bytes} bytes")
        self.max_bytes = max_bytes


def media_type(content_type: str) -> str:
    """Return the media type that a Content-Type header names, in lower case; JSON when it names none."""
    return content_type.partition(";")[0].strip().lower() or JSON


def read_json(body: str, *, max_bytes: int) -> Any:
    """Read a body as JSON.

    Raises:
        RequestTooLarge: it has more than ``max_bytes`` bytes.
        InvalidRequest: it is no JSON, or has numbers or nesting beyond all reason.
    """
    if len(body.encode("utf-8", "surrogatepass")) > max_bytes:
        raise RequestTooLarge(max_bytes)
    if body.count("[") + body.count("{") > _MAX_BRACKETS:
        raise InvalidRequest("body", "too_many_values")
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise InvalidRequest("body", "json_invalid", line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise InvalidRequest("body", "nested_too_deeply") from None
    except ValueError:
        raise InvalidRequest("body", "number_too_long") from None
