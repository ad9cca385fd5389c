"""Lets a job's user see how far a batch has come while it is being spoken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from castline.jobs.model import SpokenSegment

INTERVAL_SECONDS: Final = 3.0
"""How often progress is worth a write. A batch that takes less is recorded once, when it ends."""


class BatchProgress:
    """Records what is stored of a batch, now and then, and never less than was recorded before."""

    def __init__(
        self,
        record: Callable[[Sequence[SpokenSegment]], None],
        *,
        recorded: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin.

        Args:
            record: writes the segments that are stored.
            recorded: how many an earlier attempt has recorded.
            clock: in seconds.
        """
        self._record = record
        self._recorded = recorded
        self._clock = clock
        self._next = clock() + INTERVAL_SECONDS

    def advance(self, stored: Callable[[], Sequence[SpokenSegment]]) -> None:
        """Record what ``stored`` gives, if it is time. That it cannot be written just now is no reason to fail."""
        if self._clock() < self._next:
            return
        segments = stored()
        if len(segments) > self._recorded:
            try:
                self._record(segments)
            except ServiceUnavailable:
                logger.warning("progress was not recorded")
            else:
                self._recorded = len(segments)
        self._next = self._clock() + INTERVAL_SECONDS
