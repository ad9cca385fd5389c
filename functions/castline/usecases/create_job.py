"""Create a job of a dialogue that is ready to be spoken, and start its workflow."""

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
    """Stores a job and starts its workflow; once only, however often it comes under the same key within a day."""

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
        """Prepare.

        Args:
            repository: the jobs.
            executions: what runs them.
            sounds: the sounds of users.
            reserve: works out what to reserve of the quotas.
            rules: gives the rules for a submission of a user, given by id, in a month of the form ``YYYY-MM``.
            now: the clock.
            demand_webhook_secret: raises WebhookSecretMissing if a user, given by id, has no secret for jobs' URLs.
            created: is told of each new job that is to run, once.
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
            user_id: whose job it is.
            dialogue: what is to be spoken, complete.
            titles: what the audio is called.
            key: what the client names the submission by.
            rendition_of: the id of the job whose spoken segments it uses, if it is to speak nothing itself.
            webhook_url: a URL that is told of its events.

        Raises:
            UnusableSounds: it uses sounds that the user does not have, or not for this, or too long ones.
            WebhookSecretMissing: there is a ``webhook_url``, and the user has no secret to sign with.
            IdempotencyKeyReused: something else has been submitted under the key.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has as many active jobs as allowed.
            SubmissionsStopped: an operator has stopped all submissions.
            QuotaExceeded: the job could bill more characters than a quota has left.
            ServiceUnavailable: the workflow could not be started; nothing is left behind.
        """
        try:
            self._demand_parts(user_id, dialogue, webhook_url)
        except (UnusableSounds, WebhookSecretMissing):
            # Either may have been deleted since the same was submitted under the key.
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
        """Refuse a submission that the transaction would refuse, too, or that an operator has stopped.

        The transactions of all users contend for the usage of the deployment. Those that are bound to be refused, of
        which one user may send many, would delay all others.
        """
        active, max_active = len(self._repository.taken_slots(user_id)), rules.limits.max_active_jobs
        if active >= max_active:
            raise JobLimitExceeded(current_jobs=active, max_jobs=max_active)
        if rules.breaker.is_open:
            raise SubmissionsStopped(rules.breaker.reason)

    def _store(self, job: Job, dialogue: Dialogue, rules: Rules, key: IdempotencyKey | None) -> Job:
        """Store a new job and return it. Where not all of it fits into the quotas, what is not stored yet has to."""
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
        """Store a new job. One that has been beyond a quota already when the rules were read is not tried."""
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
        """Keep the sounds of a new job and start its workflow, or undo the job."""
        try:
            self._keep_and_start(job, sound_ids)
        except ServiceUnavailable:
            # It has started all the same if the job has moved on; and it is somebody else's to start if a request
            # under the same key has come to know of it.
            if self._repository.discard(job, idempotency_key=key):
                raise
        self._created(job)
        return job

    def _repeat(self, user_id: str, key: IdempotencyKey | None, sound_ids: frozenset[str]) -> Job | None:
        """Return the job that was submitted under the key before; None if there is none.

        Raises:
            IdempotencyKeyReused: something else was.
        """
        if key is None:
            return None
        job_id = self._repository.find_submitted(user_id, key, now=self._now())
        return None if job_id is None else self._resume(job_id, sound_ids)

    def _resume(self, job_id: str, sound_ids: frozenset[str]) -> Job | None:
        """Return a job that was submitted before, and start its workflow if need be; None if it was undone."""
        job = self._repository.acknowledge(job_id)
        if job is not None and job.status is JobStatus.PENDING:
            self._keep_and_start(job, sound_ids)
        return job

    def _keep_and_start(self, job: Job, sound_ids: frozenset[str]) -> None:
        if sound_ids:
            # The files of one that has been deleted meanwhile outlive the job.
            self._sounds.touch(job.user_id, sound_ids)
        self._executions.start(job.id)


def name_submission(key: str, values: Mapping[str, Any]) -> IdempotencyKey:
    """Return the key of a submission that consists of ``values``, which JSON can write."""
    canonical = json.dumps(values, sort_keys=True)
    return IdempotencyKey(key=key, request_hash=hashlib.sha256(canonical.encode("utf-8")).hexdigest())
