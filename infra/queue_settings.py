"""Settings of the queue of webhooks' deliveries, for every host that creates it."""

from __future__ import annotations

from infra import functions

VISIBILITY_SECONDS = 6 * functions.DELIVER_WEBHOOKS.timeout_seconds
"""The time after which a message comes back whose attempt has broken down: six times what the function may take, as
AWS recommends it."""
MAX_RECEIVES = 100
"""The number of receipts after which a message goes to the dead-letter queue. A message is received once, and once
more after each breakdown: a hundred of them take seven hours."""
RETENTION_DAYS = 14
