"""Submit a dialogue as a job, or that of a job that has ended once more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from uuid6 import uuid7

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import AlreadySubmitted, IdempotencyKeyReused, JobCannotResubmit
from castline.jobs.model import IdempotencyKey, Job, JobStatus, Titles
from castline.jobs.plain_values import plain_values
from castline.scripts.parts import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Dialogue
    from castline.jobs.repository import JobRepository
    from castline.speech.pronunciation import Pronunciation
    from castline.usecases.prepare_dialogue import PrepareDialogue, TurnWarning
    from castline.usecases.view_jobs import ViewJobs

_SUBMIT_ATTEMPTS = 3
_NO_TITLES = Titles()
_NEW = frozenset({"markup", "pronunciation_sets", "title", "author", "album"})
"""The parts of a submission that are left out of its hash when they are empty: earlier releases did not have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submitted job, and the warnings about its dialogue."""

    job: Job
    warnings: tuple[TurnWarning, ...]


class SubmitJob:
    """Makes a job of a dialogue, and starts it."""

    def __init__(
        self,
        repository: JobRepository,
        executions: Executions,
        *,
        prepare: PrepareDialogue,
        pronunciations: Callable[[str, Sequence[Pronunciation], Sequence[str]], tuple[Pronunciation, ...]],
        max_active_jobs: int,
        now: Callable[[], datetime],
        submitted: Callable[[Job], None] = lambda _job: None,
    ) -> None:
        """Prepare.

        Args:
            repository: the jobs.
            executions: what runs them.
            prepare: checks and completes a dialogue.
            pronunciations: gives the pronunciations in force, from a user's id, those of a request and the names of
                the user's sets.
            max_active_jobs: how many pending and processing jobs a user may have.
            now: the clock.
            submitted: is told of each new job that is to run, once.
        """
        self._repository = repository
        self._executions = executions
        self._prepare = prepare
        self._pronunciations = pronunciations
        self._max_active_jobs = max_active_jobs
        self._now = now
        self._submitted = submitted

    def __call__(
        self,
        user_id: str,
        dialogue: Dialogue,
        *,
        titles: Titles = _NO_TITLES,
        pronunciation_sets: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Submission:
        """Store a job and start its workflow; once only, however often it comes under the same key within a day.

        Args:
            user_id: whose job it is.
            dialogue: what is to be spoken.
            titles: what the audio is called.
            pronunciation_sets: the names of the user's sets whose pronunciations are added to the dialogue's own.
            idempotency_key: what the client names the submission by.

        Raises:
            UnknownPronunciationSet: the user has no set of one of these names.
            SpeechError: the provider's voices cannot be listed, and the dialogue asks for a style.
            IdempotencyKeyReused: another dialogue has been submitted under ``idempotency_key``.
            NotSpeakable: the dialogue's provider is not enabled, or cannot speak it.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has as many active jobs as allowed.
            ServiceUnavailable: the workflow could not be started; nothing is left behind.
        """
        key = None
        if idempotency_key is not None:
            key = _name_submission(idempotency_key, dialogue, pronunciation_sets, titles)
        pronunciations = self._pronunciations(user_id, dialogue.pronunciations, pronunciation_sets)
        prepared = self._prepare(dialogue, pronunciations)
        job = self._submit(user_id, prepared.dialogue, titles, key)
        return Submission(job=job, warnings=prepared.warnings)

    def _submit(self, user_id: str, dialogue: Dialogue, titles: Titles, key: IdempotencyKey | None) -> Job:
        for _ in range(_SUBMIT_ATTEMPTS):
            job = self._new_job(user_id, dialogue, titles)
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

    def _new_job(self, user_id: str, dialogue: Dialogue, titles: Titles) -> Job:
        return Job(
            id=str(uuid7()),
            user_id=user_id,
            status=JobStatus.PENDING,
            job_type=dialogue.job_type,
            provider=dialogue.provider,
            output_format=dialogue.output_format,
            created_at=self._now(),
            titles=titles,
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

    def __call__(self, user_id: str, job_id: str, *, idempotency_key: str | None = None) -> Submission:
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
        return self._submit(
            user_id, record.readable_dialogue, titles=record.job.titles, idempotency_key=idempotency_key
        )


def _name_submission(
    key: str, dialogue: Dialogue, pronunciation_sets: Sequence[str] = (), titles: Titles = _NO_TITLES
) -> IdempotencyKey:
    values = plain_values(dialogue)
    # Requests are read with their markup unless they say otherwise, and had no choice before.
    values["markup"] = None if dialogue.markup is Markup.AUTO else dialogue.markup.value
    values["pronunciation_sets"] = list(pronunciation_sets)
    values |= asdict(titles)
    canonical = json.dumps(
        {name: value for name, value in values.items() if value or name not in _NEW}, sort_keys=True
    )
    return IdempotencyKey(key=key, request_hash=hashlib.sha256(canonical.encode("utf-8")).hexdigest())
