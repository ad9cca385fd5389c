"""Helpers for SQS queues."""

from __future__ import annotations

import math
from typing import Final

_LONGEST_DELAY_SECONDS: Final = 900
"""Maximum delay of a new message in SQS."""


def delay_seconds(seconds: float) -> int:
    """Return the delay of a message that is to arrive after ``seconds``, limited to SQS's maximum."""
    return min(max(math.ceil(seconds), 0), _LONGEST_DELAY_SECONDS)
