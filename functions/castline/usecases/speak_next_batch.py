"""Speak the waiting batch whose turn it is, and tell its outcome to the state machine."""

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
"""After so many tasks that have broken down with a batch, it is taken for the cause."""
_RESERVE: Final = 0.1
"""The part of a task's time that is left to store what was spoken and to tell of it."""
_UNTOLD_SECONDS: Final = 10.0
"""The longest pause before an outcome that Step Functions would not take is told again. Its throttling lasts seconds;
left to the ticket's visibility time-out, the batch would wait for five minutes of its job's ten."""
_RANDOM: Final = random.SystemRandom()


class SpeakNextBatch:
    """Takes a batch out of the queue for a ticket, and speaks it."""

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
        """Prepare, with the queue, its tickets, what is told of outcomes, what speaks and settles, and the clock."""
        self._queue = queue
        self._tickets = tickets
        self._outcomes = outcomes
        self._synthesize = synthesize
        self._settle = settle
        self._now = now

    def __call__(self, receipt_handle: str, *, remaining_seconds: float) -> None:
        """Speak a batch, if there is one left for this ticket.

        Whoever speaks a batch holds a ticket, and whatever is put off has one to come. So a ticket that finds nothing
        to take is one too many. Only a batch that was queued twice, by a task that broke down and was called again,
        may lack one: its outcome is awaited by the second token alone, so that whose is not awaited leaves a ticket.

        Args:
            receipt_handle: of the ticket.
            remaining_seconds: the time that is left to this task.

        Raises:
            ServiceUnavailable: AWS cannot serve us just now: the ticket has to come back.
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
                    logger.warning("the outcome is told again later", extra={"reason": str(unavailable)})
                    # What was spoken is stored: whoever takes the batch again has little more to do than to tell.
                    self._put_off(taken, _RANDOM.uniform(1, _UNTOLD_SECONDS))
                    return
            self._queue.remove(taken, took=self._now() - began if error is None else None)
            if not is_awaited:
                self._tickets.send()
                # The job may have been stopped, or have failed, while this was spoken.
                self._settle(taken.waiting.job_id)

    def _speak(self, taken: TakenBatch, *, give_up_at: datetime) -> Exception | None:
        """Return the error that the state machine is to know; None if the batch is spoken.

        Raises:
            BatchPaused: the batch is to be gone on with later.
        """
        if taken.attempts > _MAX_ATTEMPTS:
            return BatchAbandoned(f"{taken.attempts - 1} tasks have broken down with this batch")
        if taken.attempts == 1:
            waited = self._now() - taken.waiting.queued_at
            measure({Metric.BUDGET_TIME: max(0.0, waited.total_seconds() * 1000)})
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
        """Tell the outcome of a batch; return whether it was awaited."""
        outcomes = self._outcomes
        is_awaited = outcomes.succeed(task_token) if error is None else outcomes.fail(task_token, error)
        if not is_awaited:
            logger.info("nobody awaits the outcome any more")
        return is_awaited

    def _put_off(self, taken: TakenBatch, seconds: float) -> None:
        self._queue.put_off(taken, until=self._now() + timedelta(seconds=seconds))
        # A little later than the batch may be taken, so that it finds it.
        self._tickets.send(after_seconds=seconds + 1)
        logger.info("batch put off", extra={"seconds": round(seconds, 1)})
