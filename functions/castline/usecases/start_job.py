"""Start a job: change it to processing when work on its audio begins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from castline.jobs.model import JobStatus
from castline.metrics import Metric
from castline.observability import measure

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import Job
    from castline.jobs.repository import JobRepository


def started(job: Job, repository: JobRepository, *, total_segments: int, now: datetime) -> Job:
    """Change a pending job to processing, and return it. A job that is not pending is returned unchanged.

    Raises:
        JobNotActive: the job has ended or is gone.
    """
    if job.status is not JobStatus.PENDING:
        return job
    if repository.start(job, total_segments=total_segments, now=now):
        measure({Metric.QUEUE_TIME: (now - job.created_at).total_seconds() * 1000})
    return replace(job, status=JobStatus.PROCESSING, started_at=now, total_segments=total_segments)
