"""Reconcile all jobs with what has become of them: put right what everything else has missed.

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
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import UnreadableItem
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.model import JobStatus
from castline.jobs.reconciliation import Remedy, remedy_for
from castline.jobs.transitions import is_terminal
from castline.metrics import Metric
from castline.observability import log_unexpected, logger, measure, noted
from castline.table import OPEN_SHARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from castline.audio.storage import AudioStorage
    from castline.jobs.executions import Executions
    from castline.jobs.repository import JobRepository
    from castline.usecases.fail_job import FailJob

_REPORTED = ("examined", "started", "failed", "slots_freed", "settled", "unavailable", "errors", "out_of_time")


class ReconcileJobs:
    """Looks at every open job and every taken slot."""

    def __init__(
        self,
        repository: JobRepository,
        executions: Executions,
        storage: Callable[[], AudioStorage],
        fail_job: FailJob,
        *,
        now: Callable[[], datetime],
        reconcile_after: timedelta,
        settle_after: timedelta,
    ) -> None:
        """Prepare.

        Args:
            repository: the jobs.
            executions: what runs them.
            storage: gives their audio.
            fail_job: fails those that cannot go on.
            now: the clock.
            reconcile_after: how old a job or its execution is before it is judged.
            settle_after: how long after a job has failed a task of it may still be at work.
        """
        self._repository = repository
        self._executions = executions
        self._storage = storage
        self._fail_job = fail_job
        self._now = now
        self._reconcile_after = reconcile_after
        self._settle_after = settle_after

    def __call__(self, has_time: Callable[[], bool]) -> dict[str, int]:
        """Reconcile until everything has been looked at, or there is no time left.

        Args:
            has_time: tells whether there is time for one more job.

        Returns:
            How often each thing was done: ``examined``, ``started``, ``failed``, ``slots_freed``, ``settled``;
            ``unavailable``, where AWS could not serve us or a row cannot be read; ``errors``, where something
            unforeseen happened; and ``out_of_time``, 1 if there was no time for all.
        """
        report: Counter[str] = Counter(dict.fromkeys(_REPORTED, 0))
        oldest = _OldestPending()
        for reconcile, ids in self._everything_open(oldest):
            if not has_time():
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
        measure({Metric.OLDEST_PENDING_AGE: oldest.age_seconds})
        logger.info("reconciled", extra=dict(report))
        return dict(report)

    def _everything_open(self, oldest: _OldestPending) -> Iterator[tuple[Callable[..., list[str]], dict[str, str]]]:
        """Yield a method and its arguments for every open job that is old enough and every user with slots taken.

        Show every pending job on the way to ``oldest``. Jobs that are left out are younger than one that is not.
        """
        now = self._now()
        for shard in range(OPEN_SHARDS):
            for job in self._repository.open_jobs(shard):
                if job.status is JobStatus.PENDING:
                    oldest.see((now - job.created_at).total_seconds())
                if job.created_at > now - self._reconcile_after:
                    break
                yield self._reconcile_job, {"job_id": job.id}
        for shard in range(OPEN_SHARDS):
            for user_id in self._repository.users_with_slots_taken(shard):
                yield self._reconcile_slots, {"user_id": user_id}

    def _reconcile_job(self, job_id: str) -> list[str]:
        # The job is looked at first: one that is processing has had an execution, which is lost if there is none now.
        # An outcome that is recorded meanwhile stands, whatever this makes of the execution.
        job = self._repository.get(job_id)
        if job is None:
            return []
        remedy = remedy_for(
            job,
            None if is_terminal(job.status) else self._executions.status(job_id),
            now=self._now(),
            visible_after=self._reconcile_after,
            settle_after=self._settle_after,
        )
        match remedy:
            case Remedy.SETTLE:
                self._storage().delete_audio(job_id)
                record = self._repository.get_record(job_id)
                if record is not None:
                    self._repository.settle(record)
                return ["settled"]
            case Remedy.START:
                if self._executions.start(job_id):
                    measure({Metric.RECONCILER_STARTED: 1})
                    logger.warning("started a job again")
                    return ["started"]
            case FailureCode() as code if self._fail_job(job_id, JobFailure(code=code)):
                measure({Metric.RECONCILER_FAILED: 1})
                logger.warning("failed a job", extra={"code": code})
                return ["failed"]
        return []

    def _reconcile_slots(self, user_id: str) -> list[str]:
        freed = []
        job_ids = self._repository.taken_slots(user_id)
        for job_id in job_ids:
            try:
                job = self._repository.get(job_id)
            except UnreadableItem as error:
                logger.warning("a slot is taken by a job that cannot be read", extra={"reason": str(error)})
                continue
            if (job is None or is_terminal(job.status)) and self._repository.free_slot(user_id, job_id):
                measure({Metric.RECONCILER_SLOTS_FREED: 1})
                logger.warning("freed a slot", extra={"job_id": job_id})
                freed.append("slots_freed")
        if not job_ids:
            self._repository.forget_user_without_slots(user_id)
        return freed


class _OldestPending:
    """How long the oldest of the pending jobs seen so far has been waiting."""

    def __init__(self) -> None:
        self.age_seconds = 0.0

    def see(self, age_seconds: float) -> None:
        self.age_seconds = max(self.age_seconds, age_seconds)
