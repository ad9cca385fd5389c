"""Create a job from a prepared dialogue, and start its workflow."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from uuid6 import uuid7

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import AlreadySubmitted, IdempotencyKeyReused, JobLimitExceeded
from castline.jobs.model import IdempotencyKey, Job, JobStatus
from castline.usage.errors import QuotaExceeded, SubmissionsStopped
from castline.usage.model import month_of
from castline.usage.quotas import exceeded
from castline.usecases.errors import UnusableSounds
from castline.usecases.sound_rules import demand_usable_sounds
from castline.webhooks.errors import WebhookSecretMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Dialogue, Titles
    from castline.jobs.repository import JobRepository
    from castline.usage.model import Rules
    from castline.usecases.reserve_characters import ReserveCharacters
    from castline.usecases.use_sounds import UseSounds

_ATTEMPTS = 3


class CreateJob:
    """Stores a job and starts its workflow. Repeated calls with the same idempotency key return the same job."""

    def __init__(
        self,
        repository: JobRepository,
        executions: Executions,
        sounds: UseSounds,
        reserve: ReserveCharacters,
        *,
        rules: Callable[[str, str], Rules],
        now: Callable[[], datetime],
        demand_webhook_secret: Callable[[str], None],
        created: Callable[[Job], None] = lambda _job: None,
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the job repository.
            executions: the executions of the workflow.
            sounds: the use case that looks up and keeps sounds.
            reserve: computes the characters to reserve.
            rules: returns the rules for a submission, from the user's id and a month in the format ``YYYY-MM``.
            now: the clock.
            demand_webhook_secret: raises WebhookSecretMissing if the user with an id has no secret for jobs' URLs.
            created: called once for each new job.
        """
        self._repository = repository
        self._executions = executions
        self._sounds = sounds
        self._reserve = reserve
        self._rules = rules
        self._now = now
        self._demand_webhook_secret = demand_webhook_secret
        self._created = created

    def __call__(
        self,
        user_id: str,
        dialogue: Dialogue,
        *,
        titles: Titles,
        key: IdempotencyKey | None = None,
        rendition_of: str | None = None,
        webhook_url: str | None = None,
    ) -> Job:
        """Store a job and start its workflow.

        Args:
            user_id: the job's user.
            dialogue: the dialogue to be spoken, as ``PrepareDialogue`` has completed it.
            titles: the titles of the audio.
            key: the client's name for the submission.
            rendition_of: for a rendition, the id of the job whose spoken segments it uses.
            webhook_url: a URL that receives the job's events.

        Raises:
            UnusableSounds: the dialogue uses sounds that are unknown, unsuitable or too long.
            WebhookSecretMissing: ``webhook_url`` is given, but the user has no secret to sign deliveries with.
            IdempotencyKeyReused: a different submission has used the key.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has reached the maximum number of active jobs.
            SubmissionsStopped: an operator has stopped all submissions.
            QuotaExceeded: the job could bill more characters than a quota has left.
            ServiceUnavailable: the workflow could not be started. No job is left behind.
        """
        try:
            self._demand_parts(user_id, dialogue, webhook_url)
        except (UnusableSounds, WebhookSecretMissing):
            # The sounds or the secret may have been deleted since the first submission under the key.
            with suppress(IdempotencyKeyReused):
                submitted = self._repeat(user_id, key, dialogue.sound_ids)
                if submitted is not None:
                    return submitted
            raise
        now = self._now()
        rules = self._rules(user_id, month_of(now))
        try:
            self._demand_acceptance(user_id, rules)
        except (JobLimitExceeded, SubmissionsStopped):
            submitted = self._repeat(user_id, key, dialogue.sound_ids)
            if submitted is None:
                raise
            return submitted
        job = Job(
            id=str(uuid7()),
            user_id=user_id,
            status=JobStatus.PENDING,
            job_type=dialogue.job_type,
            provider=dialogue.provider,
            output_format=dialogue.output_format,
            created_at=now,
            titles=titles,
            rendition_of=rendition_of,
            webhook_url=webhook_url,
            reservation=self._reserve.everything(dialogue, speaks=rendition_of is None, now=now),
        )
        for _ in range(_ATTEMPTS):
            try:
                stored = self._store(job, dialogue, rules, key)
            except AlreadySubmitted as earlier:
                if key is None or earlier.request_hash != key.request_hash:
                    raise IdempotencyKeyReused from earlier
                submitted = self._resume(earlier.job_id, dialogue.sound_ids)
                if submitted is not None:
                    return submitted
            else:
                return self._start(stored, key, dialogue.sound_ids)
        raise ServiceUnavailable("submissions under the same key keep failing")

    def _demand_parts(self, user_id: str, dialogue: Dialogue, webhook_url: str | None) -> None:
        if dialogue.sound_ids:
            demand_usable_sounds(dialogue, self._sounds.resolve(user_id, dialogue.sound_ids))
        if webhook_url is not None:
            self._demand_webhook_secret(user_id)

    def _demand_acceptance(self, user_id: str, rules: Rules) -> None:
        """Refuse a submission above the user's limit of active jobs, or while submissions are stopped.

        The transaction would refuse the first as well. But the transactions of all users contend for the item with
        the usage of the deployment, so one user's refused transactions would delay everybody else's.
        """
        active, max_active = len(self._repository.taken_slots(user_id)), rules.limits.max_active_jobs
        if active >= max_active:
            raise JobLimitExceeded(current_jobs=active, max_jobs=max_active)
        if rules.breaker.is_open:
            raise SubmissionsStopped(rules.breaker.reason)

    def _store(self, job: Job, dialogue: Dialogue, rules: Rules, key: IdempotencyKey | None) -> Job:
        """Store a new job and return it.

        If the full reservation exceeds a quota, reserve only the characters of segments that are not stored yet.
        """
        try:
            self._create_within_quotas(job, dialogue, rules, key)
        except QuotaExceeded:
            if key is not None:
                self._demand_new(job.user_id, key)
            missing = self._reserve.missing(job.user_id, dialogue)
            if job.reservation is None or missing >= job.reservation.characters:
                raise
            job = replace(job, reservation=replace(job.reservation, characters=missing))
            self._create_within_quotas(job, dialogue, rules, key)
        return job

    def _create_within_quotas(self, job: Job, dialogue: Dialogue, rules: Rules, key: IdempotencyKey | None) -> None:
        """Store a new job, unless it already exceeds a quota according to the usage in ``rules``."""
        if job.reservation is not None:
            refused = exceeded(job.reservation, rules.quotas, own=rules.own_usage, everybody=rules.deployment_usage)
            if refused is not None:
                raise refused
        self._repository.create(
            job,
            dialogue,
            max_active=rules.limits.max_active_jobs,
            quotas=rules.quotas,
            idempotency_key=key,
        )

    def _demand_new(self, user_id: str, key: IdempotencyKey) -> None:
        submitted = self._repository.find_submitted(user_id, key, now=self._now())
        if submitted is not None:
            raise AlreadySubmitted(job_id=submitted, request_hash=key.request_hash)

    def _start(self, job: Job, key: IdempotencyKey | None, sound_ids: frozenset[str]) -> Job:
        """Keep the sounds of a new job and start its workflow. Discard the job if that fails."""
        try:
            self._keep_and_start(job, sound_ids)
        except ServiceUnavailable:
            # A job that is no longer pending is not discarded, because its workflow has started. A job that another
            # request under the same key has acknowledged is not discarded either, because that request starts it.
            if self._repository.discard(job, idempotency_key=key):
                raise
        self._created(job)
        return job

    def _repeat(self, user_id: str, key: IdempotencyKey | None, sound_ids: frozenset[str]) -> Job | None:
        """Return the job that was submitted under the key before; None if there is none.

        Raises:
            IdempotencyKeyReused: a different submission has used the key.
        """
        if key is None:
            return None
        job_id = self._repository.find_submitted(user_id, key, now=self._now())
        return None if job_id is None else self._resume(job_id, sound_ids)

    def _resume(self, job_id: str, sound_ids: frozenset[str]) -> Job | None:
        """Return a job that was submitted before, and start it if it is pending; None if it was discarded."""
        job = self._repository.acknowledge(job_id)
        if job is not None and job.status is JobStatus.PENDING:
            self._keep_and_start(job, sound_ids)
        return job

    def _keep_and_start(self, job: Job, sound_ids: frozenset[str]) -> None:
        if sound_ids:
            # If a sound has been deleted meanwhile, its files still outlive the job.
            self._sounds.touch(job.user_id, sound_ids)
        self._executions.start(job.id)


def name_submission(key: str, values: Mapping[str, Any]) -> IdempotencyKey:
    """Return the idempotency key of a submission with ``values``, which JSON must be able to represent."""
    canonical = json.dumps(values, sort_keys=True)
    return IdempotencyKey(key=key, request_hash=hashlib.sha256(canonical.encode("utf-8")).hexdigest())
