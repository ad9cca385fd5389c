"""Limits of webhooks, used by the API, the guides and the sender."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

MAX_WEBHOOKS: Final = 10
"""Maximum number of webhooks of a user, without the one for the URLs of single jobs."""
MAX_URL_CHARACTERS: Final = 2_048
MAX_DESCRIPTION_CHARACTERS: Final = 200
MAX_EXCERPT_BYTES: Final = 1_000
"""Maximum number of bytes of a response that are read, and kept in the log of deliveries."""
MAX_SECRETS: Final = 5
"""Maximum number of secrets that sign a delivery: the current one, and those that were rotated within the overlap."""
SECRET_OVERLAP: Final = timedelta(hours=24)
"""The time for which a secret stays valid after its rotation."""
DELIVERY_LIFETIME: Final = timedelta(days=30)
"""The time for which a delivery is kept in the log."""
