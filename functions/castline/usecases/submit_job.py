"""Submit a dialogue as a job, or submit the dialogue of an ended job again."""

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
"""Parts of a submission that its hash omits if they are empty, because earlier releases did not have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A submitted job, and the warnings about its dialogue."""

    job: Job
    warnings: tuple[TurnWarning, ...]


class SubmitJob:
    """Creates and starts a job from a dialogue."""

    def __init__(
        self,
        create: CreateJob,
        *,
        prepare: PrepareDialogue,
        pronunciations: Callable[[str, Sequence[Pronunciation], Sequence[str]], tuple[Pronunciation, ...]],
    ) -> None:
        """Store the collaborators.

        Args:
            create: the use case that stores and starts jobs.
            prepare: the use case that checks and completes dialogues.
            pronunciations: returns the pronunciations in force, from a user's id, the pronunciations of a request,
                and the names of the user's sets.
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
        """Store a job and start its workflow. A repeated call with the same key within a day returns the same job.

        Args:
            user_id: the job's user.
            dialogue: the dialogue to be spoken.
            titles: the titles of the audio.
            pronunciation_sets: the names of the user's sets whose pronunciations are added to the dialogue's own.
            webhook_url: a URL that receives the job's events.
            idempotency_key: the client's name for the submission.

        Raises:
            UnknownPronunciationSet: the user has no set with one of these names.
            SpeechError: the dialogue asks for a style, and the provider's voices cannot be listed.
            IdempotencyKeyReused: a different submission has used ``idempotency_key``.
            NotSpeakable: the dialogue's provider is not enabled, or cannot speak it.
            UnusableSounds: the dialogue uses sounds that are unknown or unsuitable.
            WebhookSecretMissing: ``webhook_url`` is given, but the user has no secret to sign deliveries with.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has reached the maximum number of active jobs.
            ServiceUnavailable: the workflow could not be started. No job is left behind.
        """
        key = None
        if idempotency_key is not None:
            key = _name_submission(idempotency_key, dialogue, pronunciation_sets, titles, webhook_url)
        pronunciations = self._pronunciations(user_id, dialogue.pronunciations, pronunciation_sets)
        prepared = self._prepare(dialogue, pronunciations)
        job = self._create(user_id, prepared.dialogue, titles=titles, key=key, webhook_url=webhook_url)
        return Submission(job=job, warnings=prepared.warnings)


class ResubmitJob:
    """Creates a new job from the dialogue of an ended job."""

    def __init__(self, view: ViewJobs, submit: SubmitJob) -> None:
        """Store the collaborators: the use cases that show and submit jobs."""
        self._view = view
        self._submit = submit

    def __call__(self, user_id: str, job_id: str, *, idempotency_key: str | None = None) -> Submission:
        """Submit the dialogue of an ended job again, as a new job with the same titles and ``webhook_url``.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotResubmit: the job is pending or processing.
            InputUnreadable: the job's dialogue is missing or unreadable.
            NotSpeakable: the provider is no longer enabled, or cannot speak the dialogue.
            UnusableSounds: some of the job's sounds have been deleted.
            WebhookSecretMissing: the job has a ``webhook_url``, but the user no longer has a secret to sign with.
            IdempotencyKeyReused, JobLimitExceeded, ServiceUnavailable: as for ``SubmitJob``.
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
    # The defaults of requests are omitted, because the requests of earlier releases had no such fields.
    values["markup"] = None if dialogue.markup is Markup.AUTO else dialogue.markup.value
    values["loudness"] = None if dialogue.loudness is Loudness.PODCAST else dialogue.loudness.value
    values["pronunciation_sets"] = list(pronunciation_sets)
    values["webhook_url"] = webhook_url
    values |= asdict(titles)
    return name_submission(key, {name: value for name, value in values.items() if value or name not in _NEW})
