"""SQS as every queue uses it."""

from __future__ import annotations

import math
from typing import Final

_LONGEST_DELAY_SECONDS: Final = 900
"""The limit of SQS for the delay of a new message."""


def delay_seconds(seconds: float) -> int:
    """Return the delay of a message that is to arrive after ``seconds``, or the longest delay that SQS knows."""
    return min(max(math.ceil(seconds), 0), _LONGEST_DELAY_SECONDS)
