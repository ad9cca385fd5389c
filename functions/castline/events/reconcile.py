"""Reacts to the clock: puts right what everything else has missed.

- A pending job without an execution is started again; after a day of pending it is failed.
- A job whose execution has ended without recording an outcome is failed.
- A failed job's audio is deleted once more when no task of it can be at work any longer: a late one may have written
  some, or the first deletion may have failed.
- A slot that is held by a job that has ended, or is gone, is freed.

It reads an index of what is open, never the table. Every change it makes is conditional, so that it may run twice at
once, and whatever it does not get to it finds again the next time.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.aws_errors import ServiceUnavailable
from castline.ending import fail_job
from castline.jobs.errors import UnreadableItem
from castline.jobs.model import Failure, FailureCode, JobStatus
from castline.jobs.reconciliation import Remedy, remedy_for
from castline.jobs.table import OPEN_SHARDS
from castline.jobs.transitions import is_terminal
from castline.metrics import Metric
from castline.observability import log_unexpected, logger, measure, noted, observed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.jobs.model import Job

_REPORTED = ("examined", "started", "failed", "slots_freed", "settled", "unavailable", "errors", "out_of_time")
_RESERVE_MS = 10_000
"""Time left in the invocation at which no further job is begun."""


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Reconcile every open job and every taken slot.

    Returns:
        How often each thing was done: ``examined``, ``started``, ``failed``, ``slots_freed``, ``settled``;
        ``unavailable``, where AWS could not serve us or a row cannot be read; ``errors``, where something unforeseen
        happened; and ``out_of_time``, 1 if there was no time for all.
    """
    report: Counter[str] = Counter(dict.fromkeys(_REPORTED, 0))
    queue = _Queue()
    for reconcile, ids in _everything_open(queue):
        if context.get_remaining_time_in_millis() < _RESERVE_MS:
            report["out_of_time"] = 1
            break
        report["examined"] += 1
        with noted(**ids):
            try:
                report.update(reconcile(**ids))
            except ServiceUnavailable as error:
                report["unavailable"] += 1
                logger.warning("not reconciled", extra={"reason": str(error)})
            except Exception as error:  # noqa: BLE001 (one job's fault must not stop the rescue of the others)
                report["errors"] += 1
                log_unexpected(error)
    measure({Metric.OLDEST_PENDING_AGE: queue.oldest_age_seconds})
    logger.info("reconciled", extra=dict(report))
    return dict(report)


class _Queue:
    """The jobs that wait to be started, as far as they have been seen."""

    def __init__(self) -> None:
        self.oldest_age_seconds = 0.0

    def see(self, job: Job) -> None:
        """Take note of a job, if it waits."""
        if job.status is JobStatus.PENDING:
            age_seconds = (datetime.now(UTC) - job.created_at).total_seconds()
            self.oldest_age_seconds = max(self.oldest_age_seconds, age_seconds)


def _everything_open(queue: _Queue) -> Iterator[tuple[Callable[..., list[str]], dict[str, str]]]:
    """What to call with what: for every open job that is old enough, and for every user with slots taken.

    Every job on the way is shown to ``queue``. Those that are not looked at are younger than one that is.
    """
    repository = composition.job_repository()
    settled_before = datetime.now(UTC) - timedelta(seconds=composition.settings().reconcile_after_seconds)
    for shard in range(OPEN_SHARDS):
        for job in repository.open_jobs(shard):
            queue.see(job)
            if job.created_at > settled_before:
                break
            yield _reconcile_job, {"job_id": job.id}
    for shard in range(OPEN_SHARDS):
        for user_id in repository.users_with_slots_taken(shard):
            yield _reconcile_slots, {"user_id": user_id}


def _reconcile_job(job_id: str) -> list[str]:
    executions = composition.executions()
    # The job is looked at first: one that is processing has had an execution, which is lost if there is none now. An
    # outcome that is recorded meanwhile stands, whatever this makes of the execution.
    job = composition.job_repository().get(job_id)
    if job is None:
        return []
    execution_status = None if is_terminal(job.status) else executions.status(job_id)
    now = datetime.now(UTC)
    settings = composition.settings()
    remedy = remedy_for(
        job,
        execution_status,
        now=now,
        visible_after=timedelta(seconds=settings.reconcile_after_seconds),
        settle_after=timedelta(seconds=settings.settle_after_seconds),
    )
    match remedy:
        case Remedy.SETTLE:
            composition.audio_storage().delete_audio(job_id)
            composition.job_repository().settle(job)
            return ["settled"]
        case Remedy.START:
            if executions.start(job_id):
                measure({Metric.RECONCILER_STARTED: 1})
                logger.warning("started a job again")
                return ["started"]
        case FailureCode() as code if fail_job(job_id, Failure(code=code), now=now):
            measure({Metric.RECONCILER_FAILED: 1})
            logger.warning("failed a job", extra={"code": code})
            return ["failed"]
    return []


def _reconcile_slots(user_id: str) -> list[str]:
    repository = composition.job_repository()
    freed = []
    job_ids = repository.taken_slots(user_id)
    for job_id in job_ids:
        try:
            job = repository.get(job_id)
        except UnreadableItem as error:
            logger.warning("a slot is taken by a job that cannot be read", extra={"reason": str(error)})
            continue
        if (job is None or is_terminal(job.status)) and repository.free_slot(user_id, job_id):
            measure({Metric.RECONCILER_SLOTS_FREED: 1})
            logger.warning("freed a slot", extra={"job_id": job_id})
            freed.append("slots_freed")
    if not job_ids:
        repository.forget_user_without_slots(user_id)
    return freed
