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
"""Pauses between the attempts of a delivery, as recommended by the Standard Webhooks specification."""
JITTER: Final = 0.2
"""Maximum deviation of a pause, as a part of it, so that many deliveries are not attempted at the same moment."""
DISABLE_AFTER: Final = timedelta(days=5)
"""The time without a successful attempt after which an endpoint is disabled."""
_RANDOM: Final = random.SystemRandom()


def delay_after(attempts: int, *, uniform: Callable[[float, float], float] = _RANDOM.uniform) -> timedelta | None:
    """Return the pause before the next attempt; None if no attempt follows.

    Args:
        attempts: the number of attempts so far, at least one.
        uniform: returns a random number between two numbers.
    """
    if attempts > len(RETRY_DELAYS):
        return None
    return RETRY_DELAYS[attempts - 1] * uniform(1 - JITTER, 1 + JITTER)
