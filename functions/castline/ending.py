"""How a job is made to fail, whoever noticed that it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline import composition
from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus
from castline.metrics import Metric
from castline.observability import measure, note

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import Failure


def fail_job(job_id: str, failure: Failure, *, now: datetime) -> bool:
    """Make a job failed unless it has ended already, and delete audio that nobody will ask for.

    The first outcome stands. Doing it again is harmless, and finishes what an earlier try left undone.

    Returns:
        Whether the job failed by this call.

    Raises:
        ServiceUnavailable: AWS cannot serve us just now.
    """
    repository = composition.job_repository()
    record = repository.get_record(job_id)
    status: JobStatus | None = None
    failed_now = False
    if record is not None:
        note(user_id=record.job.user_id)
        try:
            repository.finish(
                record.job,
                JobStatus.FAILED,
                now=now,
                completed_segments=record.completed_segments,
                retry_count=record.retry_count,
                failure=failure,
            )
        except JobNotActive as ended:
            status = ended.status
        else:
            status, failed_now = JobStatus.FAILED, True
            measure({Metric.JOBS_FAILED: 1}, code=failure.code)
    if status is not JobStatus.COMPLETED:
        composition.audio_storage().delete_audio(job_id)
    return failed_now
