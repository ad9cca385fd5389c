"""Submit a dialogue as a job, or that of a job that has ended once more."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from castline.audio.profile import Loudness
from castline.jobs.errors import JobCannotResubmit
from castline.jobs.model import Titles
from castline.jobs.plain_values import plain_values
from castline.scripts.parts import Markup
from castline.usecases.create_job import name_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from castline.jobs.model import Dialogue, IdempotencyKey, Job
    from castline.speech.pronunciation import Pronunciation
    from castline.usecases.create_job import CreateJob
    from castline.usecases.prepare_dialogue import PrepareDialogue, TurnWarning
    from castline.usecases.view_jobs import ViewJobs

_NO_TITLES = Titles()
_NEW = frozenset({"markup", "loudness", "pronunciation_sets", "title", "author", "album", "webhook_url"})
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
        create: CreateJob,
        *,
        prepare: PrepareDialogue,
        pronunciations: Callable[[str, Sequence[Pronunciation], Sequence[str]], tuple[Pronunciation, ...]],
    ) -> None:
        """Prepare.

        Args:
            create: stores jobs and starts them.
            prepare: checks and completes a dialogue.
            pronunciations: gives the pronunciations in force, from a user's id, those of a request and the names of
                the user's sets.
        """
        self._create = create
        self._prepare = prepare
        self._pronunciations = pronunciations

    def __call__(
        self,
        user_id: str,
        dialogue: Dialogue,
        *,
        titles: Titles = _NO_TITLES,
        pronunciation_sets: Sequence[str] = (),
        webhook_url: str | None = None,
        idempotency_key: str | None = None,
    ) -> Submission:
        """Store a job and start its workflow; once only, however often it comes under the same key within a day.

        Args:
            user_id: whose job it is.
            dialogue: what is to be spoken.
            titles: what the audio is called.
            pronunciation_sets: the names of the user's sets whose pronunciations are added to the dialogue's own.
            webhook_url: a URL that is told of the job's events.
            idempotency_key: what the client names the submission by.

        Raises:
            UnknownPronunciationSet: the user has no set of one of these names.
            SpeechError: the provider's voices cannot be listed, and the dialogue asks for a style.
            IdempotencyKeyReused: another dialogue has been submitted under ``idempotency_key``.
            NotSpeakable: the dialogue's provider is not enabled, or cannot speak it.
            UnusableSounds: the dialogue uses sounds that the user does not have, or not for this.
            WebhookSecretMissing: there is a ``webhook_url``, and the user has no secret to sign with.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has as many active jobs as allowed.
            ServiceUnavailable: the workflow could not be started; nothing is left behind.
        """
        key = None
        if idempotency_key is not None:
            key = _name_submission(idempotency_key, dialogue, pronunciation_sets, titles, webhook_url)
        pronunciations = self._pronunciations(user_id, dialogue.pronunciations, pronunciation_sets)
        prepared = self._prepare(dialogue, pronunciations)
        job = self._create(user_id, prepared.dialogue, titles=titles, key=key, webhook_url=webhook_url)
        return Submission(job=job, warnings=prepared.warnings)


class ResubmitJob:
    """Makes a new job of the dialogue of one that has ended."""

    def __init__(self, view: ViewJobs, submit: SubmitJob) -> None:
        """Prepare, with what users see of jobs, and what submits them."""
        self._view = view
        self._submit = submit

    def __call__(self, user_id: str, job_id: str, *, idempotency_key: str | None = None) -> Submission:
        """Submit the dialogue of a job that has ended, as a new job with the same ``webhook_url``.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotResubmit: it is pending or processing.
            InputUnreadable: its dialogue is missing or unreadable.
            NotSpeakable: its provider is not enabled any more, or would not speak it as it was asked to.
            UnusableSounds: some of its sounds have been deleted.
            WebhookSecretMissing: it has a ``webhook_url``, and the user has no secret any more to sign with.
            IdempotencyKeyReused: as for ``SubmitJob``, as are JobLimitExceeded and ServiceUnavailable.
        """
        record = self._view.record(user_id, job_id)
        if record.job.completed_at is None:
            raise JobCannotResubmit(record.job.status)
        return self._submit(
            user_id,
            record.readable_dialogue,
            titles=record.job.titles,
            webhook_url=record.job.webhook_url,
            idempotency_key=idempotency_key,
        )


def _name_submission(
    key: str,
    dialogue: Dialogue,
    pronunciation_sets: Sequence[str] = (),
    titles: Titles = _NO_TITLES,
    webhook_url: str | None = None,
) -> IdempotencyKey:
    values = plain_values(dialogue)
    # What requests have unless they say otherwise is left out: they had no choice before.
    values["markup"] = None if dialogue.markup is Markup.AUTO else dialogue.markup.value
    values["loudness"] = None if dialogue.loudness is Loudness.PODCAST else dialogue.loudness.value
    values["pronunciation_sets"] = list(pronunciation_sets)
    values["webhook_url"] = webhook_url
    values |= asdict(titles)
    return name_submission(key, {name: value for name, value in values.items() if value or name not in _NEW})
