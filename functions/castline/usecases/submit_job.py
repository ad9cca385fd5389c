"""Submit a dialogue as a job, or that of a job that has ended once more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from uuid6 import uuid7

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import AlreadySubmitted, IdempotencyKeyReused, JobCannotResubmit
from castline.jobs.model import IdempotencyKey, Job, JobStatus
from castline.usecases.provider_rules import demand_speakable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Dialogue
    from castline.jobs.repository import JobRepository
    from castline.speech.providers.registry import EnabledProvider
    from castline.usecases.view_jobs import ViewJobs

_SUBMIT_ATTEMPTS = 3


class SubmitJob:
    """Makes a job of a dialogue, and starts it."""

    def __init__(
        self,
        repository: JobRepository,
        executions: Executions,
        *,
        providers: Callable[[], Mapping[str, EnabledProvider]],
        max_active_jobs: int,
        now: Callable[[], datetime],
        submitted: Callable[[Job], None] = lambda _job: None,
    ) -> None:
        """Prepare.

        Args:
            repository: the jobs.
            executions: what runs them.
            providers: gives the enabled speech providers by id.
            max_active_jobs: how many pending and processing jobs a user may have.
            now: the clock.
            submitted: is told of each new job that is to run, once.
        """
        self._repository = repository
        self._executions = executions
        self._providers = providers
        self._max_active_jobs = max_active_jobs
        self._now = now
        self._submitted = submitted

    def __call__(self, user_id: str, dialogue: Dialogue, *, idempotency_key: str | None = None) -> Job:
        """Store a job and start its workflow; once only, however often it comes under the same key within a day.

        Raises:
            IdempotencyKeyReused: another dialogue has been submitted under ``idempotency_key``.
            NotSpeakable: the dialogue's provider is not enabled, or cannot speak it.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has as many active jobs as allowed.
            ServiceUnavailable: the workflow could not be started; nothing is left behind.
        """
        demand_speakable(dialogue, self._providers())
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
        """Return a job that was submitted before, and start its workflow if need be; None if it was undone."""
        job = self._repository.acknowledge(job_id)
        if job is not None and job.status is JobStatus.PENDING:
            self._executions.start(job.id)
        return job


class ResubmitJob:
    """Makes a new job of the dialogue of one that has ended."""

    def __init__(self, view: ViewJobs, submit: SubmitJob) -> None:
        """Prepare, with what users see of jobs, and what submits them."""
        self._view = view
        self._submit = submit

    def __call__(self, user_id: str, job_id: str, *, idempotency_key: str | None = None) -> Job:
        """Submit the dialogue of a job that has ended, as a new job.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotResubmit: it is pending or processing.
            InputUnreadable: its dialogue is missing or unreadable.
            NotSpeakable: its provider is not enabled any more, or would not speak it as it was asked to.
            IdempotencyKeyReused: as for ``SubmitJob``, as are JobLimitExceeded and ServiceUnavailable.
        """
        record = self._view.record(user_id, job_id)
        if record.job.completed_at is None:
            raise JobCannotResubmit(record.job.status)
        return self._submit(user_id, record.readable_dialogue, idempotency_key=idempotency_key)


def _name_submission(key: str, dialogue: Dialogue) -> IdempotencyKey:
    canonical = json.dumps(asdict(dialogue), sort_keys=True).encode("utf-8")
    return IdempotencyKey(key=key, request_hash=hashlib.sha256(canonical).hexdigest())
