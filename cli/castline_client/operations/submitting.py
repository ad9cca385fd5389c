"""Operations that parse scripts, choose voices and submit jobs."""

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
        script: the text of the script.
        format: the format; by default the service detects it.
        markup: ``literal`` leaves marks, tags and stage directions as written.
        answers: answers to the ``questions`` of an earlier call with the same script.

    Raises:
        InvalidRequest: the script cannot be parsed; ``problems`` has the lines.
    """
    given = {"script": script, "format": format, "markup": markup, "answers": list(answers) if answers else None}
    body = {name: value for name, value in given.items() if value is not None}
    return body_of(Request[ParsedDialogue]("POST", "/dialogues/parse", body=body))


def cast(request: Body) -> Flow[CastDialogue]:
    """Return a voice for each speaker of a ``CastDialogueRequest``, and notes about assumptions.

    Raises:
        InvalidRequest: a field is not valid, or the provider is not enabled.
        Refused: the provider cannot list its voices (``PROVIDER_UNAVAILABLE``).
    """
    return body_of(Request[CastDialogue]("POST", "/dialogues/cast", body=request))


def estimate(request: Body) -> Flow[Estimate]:
    """Estimate the billed characters, cost and duration of a ``CreateJobRequest`` without submitting it."""
    return body_of(Request[Estimate]("POST", "/jobs/estimate", body=request))


def estimate_single_voice(request: Body) -> Flow[Estimate]:
    """Estimate the billed characters, cost and duration of a ``CreateSingleVoiceJobRequest``."""
    return body_of(Request[Estimate]("POST", "/jobs/tts/estimate", body=request))


def preview(request: Body) -> Flow[Preview]:
    """Speak the short text of a ``CreatePreviewRequest`` immediately.

    A job that speaks the same text in the same way is not billed for it again.

    Raises:
        InvalidRequest: a field is not valid, or the provider cannot speak the text.
        QuotaExceeded: the preview would exceed a quota of characters.
        Refused: there were too many previews in a minute (``RATE_LIMITED``).
        SubmissionsStopped: operators have stopped all submissions.
    """
    return body_of(Request[Preview]("POST", "/previews", body=request))


def create_job(request: Body, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Submit a dialogue as a job.

    Args:
        request: a ``CreateJobRequest``.
        idempotency_key: a key with which repeated calls return the same job within a day. By default every call has
            a new key, so that only retries of that call return the same job.

    Raises:
        InvalidRequest: a field is not valid.
        JobLimitExceeded: too many jobs are active.
        QuotaExceeded: the job would exceed a quota of characters.
        SubmissionsStopped: operators have stopped all submissions.
    """
    return submitting("/jobs", request, idempotency_key)


def create_single_voice_job(request: Body, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Submit one text in one voice as a job: a ``CreateSingleVoiceJobRequest``.

    The key and the errors are those of ``create_job``.
    """
    return submitting("/jobs/tts", request, idempotency_key)


def resubmit_job(job_id: str, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Submit the input of an ended job again, as a new job."""
    return submitting(path_to("jobs", job_id, "resubmit"), None, idempotency_key)


def render_job(job_id: str, changes: Body, *, idempotency_key: str | None = None) -> Flow[SubmittedJob]:
    """Make another version of a completed job from its stored speech: a ``RenderJobRequest``."""
    return submitting(path_to("jobs", job_id, "renditions"), changes, idempotency_key)
