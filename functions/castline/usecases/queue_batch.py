"""Queue a batch of a job, to be spoken when its turn has come."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from castline.batch_queue.model import WaitingBatch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.batch_queue.queue import BatchQueue
    from castline.batch_queue.tickets import Tickets
    from castline.synthesis.segments import BatchRange


class QueueBatch:
    """Puts batches into the queue, with a ticket for each."""

    def __init__(self, queue: BatchQueue, tickets: Tickets, *, now: Callable[[], datetime]) -> None:
        """Prepare, with the queue, its tickets and the clock."""
        self._queue = queue
        self._tickets = tickets
        self._now = now

    def __call__(self, job_id: str, user_id: str, batch: BatchRange, *, task_token: str) -> None:
        """Queue a batch. Doing it again queues it twice, and it is spoken once all the same.

        Args:
            job_id: its job.
            user_id: whose job.
            batch: which batch.
            task_token: the token by which its outcome is told.

        Raises:
            ServiceUnavailable: AWS cannot serve us just now.
        """
        self._queue.put(
            WaitingBatch(
                job_id=job_id,
                user_id=user_id,
                batch=asdict(batch),
                task_token=task_token,
                cost=batch.utterance_count,
                queued_at=self._now(),
            )
        )
        self._tickets.send()
