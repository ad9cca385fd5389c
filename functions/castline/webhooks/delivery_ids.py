"""Ids of deliveries."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

_RANDOM_BITS = (1 << 74) - 1
_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


def delivery_id_of(event_id: str, occurred_at: datetime, webhook_id: str) -> str:
    """Return the id of an event's delivery to a webhook. It is the same however often the event arrives.

    It is a UUIDv7 with the time of the event, and a hash instead of random bits. So it sorts by age among the ids of
    tests and redeliveries.
    """
    digest = hashlib.sha256(f"{event_id} {webhook_id}".encode()).digest()
    random_bits = int.from_bytes(digest[:10], "big") & _RANDOM_BITS
    time_bits = (round(occurred_at.timestamp() * 1000) & ((1 << 48) - 1)) << 80
    upper, lower = random_bits >> 62, random_bits & ((1 << 62) - 1)
    return str(UUID(int=time_bits | _VERSION_7 | upper << 64 | _VARIANT | lower))
