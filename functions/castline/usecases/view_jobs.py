"""View jobs: one, a page of them, or the audio file of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.jobs import cursor as cursors
from castline.jobs.errors import JobNotCompleted, JobNotFound
from castline.jobs.ids import is_job_id
from castline.jobs.model import JobStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.model import Job, JobPage, JobRecord
    from castline.jobs.repository import JobRepository


class ViewJobs:
    """Shows users their jobs. Another user's job, or one whose retention has passed, does not exist.

    All methods raise ServiceUnavailable when AWS cannot serve us just now.
    """

    def __init__(self, repository: JobRepository, *, now: Callable[[], datetime]) -> None:
        """Prepare, with the jobs and the clock."""
        self._repository = repository
        self._now = now

    def summary(self, user_id: str, job_id: str) -> Job:
        """Return a job by one small read.

        Raises:
            JobNotFound: the user has no such job.
        """
        job = self._repository.get(job_id, user_id=user_id) if is_job_id(job_id) else None
        if job is None or job.is_expired(self._now()):
            raise JobNotFound
        return job

    def record(self, user_id: str, job_id: str) -> JobRecord:
        """Return a job with all that is kept about it.

        Another user's job takes the same one small read as an unknown id: how long the answer takes tells nothing.

        Raises:
            JobNotFound: the user has no such job.
        """
        self.summary(user_id, job_id)
        record = self._repository.get_record(job_id)
        if record is None:
            raise JobNotFound
        return record

    def page(
        self,
        user_id: str,
        *,
        limit: int,
        status: JobStatus | None = None,
        offset: int = 0,
        cursor: str | None = None,
        words: str | None = None,
    ) -> JobPage:
        """Return one page of the user's jobs, newest first; with ``words`` only those whose titles have them.

        Raises:
            InvalidCursor: no page has given ``cursor``.
        """
        return self._repository.list_page(
            user_id,
            now=self._now(),
            limit=limit,
            status=status,
            offset=offset,
            after=cursors.decode(cursor) if cursor is not None else None,
            words=words,
        )

    def completed(self, user_id: str, job_id: str) -> tuple[Job, str]:
        """Return a job that has audio, and the id of its audio file.

        Raises:
            JobNotFound: the user has no such job.
            JobNotCompleted: it has no audio, or not yet.
        """
        job = self.summary(user_id, job_id)
        if job.status is not JobStatus.COMPLETED or job.audio_file_id is None:
            raise JobNotCompleted
        return job, job.audio_file_id
