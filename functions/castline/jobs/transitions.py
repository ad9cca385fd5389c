"""Status transitions of a job, and the retention of a job that has ended."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from castline.jobs.model import JobStatus

_SUCCESSORS = {
    JobStatus.PENDING: frozenset({JobStatus.PROCESSING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.PROCESSING: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.COMPLETED: frozenset[JobStatus](),
    JobStatus.FAILED: frozenset[JobStatus](),
    JobStatus.CANCELLED: frozenset[JobStatus](),
}

_RETENTION = {
    JobStatus.COMPLETED: timedelta(days=30),
    JobStatus.FAILED: timedelta(days=30),
    JobStatus.CANCELLED: timedelta(days=7),
}


def can_transition(current: JobStatus, new: JobStatus) -> bool:
    """Return whether a job may go from ``current`` to ``new``. The same status again is not a transition."""
    return new in _SUCCESSORS[current]


def is_terminal(status: JobStatus) -> bool:
    """Return whether a job in ``status`` never changes again."""
    return not _SUCCESSORS[status]


def leaves_tasks(status: JobStatus) -> bool:
    """Return whether tasks of a job may still be at work when it has reached ``status``."""
    return status in {JobStatus.FAILED, JobStatus.CANCELLED}


def predecessors(new: JobStatus) -> tuple[JobStatus, ...]:
    """Return every status from which a job may become ``new``: the condition of a conditional write."""
    return tuple(status for status in JobStatus if can_transition(status, new))


def retention(status: JobStatus) -> timedelta:
    """Return how long a job is kept, at least, after it reached the terminal ``status``.

    Raises:
        KeyError: ``status`` is not terminal.
    """
    return _RETENTION[status]


def expiry(status: JobStatus, ended_at: datetime) -> datetime:
    """Return when a job that has ended is gone: at the end of the day, in UTC, on which its retention passes.

    Jobs that expire on one day expire at one moment, so that they can be counted together.

    Raises:
        KeyError: ``status`` is not terminal.
    """
    last_day = (ended_at + retention(status)).astimezone(UTC).date()
    return datetime.combine(last_day + timedelta(days=1), time.min, UTC)
