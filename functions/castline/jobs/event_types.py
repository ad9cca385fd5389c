"""Types of the events of jobs."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from castline.jobs.model import JobStatus


class EventType(StrEnum):
    """Type of an event of a job."""

    STARTED = "job.started"
    """It has become processing."""
    COMPLETED = "job.completed"
    FAILED = "job.failed"
    CANCELLED = "job.cancelled"

    @classmethod
    def of_status(cls, status: JobStatus) -> EventType:
        """Return the type of the event that a job has reached a status.

        Raises:
            KeyError: no event tells of the status.
        """
        return _TYPES[status]

    @property
    def status(self) -> JobStatus:
        """The status that the job had when it happened."""
        return _STATUSES[self]


_STATUSES: Final = {
    EventType.STARTED: JobStatus.PROCESSING,
    EventType.COMPLETED: JobStatus.COMPLETED,
    EventType.FAILED: JobStatus.FAILED,
    EventType.CANCELLED: JobStatus.CANCELLED,
}
_TYPES: Final = {status: event_type for event_type, status in _STATUSES.items()}
