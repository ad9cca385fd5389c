"""What a user can do with jobs."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from uuid6 import uuid7

from castline.aws_errors import ServiceUnavailable
from castline.jobs import cursor as cursors
from castline.jobs.errors import (
    AlreadySubmitted,
    IdempotencyKeyReused,
    JobCannotCancel,
    JobCannotResubmit,
    JobNotActive,
    JobNotCompleted,
    JobNotFound,
)
from castline.jobs.ids import is_job_id
from castline.jobs.model import IdempotencyKey, Job, JobStatus

_SUBMIT_ATTEMPTS = 3

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Dialogue, JobPage, JobRecord
    from castline.jobs.repository import JobRepository


def _name_submission(key: str, dialogue: Dialogue) -> IdempotencyKey:
    canonical = json.dumps(asdict(dialogue), sort_keys=True).encode("utf-8")
    return IdempotencyKey(key=key, request_hash=hashlib.sha256(canonical).hexdigest())


class JobService:
    """Jobs as their users see them: somebody else's job, or one whose retention has passed, does not exist.

    All methods raise ServiceUnavailable when AWS cannot serve them just now.
    """

    def __init__(
        self,
        repository: JobRepository,
        executions: Executions,
        *,
        max_active_jobs: int,
        now: Callable[[], datetime],
        submitted: Callable[[Job], None] = lambda _job: None,
    ) -> None:
        """Offer the jobs of ``repository``.

        Args:
            repository: where they are kept.
            executions: what runs them.
            max_active_jobs: how many pending and processing jobs a user may have.
            now: the clock.
            submitted: is told of each new job that is to run, once.
        """
        self._repository = repository
        self._executions = executions
        self._max_active_jobs = max_active_jobs
        self._now = now
        self._submitted = submitted

    def submit(self, user_id: str, dialogue: Dialogue, *, idempotency_key: str | None = None) -> Job:
        """Store a job and start its workflow; once only, however often it comes under the same key within a day.

        Raises:
            IdempotencyKeyReused: another dialogue has been submitted under ``idempotency_key``.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has as many active jobs as allowed.
            ServiceUnavailable: the workflow could not be started; nothing is left behind.
        """
        key = _name_submission(idempotency_key, dialogue) if idempotency_key is not None else None
        for _ in range(_SUBMIT_ATTEMPTS):
            job = self._new_job(user_id, dialogue)
            try:
                self._repository.create(job, dialogue, max_active=self._max_active_jobs, idempotency_key=key)
            except AlreadySubmitted as earlier:
                if key is None or earlier.request_hash != key.request_hash:
                    raise IdempotencyKeyReused from earlier
                submitted = self._resume(earlier.job_id)
                if submitted is not None:
                    return submitted
            else:
                return self._start(job, key)
        raise ServiceUnavailable("submissions under the same key keep failing")

    def resubmit(
        self,
        user_id: str,
        job_id: str,
        *,
        idempotency_key: str | None = None,
        check: Callable[[Dialogue], None] = lambda _dialogue: None,
    ) -> Job:
        """Submit the dialogue of a job that has ended, as a new job.

        Args:
            user_id: whose job it is.
            job_id: of the job that has ended.
            idempotency_key: as for ``submit``.
            check: raises where the dialogue may no longer be submitted.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotResubmit: it is pending or processing.
            InputUnreadable: its dialogue is missing or unreadable.
            IdempotencyKeyReused: as for ``submit``, as are JobLimitExceeded and ServiceUnavailable.
        """
        record = self.get(user_id, job_id)
        if record.job.completed_at is None:
            raise JobCannotResubmit(record.job.status)
        dialogue = record.readable_dialogue
        check(dialogue)
        return self.submit(user_id, dialogue, idempotency_key=idempotency_key)

    def get(self, user_id: str, job_id: str) -> JobRecord:
        """Return a job with all that is kept about it.

        Another user's job takes the same one small read as an unknown id: how long the answer takes tells nothing.

        Raises:
            JobNotFound: the user has no such job.
        """
        self._get_job(user_id, job_id)
        record = self._repository.get_record(job_id)
        if record is None:
            raise JobNotFound
        return record

    def list(
        self,
        user_id: str,
        *,
        limit: int,
        status: JobStatus | None = None,
        offset: int = 0,
        cursor: str | None = None,
    ) -> JobPage:
        """One page of the user's jobs, newest first.

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
        )

    def cancel(self, user_id: str, job_id: str) -> Job:
        """Cancel a pending job.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotCancel: it is no longer pending.
        """
        job = self._get_job(user_id, job_id)
        try:
            cancelled = self._repository.cancel(job, now=self._now())
        except JobNotActive as refusal:
            if refusal.status is None:
                raise JobNotFound from refusal
            raise JobCannotCancel(refusal.status) from refusal
        # The job is cancelled whatever becomes of its execution, whose first task would find it so and stop.
        with contextlib.suppress(ServiceUnavailable):
            self._executions.stop(job_id)
        return cancelled

    def get_completed(self, user_id: str, job_id: str) -> tuple[Job, str]:
        """A job that has audio, and the id of its audio file.

        Raises:
            JobNotFound: the user has no such job.
            JobNotCompleted: it has no audio, or not yet.
        """
        job = self._get_job(user_id, job_id)
        if job.status is not JobStatus.COMPLETED or job.audio_file_id is None:
            raise JobNotCompleted
        return job, job.audio_file_id

    def _new_job(self, user_id: str, dialogue: Dialogue) -> Job:
        return Job(
            id=str(uuid7()),
            user_id=user_id,
            status=JobStatus.PENDING,
            job_type=dialogue.job_type,
            provider=dialogue.provider,
            output_format=dialogue.output_format,
            created_at=self._now(),
        )

    def _start(self, job: Job, key: IdempotencyKey | None) -> Job:
        """Start a new job's workflow, or undo the job."""
        try:
            self._executions.start(job.id)
        except ServiceUnavailable:
            # It has started all the same if the job has moved on; and it is somebody else's to start if a request
            # under the same key has come to know of it.
            if self._repository.discard(job, idempotency_key=key):
                raise
        self._submitted(job)
        return job

    def _resume(self, job_id: str) -> Job | None:
        """A job that was submitted before, its workflow started if that has not happened; None if it was undone."""
        job = self._repository.acknowledge(job_id)
        if job is not None and job.status is JobStatus.PENDING:
            self._executions.start(job.id)
        return job

    def _get_job(self, user_id: str, job_id: str) -> Job:
        job = self._repository.get(job_id, user_id=user_id) if is_job_id(job_id) else None
        if job is None or job.is_expired(self._now()):
            raise JobNotFound
        return job
