"""Secrets of webhooks, in the format of the Standard Webhooks specification."""

from __future__ import annotations

import base64
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from castline.webhooks.limits import MAX_SECRETS, SECRET_OVERLAP
from castline.webhooks.model import Secret

if TYPE_CHECKING:
    from datetime import datetime

    from castline.webhooks.model import Endpoint

PREFIX: Final = "whsec_"
_KEY_BYTES: Final = 32
"""Length of a key. The specification requires 24 to 64 bytes."""


def new_secret() -> Secret:
    """Return a random secret."""
    return Secret(value=PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii"))


def rotated(endpoint: Endpoint, *, now: datetime) -> tuple[Secret, ...]:
    """Return the secrets of an endpoint after a rotation: a new one, and the earlier ones that are still valid."""
    remaining = [
        each if each.expires_at is not None else replace(each, expires_at=now + SECRET_OVERLAP)
        for each in endpoint.valid_secrets(now)
    ]
    return (new_secret(), *remaining[: MAX_SECRETS - 1])
