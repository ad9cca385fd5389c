"""Progress of a batch while it is being spoken, for the job's user to see."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from castline.jobs.model import SpokenSegment

INTERVAL_SECONDS: Final = 3.0
"""The time between two writes of progress. A batch that takes less time is recorded once, when it ends."""


class BatchProgress:
    """Recorder of the stored segments of a batch, at intervals. The recorded number never decreases."""

    def __init__(
        self,
        record: Callable[[Sequence[SpokenSegment]], None],
        *,
        recorded: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the first interval.

        Args:
            record: a function that writes the stored segments.
            recorded: the number of segments that an earlier attempt has recorded.
            clock: a function that returns the time in seconds.
        """
        self._record = record
        self._recorded = recorded
        self._clock = clock
        self._next = clock() + INTERVAL_SECONDS

    def advance(self, stored: Callable[[], Sequence[SpokenSegment]]) -> None:
        """Record the segments that ``stored`` returns, if the interval is over.

        Only log a warning if the segments cannot be recorded because the service is unavailable.
        """
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
