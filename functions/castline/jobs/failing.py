"""How a job is made to fail, whoever noticed that it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import Failure
    from castline.jobs.repository import JobRepository


def fail_job(repository: JobRepository, job_id: str, failure: Failure, *, now: datetime) -> bool:
    """Make a job failed unless it has ended already: the first outcome stands.

    Returns:
        Whether the job failed by this call.

    Raises:
        ServiceUnavailable: DynamoDB cannot serve us just now.
    """
    record = repository.get_record(job_id)
    if record is None:
        return False
    try:
        repository.finish(
            record.job,
            JobStatus.FAILED,
            now=now,
            completed_segments=record.completed_segments,
            retry_count=record.retry_count,
            failure=failure,
        )
    except JobNotActive:
        return False
    return True
