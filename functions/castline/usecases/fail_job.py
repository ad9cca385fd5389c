"""Fail a job that cannot continue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus
from castline.metrics import Metric
from castline.observability import measure, note

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.audio.storage import AudioStorage
    from castline.jobs.failures import JobFailure
    from castline.jobs.repository import JobRepository


class FailJob:
    """Fails jobs that have not ended, and deletes audio that is no longer needed."""

    def __init__(
        self, repository: JobRepository, storage: Callable[[], AudioStorage], *, now: Callable[[], datetime]
    ) -> None:
        """Store the collaborators: the job repository, a function that returns the audio storage, and the clock."""
        self._repository = repository
        self._storage = storage
        self._now = now

    def __call__(self, job_id: str, failure: JobFailure) -> bool:
        """Fail a job, unless it has already ended. A repeated call completes what an earlier call left undone.

        Returns:
            Whether this call failed the job.

        Raises:
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        record = self._repository.get_record(job_id)
        status: JobStatus | None = None
        failed_now = False
        if record is not None:
            note(user_id=record.job.user_id)
            try:
                self._repository.fail(record, failure, now=self._now())
            except JobNotActive as ended:
                status = ended.status
            else:
                status, failed_now = JobStatus.FAILED, True
                measure({Metric.JOBS_FAILED: 1}, code=failure.code)
        if status is not JobStatus.COMPLETED:
            self._storage().delete_audio(job_id)
        return failed_now
