"""What to do about a job that is still open: the rules of the reconciler."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from castline.jobs.model import FailureCode, JobStatus
from castline.jobs.transitions import is_terminal

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import Job

MAX_PENDING = timedelta(hours=24)


class Remedy(Enum):
    """What helps, other than failing the job."""

    NONE = auto()
    SETTLE = auto()
    """Delete the audio of a failed job once more, now that no task of it can be at work any longer."""
    START = auto()


def remedy_for(
    job: Job, execution_status: str | None, *, now: datetime, visible_after: timedelta, settle_after: timedelta
) -> Remedy | FailureCode:
    """What a job needs, given how its execution stands.

    Args:
        job: the job as it is now.
        execution_status: Step Functions' name for it, such as ``RUNNING``; None when there is no execution.
        now: the time at which the job's age is judged.
        visible_after: how long Step Functions may take to show an execution: what it shows is eventually consistent.
        settle_after: how long after a job has failed a task of it may still be at work.

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
