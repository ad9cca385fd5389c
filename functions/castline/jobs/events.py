"""Job events: the start and the end of a job, in the format that the event bus and webhooks carry.

``docs/events.schema.json`` is the schema of that format. An event holds no text, no title, no name and no URL.
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
"""Version of the format. Raise it only for changes that break consumers. Consumers ignore unknown fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """The fact that a job has started or ended."""

    id: str
    """Id that is the same at every reading, so that consumers can ignore events that they have handled."""
    type: EventType
    occurred_at: datetime
    job: Job
    """The current state of the job, which may have changed since the event."""
    result: Result | None = None
    """The result of a completed job."""


def event_body(event: JobEvent) -> dict[str, Any]:
    """Return an event in the format that is published.

    The body describes the job at the time of the event, so that it is the same at every publication. For example, a
    ``job.started`` does not say how the job has ended since. Only the billed characters of a failed or stopped job
    may grow, by those that late tasks have billed.
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
