"""View jobs: a single job, a page of jobs, or the audio file of a job."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.jobs import cursor as cursors
from castline.jobs.errors import JobNotCompleted, JobNotFound
from castline.jobs.ids import is_job_id
from castline.jobs.model import JobStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.batch_queue.model import Place, Snapshot
    from castline.batch_queue.queue import BatchQueue
    from castline.jobs.model import Job, JobPage, JobRecord
    from castline.jobs.repository import JobRepository

_FRONT_MAX_AGE: Final = timedelta(seconds=2)
"""The time for which a snapshot of the queue is reused."""
_ESTIMATES: Final = timedelta(seconds=10)
"""Estimated times are rounded up to a multiple of this. It shows that they are rough, and keeps them stable for a
while."""


class ViewJobs:
    """Shows users their jobs. Another user's job, or one whose retention has passed, counts as unknown.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(
        self, repository: JobRepository, queue: Callable[[], BatchQueue], *, now: Callable[[], datetime]
    ) -> None:
        """Store the collaborators: the job repository, a function that returns the batch queue, and the clock."""
        self._repository = repository
        self._queue = queue
        self._now = now
        self._front: tuple[datetime, Snapshot] | None = None

    def summary(self, user_id: str, job_id: str) -> Job:
        """Return a job without its dialogue, batches and result, in one small read.

        Raises:
            JobNotFound: the user has no such job.
        """
        job = self._repository.get(job_id, user_id=user_id) if is_job_id(job_id) else None
        if job is None or job.is_gone(self._now()):
            raise JobNotFound
        return job

    def record(self, user_id: str, job_id: str) -> JobRecord:
        """Return a job with everything that is stored about it.

        Another user's job takes the same single small read as an unknown id, so the response time reveals nothing.

        Raises:
            JobNotFound: the user has no such job.
        """
        self.summary(user_id, job_id)
        record = self._repository.get_record(job_id)
        if record is None:
            raise JobNotFound
        return record

    def place(self, job: Job) -> tuple[Place, datetime | None] | None:
        """Return the place of a pending job in the queue, and its estimated start if there is an estimate.

        Return None for a job that is not in the queue, and while the queue cannot be read.
        """
        if job.status is not JobStatus.PENDING:
            return None
        now = self._now()
        if self._front is None or not timedelta(0) <= now - self._front[0] < _FRONT_MAX_AGE:
            try:
                self._front = now, self._queue().snapshot(now=now)
            except ServiceUnavailable:
                return None
        place = self._front[1].place(job.id)
        if place is None:
            return None
        return place, None if place.wait is None else _rounded_up(now + place.wait)

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
        """Return one page of the user's jobs, newest first; with ``words``, only jobs whose titles contain them.

        Raises:
            InvalidCursor: no page has returned ``cursor``.
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
        """Return a completed job, and the id of its audio file.

        Raises:
            JobNotFound: the user has no such job.
            JobNotCompleted: the job has no audio.
        """
        job = self.summary(user_id, job_id)
        if job.status is not JobStatus.COMPLETED or job.audio_file_id is None:
            raise JobNotCompleted
        return job, job.audio_file_id


def _rounded_up(moment: datetime) -> datetime:
    over = timedelta(seconds=moment.timestamp() % _ESTIMATES.total_seconds())
    return moment - over + _ESTIMATES
