"""Rules of the reconciler: the times at which it checks a job, and the remedy for a job that is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from castline.jobs.failures import FailureCode
from castline.jobs.model import JobStatus
from castline.jobs.transitions import is_terminal, leaves_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.model import Job


class Remedy(Enum):
    """An action that an open job needs, other than to be failed."""

    NONE = auto()
    SETTLE = auto()
    """Delete the audio of a failed or stopped job once more, and settle its billed characters. No task of the job can
    still be running."""
    START = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTimes:
    """Times between the checks of a job, and the maximum duration of each status."""

    reconcile_after: timedelta = timedelta(seconds=60)
    """Time from a job's creation to its first check, and from an unfinished check to the next one. By then, Step
    Functions must show a new execution, although its reads are eventually consistent."""
    check_again_after: timedelta = timedelta(hours=1)
    """Time between two checks of a job that waits in its execution, or of a user with taken slots."""
    max_pending: timedelta = timedelta(hours=24)
    max_processing: timedelta = timedelta(minutes=10)
    settle_after: timedelta = timedelta(minutes=15)
    """The longest time for which a task may still run after its job has failed or was stopped."""

    def next_check(self, job: Job, *, now: datetime) -> datetime:
        """Return the time of the next check of a job that needs no remedy at ``now``."""
        if job.status is JobStatus.PROCESSING and job.started_at is not None:
            return job.started_at + self.max_processing
        if leaves_tasks(job.status) and job.completed_at is not None:
            return job.completed_at + self.settle_after
        if job.status is JobStatus.PENDING:
            return min(now + self.check_again_after, job.created_at + self.max_pending)
        return now + self.check_again_after


def remedy_for(
    job: Job, execution_status: Callable[[], str | None], *, now: datetime, times: CheckTimes
) -> Remedy | FailureCode:
    """Decide which action a job needs.

    Args:
        job: the current state of the job.
        execution_status: returns the status of the job's execution, such as ``RUNNING``; None if there is no
            execution. It is called only if the decision depends on it, and so never for a processing job that has
            time left.
        now: the current time, from which the job's age is computed.
        times: the maximum duration of each status.

    Returns:
        A remedy, or the code to fail the job with.
    """
    if is_terminal(job.status):
        has_settled = leaves_tasks(job.status) and now >= times.next_check(job, now=now)
        return Remedy.SETTLE if has_settled else Remedy.NONE
    is_pending = job.status is JobStatus.PENDING
    if is_pending and now - job.created_at >= times.max_pending:
        return FailureCode.INTERRUPTED
    if not is_pending and job.started_at is not None and now - job.started_at < times.max_processing:
        return Remedy.NONE
    match execution_status():
        case "RUNNING" | "PENDING_REDRIVE":
            return Remedy.NONE if is_pending else FailureCode.TIMEOUT
        case None if is_pending:
            return Remedy.START
        case "TIMED_OUT":
            return FailureCode.TIMEOUT
        case _:
            return FailureCode.INTERRUPTED
