"""Model of a preview that is being spoken: its reservation and its segments."""

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
    """A UUIDv7. The segments that the preview pays for hold this id."""
    user_id: str
    created_at: datetime
    reservation: Reservation
    fingerprints: tuple[str, ...]
    """Cache keys of the segments to be spoken. Each stored segment holds its billed characters."""
