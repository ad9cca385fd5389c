"""Send tickets for batches that nobody takes, because a ticket was lost with the task that had it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.batch_queue.queue import BatchQueue
    from castline.batch_queue.tickets import Tickets

_WAITED: Final = timedelta(seconds=30)
"""The time since a batch was queued, or since the lease of a task that has broken down with it has ended."""
_AT_ONCE: Final = 20


class RefillTickets:
    """Sends tickets where batches wait. One too many finds nothing to do, or a batch that had one already."""

    def __init__(self, queue: BatchQueue, tickets: Tickets, *, now: Callable[[], datetime]) -> None:
        """Prepare, with the queue, its tickets and the clock."""
        self._queue = queue
        self._tickets = tickets
        self._now = now

    def __call__(self) -> int:
        """Send tickets for the batches at the front that have waited for long; return how many.

        While there is a backlog, all of its batches have tickets that have not been received yet, so that only as
        many are sent as SQS has fewer than there are batches.

        Raises:
            ServiceUnavailable: AWS cannot serve us just now.
        """
        waiting = self._queue.overdue(since=self._now() - _WAITED, limit=_AT_ONCE)
        missing = waiting - self._tickets.count() if waiting else 0
        for _ in range(missing):
            self._tickets.send()
        if missing > 0:
            logger.warning("sent tickets for batches that nobody takes", extra={"tickets": missing})
        return max(0, missing)
