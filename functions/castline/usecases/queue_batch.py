"""Queue a batch of a job, to be spoken when its turn comes."""

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
    """Puts batches into the queue, and sends a ticket for each."""

    def __init__(self, queue: BatchQueue, tickets: Tickets, *, now: Callable[[], datetime]) -> None:
        """Store the collaborators: the batch queue, its tickets, and the clock."""
        self._queue = queue
        self._tickets = tickets
        self._now = now

    def __call__(self, job_id: str, user_id: str, batch: BatchRange, *, task_token: str) -> None:
        """Queue a batch. A repeated call queues it twice, but it is spoken only once.

        Args:
            job_id: the id of the batch's job.
            user_id: the job's user.
            batch: the range of utterances to speak.
            task_token: the Step Functions token for reporting the outcome.

        Raises:
            ServiceUnavailable: AWS is temporarily unavailable.
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
