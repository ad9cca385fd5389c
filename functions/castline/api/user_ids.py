"""User ids in paths and cursors. The token issuer chooses them, so they may contain any characters."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from castline.api.contract import PREFIX
from castline.api.identity import fits_into_keys
from castline.api.validation import InvalidRequest

_OF_A_USER: Final = re.compile(rf"({re.escape(PREFIX)}/admin/users/)(.+)(/limits)", re.DOTALL)
CURSOR_PATTERN: Final = "^[A-Za-z0-9_-]{2,}$"


def with_quoted_user(path: str) -> str:
    """Percent-encode the user id in a path that API Gateway has percent-decoded.

    The resolver does not accept every character in a path, and an id may contain a slash.
    """
    match = _OF_A_USER.fullmatch(path)
    return f"{match[1]}{quote(match[2], safe='')}{match[3]}" if match else path


def _user_id(value: str) -> str:
    user_id = unquote(value)
    if not fits_into_keys(user_id):
        raise PydanticCustomError("user_id", "not a user's id")
    return user_id


UserId = Annotated[
    str,
    Path(description="The id of a user: the `sub` claim of the user's tokens, percent-encoded."),
    AfterValidator(_user_id),
]


def encode_cursor(user_id: str) -> str:
    """Return the cursor of the page that begins after ``user_id``."""
    return base64.urlsafe_b64encode(user_id.encode("utf-8")).rstrip(b"=").decode("ascii")


def decode_cursor(cursor: str) -> str:
    """Return the user id in a cursor.

    Raises:
        InvalidRequest: it was not made by :func:`encode_cursor`.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        user_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode("utf-8")
    except (UnicodeError, binascii.Error):
        raise InvalidRequest("cursor", "invalid_cursor") from None
    if not user_id or encode_cursor(user_id) != cursor:
        raise InvalidRequest("cursor", "invalid_cursor")
    return user_id
