"""Signatures of webhooks, as receivers check them (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"
_TOLERANCE_SECONDS: Final = 300.0
"""Maximum age of a request, as the specification recommends. Older requests may be replays."""


def is_signed(headers: Mapping[str, str], body: bytes, secret: str, *, now: float) -> bool:
    """Return whether a request has a valid and recent signature.

    Args:
        headers: the headers of the request, with case-insensitive lookup.
        body: the exact bytes of the body.
        secret: ``whsec_`` and the key in base64.
        now: seconds since the epoch.
    """
    message_id, timestamp, signatures = (
        headers.get(name) or "" for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not (timestamp.isascii() and timestamp.isdecimal() and abs(now - int(timestamp)) <= _TOLERANCE_SECONDS):
        return False
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return False
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    expected = f"{_VERSION},{base64.b64encode(digest).decode('ascii')}"
    # During the rotation of a secret, there is a signature for each valid one.
    return any(hmac.compare_digest(each.encode(), expected.encode()) for each in signatures.split(" "))
