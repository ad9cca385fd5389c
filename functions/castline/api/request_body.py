"""Parser of JSON request bodies, with limits on their size. The schemas validate the content."""

from __future__ import annotations

import json
from typing import Any, Final

from castline.api.validation import InvalidRequest

JSON: Final = "application/json"

_MAX_BRACKETS: Final = 310_000
"""Maximum number of ``[`` and ``{`` in a body. Each that opens an array or object takes up to 200 bytes of memory.

The largest valid request has no more, even if all characters of its texts are brackets.
"""


class RequestTooLarge(Exception):
    """The body is larger than any valid request to its endpoint."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"more than {max_bytes} bytes")
        self.max_bytes = max_bytes


def media_type(content_type: str) -> str:
    """Return the media type in a Content-Type header, in lower case. The default is JSON."""
    return content_type.partition(";")[0].strip().lower() or JSON


def read_json(body: str, *, max_bytes: int) -> Any:
    """Parse a body as JSON.

    Raises:
        RequestTooLarge: the body has more than ``max_bytes`` bytes.
        InvalidRequest: the body is not valid JSON, is nested too deeply, or has too many values or too long numbers.
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
