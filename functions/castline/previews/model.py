"""Preview that is being spoken: what it has reserved, and for which segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from castline.usage.model import Reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A preview from the reservation of its characters until they are settled."""

    id: str
    """A UUIDv7. The segments that it pays for name it."""
    user_id: str
    created_at: datetime
    reservation: Reservation
    fingerprints: tuple[str, ...]
    """Of the segments that are to be spoken: what they have cost is noted in them."""
