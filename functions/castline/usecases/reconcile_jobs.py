"""Reconcile open jobs with their executions, and repair what events have missed.

- A pending job without an execution is started again. After a day as pending, it is failed.
- A job that is still processing after ten minutes is failed, and its execution is stopped.
- A job whose execution has ended without recording an outcome is failed.
- The audio of a failed or stopped job is deleted once more when none of its tasks can still be running: a late task
  may have written audio, or the first deletion may have failed. The characters billed by late tasks are settled.
- A slot that is taken by a job that has ended or is gone is freed.

Every open job and every user with taken slots has the time of the next check. A run reads the checks that are due,
oldest first, and moves each one to a later time before it looks at the job. The next run therefore begins with the
checks that this run did not reach, and a job that cannot be checked does not block the others. All changes are
conditional, so two concurrent runs do no harm; the lease only avoids duplicate work.
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
"""No further check is begun when the invocation has less time left than this."""
_PENDING_JOBS_MEASURED = 1000
"""Maximum number of pending jobs that are read to find the oldest one."""


class ReconcileJobs:
    """Runs the checks of open jobs and taken slots that are due."""

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
        """Store the collaborators.

        Args:
            repository: the job repository.
            checks: the checks of jobs and slots.
            lease: the lease that keeps other runs from working at the same time.
            executions: the executions of the workflow.
            storage: returns the audio storage.
            fail_job: the use case that fails a job.
            now: the clock.
            times: the maximum duration of each status.
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
        """Run checks until none is due or no time is left. Do nothing if another run holds the lease.

        Args:
            time_left: returns the time until the invocation is ended.

        Returns:
            The number of checks and actions: ``examined``, ``started``, ``failed``, ``slots_freed`` and ``settled``;
            ``unavailable``, the number of checks for which AWS was unavailable or an item was unreadable; ``errors``,
            the number of unexpected errors; ``out_of_time``, 1 if time ran out; and ``already_running``, 1 if another
            run holds the lease.
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
            # If the lease cannot be given back, it expires when this invocation would have ended.
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
        # The job is read before its execution. A processing job has had an execution, so the execution is lost if it
        # is not found now. An outcome that is recorded in the meantime stands, because all changes are conditional.
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
                # If this fails, the next task of the execution finds the job failed and stops.
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
