"""Fail a job, whoever noticed that it cannot go on."""

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
    """Makes a job failed unless it has ended already, and deletes audio that nobody will ask for."""

    def __init__(
        self, repository: JobRepository, storage: Callable[[], AudioStorage], *, now: Callable[[], datetime]
    ) -> None:
        """Prepare, with the jobs, what gives their audio, and the clock."""
        self._repository = repository
        self._storage = storage
        self._now = now

    def __call__(self, job_id: str, failure: JobFailure) -> bool:
        """Fail a job. The first outcome stands; doing it again finishes what an earlier try left undone.

        Returns:
            Whether the job failed by this call.

        Raises:
            ServiceUnavailable: AWS cannot serve us just now.
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
