"""Limits of webhooks. The API, the guides and the sender take them from here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MAX_WEBHOOKS: Final = 10
"""The most webhooks of a user. The one for the URLs of single jobs is not counted."""
MAX_URL_CHARACTERS: Final = 2_048
MAX_DESCRIPTION_CHARACTERS: Final = 200
MAX_EXCERPT_BYTES: Final = 1_000
"""The most bytes that are read of an answer, and kept of it in the log of deliveries."""
MAX_SECRETS: Final = 5
"""The most secrets that a webhook signs with: one that lasts, and those that were rotated within the overlap."""
SECRET_OVERLAP: Final = timedelta(hours=24)
"""The time for which a secret stays valid after its rotation."""
DELIVERY_LIFETIME: Final = timedelta(days=30)
"""The time for which a delivery is kept in the log."""
