"""Events of jobs: the start and each end, in the form in which the event bus and webhooks carry them.

``docs/events.schema.json`` is the schema of that form. It holds no text, no title, no name and no URL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from castline.dynamodb import encode_time
from castline.jobs.event_types import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import Job, Result

SCHEMA_VERSION: Final = "1"
"""Version of the form. Consumers pass over what they do not know: only a change that breaks them raises it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """One thing that has happened to a job."""

    id: str
    """The same whenever it is read, so that consumers can pass over what they have handled."""
    type: EventType
    occurred_at: datetime
    job: Job
    """As it is now: it may have moved on since."""
    result: Result | None = None
    """Of a completed job."""


def event_body(event: JobEvent) -> dict[str, Any]:
    """Return an event in the form that is published.

    It tells of the job as it was when the event happened, so that it is the same whenever it is published: that a job
    has started does not say how it has ended since. Only what late tasks have billed for a failed or stopped job may
    be added.
    """
    job = event.job
    has_ended = event.type is not EventType.STARTED
    result = event.result if event.type is EventType.COMPLETED else None
    failure = job.failure if event.type is EventType.FAILED else None
    return {
        "type": event.type.value,
        "version": SCHEMA_VERSION,
        "id": event.id,
        "timestamp": encode_time(event.occurred_at),
        "data": {
            "job_id": job.id,
            "user_id": job.user_id,
            "status": event.type.status.value,
            "job_type": job.job_type.value,
            "provider": job.provider,
            "output_format": job.output_format.value,
            "rendition_of": job.rendition_of,
            "created_at": encode_time(job.created_at),
            "started_at": encode_time(job.started_at) if job.started_at else None,
            "completed_at": encode_time(job.completed_at) if has_ended and job.completed_at else None,
            "error_code": failure.code.value if failure else None,
            "duration_ms": result.duration_ms if result else None,
            "size_bytes": result.size_bytes if result else None,
            "characters": result.characters if result else None,
            "billed_characters": _billed_characters(job, result) if has_ended else None,
            "reused_segments": result.reused_segments if result else None,
        },
    }


def _billed_characters(job: Job, result: Result | None) -> int | None:
    return job.billed_characters if result is None else result.billed_characters
