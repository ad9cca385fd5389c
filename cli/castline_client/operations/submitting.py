"""Scripts and jobs that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline_client.operations.requests import body_of, path_to, submitting
from castline_client.steps import Request
from castline_client.types import CastDialogue, Estimate, ParsedDialogue, Preview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from castline_client.operations.requests import Body
    from castline_client.steps import Flow
    from castline_client.types import Markup, ScriptAnswer, ScriptFormat, SubmittedJob


def parse(
    script: str,
    *,
    format: ScriptFormat | None = None,
    markup: Markup | None = None,
    answers: Sequence[ScriptAnswer] | None = None,
) -> Flow[ParsedDialogue]:
    """Return a script's turns and speakers, for ``create_job``.

    Args:
        script: the text.
        format: by default the service finds it out.
        markup: ``literal`` leaves marks, tags and stage directions as they stand.
        answers: answers to the ``questions`` of an earlier call with the same script.

    Raises:
        InvalidRequest: it is not understood; ``problems`` have the lines.
    """
    given = {"script": script, "format": format, "markup": markup, "answers": list(answers) if answers else None}
    body = {name: value for name, value in given.items() if value is not None}
    return body_of(Request[ParsedDialogue]("POST", "/dialogues/parse", body=body))


def cast(request: Body) -> Flow[CastDialogue]:
    """Return a voice for each speaker, and what was assumed: a ``CastDialogueRequest``.

    Raises:
        InvalidRequest: fields are not right, or the provider is not enabled.
        Refused: the provider cannot list its voices (``PROVIDER_UNAVAILABLE``).
    """
    return body_of(Request[CastDialogue]("POST", "/dialogues/cast", body=request))


def estimate(request: Body) -> Flow[Estimate]:
    """Return what a dialogue would bill, cost and last, without submitting it: a ``CreateJobRequest``."""
    return body_of(Request[Estimate]("POST", "/jobs/estimate", body=request))


def estimate_single_voice(request: Body) -> Flow[Estimate]:
    """Return what one text would bill, cost and last: a ``CreateSingleVoiceJobRequest``."""
    return body_of(Request[Estimate]("POST", "/jobs/tts/estimate", body=request))


def preview(request: Body) -> Flow[Preview]:
    """Have a short text spoken at once: a ``CreatePreviewRequest``.

    The job that speaks the same is not billed for it.

    Raises:
        InvalidRequest: fields are not right, or the provider cannot speak the text.
        QuotaExceeded: too many characters.
        Refused: too many previews in a minute (``RATE_LIMITED``).
        SubmissionsStopped: operators let nothing be spoken.
    """
    return body_of(Request[Preview]("POST", "/previews", body=request))


def create_job(request: Body, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Submit a dialogue as a job.

    Args:
        request: a ``CreateJobRequest``.
        idempotency_key: the same key gives the same job within a day; by default each call has its own, so that a
            connection that breaks makes no second job.

    Raises:
        InvalidRequest: fields are not right.
        JobLimitExceeded: too many jobs are active.
        QuotaExceeded: too many characters.
        SubmissionsStopped: operators let nobody submit jobs.
    """
    return submitting("/jobs", request, idempotency_key)


def create_single_voice_job(request: Body, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Submit one text in one voice as a job: a ``CreateSingleVoiceJobRequest``.

    The rest is as with ``create_job``.
    """
    return submitting("/jobs/tts", request, idempotency_key)


def resubmit_job(job_id: str, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Submit the input of a job that has ended again, as a new job."""
    return submitting(path_to("jobs", job_id, "resubmit"), None, idempotency_key)


def render_job(job_id: str, changes: Body, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Make another file of a completed job, without speaking anything again: a ``RenderJobRequest``."""
    return submitting(path_to("jobs", job_id, "renditions"), changes, idempotency_key)
