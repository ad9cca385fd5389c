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
    """Return whether a job may change from ``current`` to ``new``. A status is not its own successor."""
    return new in _SUCCESSORS[current]


def is_terminal(status: JobStatus) -> bool:
    """Return whether a job in ``status`` never changes again."""
    return not _SUCCESSORS[status]


def leaves_tasks(status: JobStatus) -> bool:
    """Return whether tasks of a job may still be running after it has reached ``status``."""
    return status in {JobStatus.FAILED, JobStatus.CANCELLED}


def predecessors(new: JobStatus) -> tuple[JobStatus, ...]:
    """Return every status from which a job may change to ``new``."""
    return tuple(status for status in JobStatus if can_transition(status, new))


def retention(status: JobStatus) -> timedelta:
    """Return the minimum time for which a job is kept after it reached the terminal ``status``.

    Raises:
        KeyError: ``status`` is not terminal.
    """
    return _RETENTION[status]


def expiry(status: JobStatus, ended_at: datetime) -> datetime:
    """Return the expiry of an ended job: the end of the UTC day on which its retention passes.

    All jobs that expire on one day expire at the same moment, so that one counter can count them.

    Raises:
        KeyError: ``status`` is not terminal.
    """
    last_day = (ended_at + retention(status)).astimezone(UTC).date()
    return datetime.combine(last_day + timedelta(days=1), time.min, UTC)
