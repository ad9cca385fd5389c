"""Reconcile jobs with what has become of them: put right what everything else has missed.

- A pending job without an execution is started again; after a day of pending it is failed.
- A job that is still processing after ten minutes is failed, and its execution stopped.
- A job whose execution has ended without recording an outcome is failed.
- The audio of a failed or stopped job is deleted once more when no task of it can be at work any longer: a late one
  may have written some, or the first deletion may have failed. What late tasks have billed is settled.
- A slot that is held by a job that has ended, or is gone, is freed.

Every open job and every user with slots taken has the time of the next check. A run looks at what is due, the oldest
first, and moves each check on before it looks: what it does not get to is the first thing that the next run does, and
what cannot be looked at holds up nothing else. Every change it makes is conditional: two runs at once would do no
harm, and the lease only saves their work.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import UnreadableItem
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.reconciliation import Remedy, remedy_for
from castline.jobs.transitions import is_terminal
from castline.metrics import Metric
from castline.observability import log_unexpected, logger, measure, noted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.audio.storage import AudioStorage
    from castline.jobs.checks import Check, Checks, MovedCheck
    from castline.jobs.executions import Executions
    from castline.jobs.lease import Lease
    from castline.jobs.reconciliation import CheckTimes
    from castline.jobs.repository import JobRepository
    from castline.usecases.fail_job import FailJob

_REPORTED = (
    "examined",
    "started",
    "failed",
    "slots_freed",
    "settled",
    "unavailable",
    "errors",
    "out_of_time",
    "already_running",
)
_RESERVE = timedelta(seconds=10)
"""Time left in the invocation at which no further check is begun."""
_PENDING_JOBS_MEASURED = 1000
"""The oldest pending job is looked for among as many."""


class ReconcileJobs:
    """Looks at the open jobs and the taken slots that are due."""

    def __init__(
        self,
        repository: JobRepository,
        checks: Checks,
        lease: Lease,
        executions: Executions,
        storage: Callable[[], AudioStorage],
        fail_job: FailJob,
        *,
        now: Callable[[], datetime],
        times: CheckTimes,
    ) -> None:
        """Prepare.

        Args:
            repository: the jobs.
            checks: what is due.
            lease: keeps other runs out.
            executions: what runs the jobs.
            storage: gives their audio.
            fail_job: fails those that cannot go on.
            now: the clock.
            times: how long each part of a job's life may take.
        """
        self._repository = repository
        self._checks = checks
        self._lease = lease
        self._executions = executions
        self._storage = storage
        self._fail_job = fail_job
        self._now = now
        self._times = times

    def __call__(self, time_left: Callable[[], timedelta]) -> dict[str, int]:
        """Reconcile until nothing is due, or there is no time left; do nothing while another run is at work.

        Args:
            time_left: returns the time until the invocation is ended.

        Returns:
            How often each thing was done: ``examined``, ``started``, ``failed``, ``slots_freed``, ``settled``;
            ``unavailable``, where AWS could not serve us or a row cannot be read; ``errors``, where something
            unforeseen happened; ``out_of_time``, 1 if there was no time for all; and ``already_running``, 1 if
            another run is at work.
        """
        report: Counter[str] = Counter(dict.fromkeys(_REPORTED, 0))
        now = self._now()
        holder = self._lease.take(now=now, until=now + time_left())
        if holder is None:
            report["already_running"] = 1
            logger.info("another run of the reconciler is at work")
            return dict(report)
        try:
            self._reconcile(now, time_left, report)
        finally:
            # A lease that cannot be given back ends with the time of this invocation.
            with contextlib.suppress(ServiceUnavailable):
                self._lease.give_back(holder)
        logger.info("reconciled", extra=dict(report))
        return dict(report)

    def _reconcile(self, now: datetime, time_left: Callable[[], timedelta], report: Counter[str]) -> None:
        self._measure_oldest_pending(now)
        behind = timedelta()
        for check in self._checks.due(now):
            if check.due_at is not None:
                behind = max(behind, now - check.due_at)
            if time_left() < _RESERVE:
                report["out_of_time"] = 1
                break
            report["examined"] += 1
            with noted(**{"job_id" if check.is_of_job else "user_id": check.subject}):
                try:
                    report.update(self._look(check))
                except ServiceUnavailable as error:
                    report["unavailable"] += 1
                    logger.warning("not reconciled", extra={"reason": str(error)})
                except Exception as error:  # noqa: BLE001 (one job's fault must not stop the rescue of the others)
                    report["errors"] += 1
                    log_unexpected(error)
        measure({Metric.RECONCILER_LAG: behind.total_seconds()})

    def _measure_oldest_pending(self, now: datetime) -> None:
        pending = self._repository.pending_jobs(_PENDING_JOBS_MEASURED)
        age = max((now - job.created_at for job in pending), default=timedelta())
        measure({Metric.OLDEST_PENDING_AGE: age.total_seconds()})

    def _look(self, check: Check) -> list[str]:
        moved = self._checks.move(check, self._now() + self._times.reconcile_after)
        if moved is None:
            return []
        return self._reconcile_job(moved) if check.is_of_job else self._reconcile_slots(moved)

    def _reconcile_job(self, moved: MovedCheck) -> list[str]:
        # The job is looked at before its execution: one that is processing has had an execution, which is lost if
        # there is none now. An outcome that is recorded meanwhile stands, whatever this makes of the execution.
        job, now = moved.job, self._now()
        remedy = remedy_for(job, lambda: self._executions.status(job.id), now=now, times=self._times)
        match remedy:
            case Remedy.NONE:
                self._checks.move(moved.check, self._times.next_check(job, now=now))
            case Remedy.SETTLE:
                self._storage().delete_audio(job.id)
                record = self._repository.get_record(job.id)
                if record is not None:
                    self._repository.settle(record, closes=True)
                return ["settled"]
            case Remedy.START:
                if self._executions.start(job.id):
                    measure({Metric.RECONCILER_STARTED: 1})
                    logger.warning("started a job again")
                    return ["started"]
            case FailureCode() as code if self._fail_job(job.id, JobFailure(code=code)):
                measure({Metric.RECONCILER_FAILED: 1})
                logger.warning("failed a job", extra={"code": code})
                # The job has failed whatever becomes of its execution, whose next task would find it so and stop.
                with contextlib.suppress(ServiceUnavailable):
                    self._executions.stop(job.id, error="JobTimedOut")
                return ["failed"]
        return []

    def _reconcile_slots(self, moved: MovedCheck) -> list[str]:
        user_id, job_ids, freed = moved.check.subject, moved.taken_slots, []
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
        if job_ids:
            self._checks.move(moved.check, self._now() + self._times.check_again_after)
        else:
            self._repository.forget_user_without_slots(user_id, now=self._now())
        return freed
