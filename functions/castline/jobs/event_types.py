"""Types of job events."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from castline.jobs.model import JobStatus


class EventType(StrEnum):
    """Type of a job event."""

    STARTED = "job.started"
    """The job has changed to processing."""
    COMPLETED = "job.completed"
    FAILED = "job.failed"
    CANCELLED = "job.cancelled"

    @classmethod
    def of_status(cls, status: JobStatus) -> EventType:
        """Return the type of the event for a job that has reached ``status``.

        Raises:
            KeyError: the status has no event.
        """
        return _TYPES[status]

    @property
    def status(self) -> JobStatus:
        """The status that the job reached with this event."""
        return _STATUSES[self]


_STATUSES: Final = {
    EventType.STARTED: JobStatus.PROCESSING,
    EventType.COMPLETED: JobStatus.COMPLETED,
    EventType.FAILED: JobStatus.FAILED,
    EventType.CANCELLED: JobStatus.CANCELLED,
}
_TYPES: Final = {status: event_type for event_type, status in _STATUSES.items()}
