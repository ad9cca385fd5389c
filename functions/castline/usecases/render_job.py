"""Render a completed job again: make another file of its stored segments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from castline.jobs.errors import JobCannotRender
from castline.jobs.model import JobStatus
from castline.jobs.plain_values import plain_values
from castline.jobs.validity import demand_valid_audio
from castline.usecases.create_job import name_submission
from castline.usecases.provider_rules import demand_enabled
from castline.usecases.sound_rules import demand_few_sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from castline.jobs.model import Dialogue, Job
    from castline.speech.providers.registry import EnabledProvider
    from castline.usecases.create_job import CreateJob
    from castline.usecases.view_jobs import ViewJobs


class RenderJob:
    """Creates renditions: jobs that use the stored dialogue and the spoken segments of a completed job.

    The dialogue is not prepared again, so that its texts and its segments are the same as those of the first job.
    """

    def __init__(
        self, view: ViewJobs, create: CreateJob, *, providers: Callable[[], Mapping[str, EnabledProvider]]
    ) -> None:
        """Store the collaborators.

        Args:
            view: the use case that shows jobs.
            create: creates jobs.
            providers: returns the enabled speech providers by id.
        """
        self._view = view
        self._create = create
        self._providers = providers

    def __call__(
        self, user_id: str, job_id: str, changes: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> Job:
        """Submit a rendition of a completed job, and return the new job.

        Args:
            user_id: the job's user.
            job_id: the id of the completed job.
            changes: new values for fields of the dialogue: ``output_format``, ``quality``, ``loudness``, ``music``
                and ``cover_id``.
            idempotency_key: the client's name for the submission.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotRender: the job is not completed.
            InputUnreadable: the job's dialogue is missing or unreadable.
            NotSpeakable: the provider is no longer enabled.
            UnusableSounds: the rendition uses sounds that are unknown or unsuitable, or too many different sounds.
            WebhookSecretMissing: the job has a ``webhook_url``, but the user no longer has a secret to sign with.
            InvalidDialogue: a change breaks a rule of ``castline.jobs.validity``.
            IdempotencyKeyReused, JobLimitExceeded, ServiceUnavailable: as for ``CreateJob``.
        """
        record = self._view.record(user_id, job_id)
        if record.job.status is not JobStatus.COMPLETED:
            raise JobCannotRender(record.job.status)
        dialogue = _render(record.readable_dialogue, changes)
        demand_enabled(dialogue.provider, self._providers())
        rendition_of = record.job.rendition_of or record.job.id
        key = None
        if idempotency_key is not None:
            key = name_submission(idempotency_key, {**plain_values(dialogue), "rendition_of": rendition_of})
        return self._create(
            user_id,
            dialogue,
            titles=record.job.titles,
            key=key,
            rendition_of=rendition_of,
            webhook_url=record.job.webhook_url,
        )


def _render(source: Dialogue, changes: Mapping[str, Any]) -> Dialogue:
    # Stored fields may break rules that are newer than they are. Changed fields must keep all rules.
    dialogue = replace(source, **changes, is_stored=True)
    demand_few_sounds(dialogue)
    demand_valid_audio(dialogue)
    recorded = source.recording or source.quality
    return replace(dialogue, recording=None if recorded is dialogue.quality else recorded, is_stored=True)
