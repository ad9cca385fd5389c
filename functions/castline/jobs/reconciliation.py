"""Rules of the reconciler: the remedy for a job that is still open."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from castline.jobs.failures import FailureCode
from castline.jobs.model import JobStatus
from castline.jobs.transitions import is_terminal

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import Job

MAX_PENDING = timedelta(hours=24)


class Remedy(Enum):
    """An action that helps a job, other than failing it."""

    NONE = auto()
    SETTLE = auto()
    """Delete the audio of a failed job once more. No task of the job can be running any longer."""
    START = auto()


def remedy_for(
    job: Job, execution_status: str | None, *, now: datetime, visible_after: timedelta, settle_after: timedelta
) -> Remedy | FailureCode:
    """Decide what a job needs, given the status of its execution.

    Args:
        job: the job as it is now.
        execution_status: Step Functions' status, such as ``RUNNING``; None when there is no execution.
        now: the time from which the job's age is computed.
        visible_after: the longest time until Step Functions shows a new execution. Its reads are eventually
            consistent.
        settle_after: the longest time for which a task may still run after its job has failed.

    Returns:
        A remedy, or the code to fail the job with.
    """
    if is_terminal(job.status):
        has_settled = job.completed_at is not None and now - job.completed_at >= settle_after
        return Remedy.SETTLE if job.status is JobStatus.FAILED and has_settled else Remedy.NONE
    if job.status is JobStatus.PENDING and now - job.created_at >= MAX_PENDING:
        return FailureCode.INTERRUPTED
    match execution_status:
        case "RUNNING" | "PENDING_REDRIVE":
            return Remedy.NONE
        case None if job.status is JobStatus.PENDING:
            return Remedy.START
        case None if job.started_at is not None and now - job.started_at < visible_after:
            return Remedy.NONE
        case "TIMED_OUT":
            return FailureCode.TIMEOUT
        case _:
            return FailureCode.INTERRUPTED
