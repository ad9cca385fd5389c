"""Schedule of a delivery's attempts."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

RETRY_DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
"""The pauses between a delivery's attempts, as the Standard Webhooks specification recommends them."""
JITTER: Final = 0.2
"""The part of a pause by which it may be shorter or longer, so that many deliveries do not come back at once."""
DISABLE_AFTER: Final = timedelta(days=5)
"""The time of failures alone after which an endpoint is disabled."""
_RANDOM: Final = random.SystemRandom()


def delay_after(attempts: int, *, uniform: Callable[[float, float], float] = _RANDOM.uniform) -> timedelta | None:
    """Return the pause before the next attempt; None when no attempt follows.

    Args:
        attempts: how many there have been, at least one.
        uniform: gives a random number between two.
    """
    if attempts > len(RETRY_DELAYS):
        return None
    return RETRY_DELAYS[attempts - 1] * uniform(1 - JITTER, 1 + JITTER)
