"""Send tickets for waiting batches whose tickets were lost with a failed task."""

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
"""Time after which a batch counts as overdue, from its queueing or from the end of a failed task's lease."""
_AT_ONCE: Final = 20


class RefillTickets:
    """Sends tickets for overdue batches. A surplus ticket is harmless: it takes another batch, or finds none."""

    def __init__(self, queue: BatchQueue, tickets: Tickets, *, now: Callable[[], datetime]) -> None:
        """Store the collaborators: the batch queue, its tickets, and the clock."""
        self._queue = queue
        self._tickets = tickets
        self._now = now

    def __call__(self) -> int:
        """Send tickets for overdue batches at the front of the queue, and return the number of tickets sent.

        The number is that of the overdue batches minus that of the tickets in SQS. In a mere backlog, every batch has
        a ticket in SQS that has not been received yet, so no further tickets are sent.

        Raises:
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        waiting = self._queue.overdue(since=self._now() - _WAITED, limit=_AT_ONCE)
        missing = waiting - self._tickets.count() if waiting else 0
        for _ in range(missing):
            self._tickets.send()
        if missing > 0:
            logger.warning("sent tickets for overdue batches", extra={"tickets": missing})
        return max(0, missing)
