"""Render a completed job once more: another file of what was spoken for it."""

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
    """Makes a job of the stored dialogue of a completed one, whose spoken segments it uses.

    The dialogue is not prepared anew: its texts are read, and its segments found, as they were for the first job.
    """

    def __init__(
        self, view: ViewJobs, create: CreateJob, *, providers: Callable[[], Mapping[str, EnabledProvider]]
    ) -> None:
        """Prepare.

        Args:
            view: what users see of jobs.
            create: creates jobs.
            providers: gives the enabled speech providers by id.
        """
        self._view = view
        self._create = create
        self._providers = providers

    def __call__(
        self, user_id: str, job_id: str, changes: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> Job:
        """Submit another version of a completed job, and return it.

        Args:
            user_id: whose job.
            job_id: of the completed job.
            changes: new values of fields of its dialogue: ``output_format``, ``quality``, ``loudness``, ``music``
                and ``cover_id``.
            idempotency_key: what the client names the submission by.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotRender: it is not completed.
            InputUnreadable: its dialogue is missing or unreadable.
            NotSpeakable: its provider is not enabled any more.
            UnusableSounds: it uses sounds that the user does not have, or not for this, or too many different ones.
            WebhookSecretMissing: it has a ``webhook_url``, and the user has no secret any more to sign with.
            InvalidDialogue: a change breaks a rule of ``castline.jobs.validity``.
            IdempotencyKeyReused: as for ``CreateJob``, as are JobLimitExceeded and ServiceUnavailable.
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
    # What was stored need not keep the rules of today; what changes has to.
    dialogue = replace(source, **changes, is_stored=True)
    demand_few_sounds(dialogue)
    demand_valid_audio(dialogue)
    recorded = source.recording or source.quality
    return replace(dialogue, recording=None if recorded is dialogue.quality else recorded, is_stored=True)
