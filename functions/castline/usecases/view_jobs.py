"""View jobs: one, a page of them, or the audio file of one."""

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
"""The time for which all questions are answered from one look at the queue."""
_ESTIMATES: Final = timedelta(seconds=10)
"""The accuracy of estimated times. It says how rough they are, and lets an answer stay the same for a while."""


class ViewJobs:
    """Shows users their jobs. Another user's job, or one whose retention has passed, does not exist.

    All methods raise ServiceUnavailable when AWS cannot serve us just now.
    """

    def __init__(
        self, repository: JobRepository, queue: Callable[[], BatchQueue], *, now: Callable[[], datetime]
    ) -> None:
        """Prepare, with the jobs, what gives the queue of their batches, and the clock."""
        self._repository = repository
        self._queue = queue
        self._now = now
        self._front: tuple[datetime, Snapshot] | None = None

    def summary(self, user_id: str, job_id: str) -> Job:
        """Return a job by one small read.

        Raises:
            JobNotFound: the user has no such job.
        """
        job = self._repository.get(job_id, user_id=user_id) if is_job_id(job_id) else None
        if job is None or job.is_gone(self._now()):
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

    def place(self, job: Job) -> tuple[Place, datetime | None] | None:
        """Return the place of a pending job in the queue, and roughly when it may start, if that can be told.

        None for a job that is not in the queue, or not yet, and while the queue cannot be read.
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


def _rounded_up(moment: datetime) -> datetime:
    over = timedelta(seconds=moment.timestamp() % _ESTIMATES.total_seconds())
    return moment - over + _ESTIMATES
