"""Opaque page cursors.

A cursor holds only a position: the id of the last job on the page. It is applied to the list of the user who presents
it, so a cursor taken from another user gives no access to that user's jobs.
"""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from castline.jobs.errors import InvalidCursor

PATTERN = "^[A-Za-z0-9_-]{21}[AQgw]$"
"""A regular expression for JSON Schema: 16 bytes in base64."""


def encode(job_id: str) -> str:
    """Return the cursor of the page that follows ``job_id``."""
    return base64.urlsafe_b64encode(UUID(job_id).bytes).rstrip(b"=").decode("ascii")


def decode(cursor: str) -> str:
    """Return the job id in a cursor.

    Raises:
        InvalidCursor: it was not made by :func:`encode`.
    """
    try:
        position = base64.b64decode(cursor.encode("ascii") + b"==", altchars=b"-_", validate=True)
        job_id = str(UUID(bytes=position))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise InvalidCursor from None
    if encode(job_id) != cursor:
        raise InvalidCursor
    return job_id
