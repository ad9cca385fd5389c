"""Speak the next waiting batch, and report its outcome to the state machine."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.metrics import Metric
from castline.observability import logger, measure, noted, safe_error
from castline.synthesis.segments import BatchRange
from castline.usecases.errors import BatchAbandoned, BatchPaused, JobFailing
from castline.usecases.keeping import LEASE, kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.batch_queue.model import TakenBatch
    from castline.batch_queue.queue import BatchQueue
    from castline.batch_queue.tickets import Tickets
    from castline.jobs.task_outcomes import TaskOutcomes
    from castline.usecases.synthesize_batch import SynthesizeBatch

_MAX_ATTEMPTS: Final = 4
"""Maximum number of tasks that may try a batch. If all of them fail, the batch is assumed to be the cause."""
_RESERVE: Final = 0.1
"""The part of a task's time that is reserved for storing the results and reporting the outcome."""
_UNTOLD_SECONDS: Final = 10.0
"""The longest pause before an outcome that Step Functions did not accept is reported again. Throttling lasts for
seconds. If the batch waited for its ticket's visibility time-out instead, its job would lose five of ten minutes."""
_RANDOM: Final = random.SystemRandom()


class SpeakNextBatch:
    """Takes a batch from the queue for a ticket, and speaks it."""

    def __init__(
        self,
        queue: BatchQueue,
        tickets: Tickets,
        outcomes: TaskOutcomes,
        synthesize: SynthesizeBatch,
        *,
        settle: Callable[[str], None],
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators.

        Args:
            queue: the batch queue.
            tickets: the tickets of the queue.
            outcomes: reports outcomes to Step Functions.
            synthesize: the use case that speaks a batch.
            settle: settles a failed or stopped job, given by its id.
            now: the clock.
        """
        self._queue = queue
        self._tickets = tickets
        self._outcomes = outcomes
        self._synthesize = synthesize
        self._settle = settle
        self._now = now

    def __call__(self, receipt_handle: str, *, remaining_seconds: float) -> None:
        """Speak a batch, if one is left for this ticket.

        Every task that speaks a batch holds a ticket, and every batch that is put off has a later ticket. A ticket
        that finds no batch is therefore surplus. There is one exception: a batch that was queued twice, because the
        task that queued it failed and was retried, may lack a ticket. Step Functions waits only for the second task
        token. A task whose outcome is not awaited therefore sends a ticket for the other copy of the batch.

        Args:
            receipt_handle: the receipt handle of the ticket.
            remaining_seconds: the time that this task has left.

        Raises:
            ServiceUnavailable: AWS is temporarily unavailable. The ticket must be received again.
        """
        began = self._now()
        taken = self._queue.take(now=began, until=began + LEASE)
        if taken is None:
            return
        with noted(job_id=taken.waiting.job_id, user_id=taken.waiting.user_id, batch=taken.waiting.number):
            with kept(self._queue, self._tickets, taken, receipt_handle, now=self._now):
                try:
                    error = self._speak(
                        taken, give_up_at=began + timedelta(seconds=remaining_seconds * (1 - _RESERVE))
                    )
                except BatchPaused as paused:
                    self._put_off(taken, paused.seconds)
                    return
                try:
                    is_awaited = self._tell(taken.waiting.task_token, error)
                except ServiceUnavailable as unavailable:
                    logger.warning("the outcome is reported again later", extra={"reason": str(unavailable)})
                    # The audio is stored, so the next task that takes the batch mostly has to report its outcome.
                    self._put_off(taken, _RANDOM.uniform(1, _UNTOLD_SECONDS))
                    return
            self._queue.remove(taken, took=self._now() - began if error is None else None)
            if not is_awaited:
                self._tickets.send()
                # The job may have been stopped, or may have failed, while the batch was spoken.
                self._settle(taken.waiting.job_id)

    def _speak(self, taken: TakenBatch, *, give_up_at: datetime) -> Exception | None:
        """Speak a batch. Return the error to report to the state machine; None if the batch is spoken.

        Raises:
            BatchPaused: the batch must be continued later.
        """
        if taken.attempts > _MAX_ATTEMPTS:
            return BatchAbandoned(f"{taken.attempts - 1} tasks have failed with this batch")
        if taken.attempts == 1:
            waited = self._now() - taken.waiting.queued_at
            measure({Metric.BATCH_QUEUE_TIME: max(0.0, waited.total_seconds() * 1000)})
        try:
            self._synthesize(taken.waiting.job_id, BatchRange(**taken.waiting.batch), give_up_at=give_up_at)
        except BatchPaused:
            raise
        except JobFailing as failing:
            return failing.reported()
        except Exception as error:  # noqa: BLE001 (the state machine decides what becomes of it)
            return safe_error(error)
        return None

    def _tell(self, task_token: str, error: Exception | None) -> bool:
        """Report the outcome of a batch, and return whether Step Functions still waited for it."""
        outcomes = self._outcomes
        is_awaited = outcomes.succeed(task_token) if error is None else outcomes.fail(task_token, error)
        if not is_awaited:
            logger.info("the outcome is no longer awaited")
        return is_awaited

    def _put_off(self, taken: TakenBatch, seconds: float) -> None:
        self._queue.put_off(taken, until=self._now() + timedelta(seconds=seconds))
        # The ticket comes a little after the batch may be taken again, so that it finds the batch.
        self._tickets.send(after_seconds=seconds + 1)
        logger.info("batch put off", extra={"seconds": round(seconds, 1)})
