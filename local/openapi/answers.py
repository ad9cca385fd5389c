"""What each operation may answer: the half of the document that Powertools cannot read off the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from castline.api import schemas
from castline.api.app import PREFIX
from local.openapi import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One successful answer."""

    status: int
    description: str
    model: type[BaseModel] | None = None
    media_types: tuple[str, ...] = ()
    """Of a body that is no JSON, or need not be."""
    headers: tuple[str, ...] = ()
    """Names in ``castline``'s table of headers, besides X-Request-ID."""
    example: Any = None
    links: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a client may get, and what it may send besides what the handler's signature says."""

    tag: str
    answers: tuple[Answer, ...]
    errors: tuple[str, ...] = ()
    """Codes, besides those of every operation."""
    request_headers: tuple[str, ...] = ()
    request_example: Any = None
    is_open: bool = False
    """Whether it takes no token."""


_JOB_ID = {"job_id": "$response.body#/id"}


def _follow(*operation_ids: str, parameters: Mapping[str, Any] = _JOB_ID) -> dict[str, Any]:
    return {
        operation_id: {"operationId": operation_id, "parameters": dict(parameters)} for operation_id in operation_ids
    }


_AFTER_SUBMITTING = _follow("get_job", "cancel_job", "download", "resubmit_job", "get_subtitles")
_SUBMITTED = Answer(
    status=201,
    description="A job that is pending.",
    model=schemas.JobSummary,
    example=examples.PENDING_JOB,
    links=_AFTER_SUBMITTING,
)
_SUBMISSION_ERRORS = ("VALIDATION_ERROR", "IDEMPOTENCY_KEY_REUSED", "JOB_LIMIT_EXCEEDED", "SERVICE_UNAVAILABLE")
_READING_ERRORS = ("JOB_NOT_FOUND", "SERVICE_UNAVAILABLE")

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("POST", "/jobs"): Operation(
        tag="Jobs",
        answers=(_SUBMITTED,),
        errors=("REQUEST_TOO_LARGE", *_SUBMISSION_ERRORS),
        request_example=examples.DIALOGUE,
    ),
    ("POST", "/jobs/tts"): Operation(
        tag="Jobs",
        answers=(_SUBMITTED,),
        errors=("REQUEST_TOO_LARGE", *_SUBMISSION_ERRORS),
        request_example=examples.SINGLE_VOICE,
    ),
    ("GET", "/jobs"): Operation(
        tag="Jobs",
        answers=(
            Answer(
                status=200,
                description="One page of jobs, newest first.",
                model=schemas.JobList,
                example=examples.JOB_LIST,
                links={
                    "next_page": {
                        "operationId": "list_jobs",
                        "parameters": {"cursor": "$response.body#/next_cursor"},
                    },
                    **_follow("get_job", parameters={"job_id": "$response.body#/items/0/id"}),
                },
            ),
        ),
        errors=("VALIDATION_ERROR", "SERVICE_UNAVAILABLE"),
    ),
    ("GET", "/jobs/{job_id}"): Operation(
        tag="Jobs",
        answers=(
            Answer(
                status=200,
                description="The job as it is.",
                model=schemas.JobDetail,
                headers=("ETag", "Cache-Control", "Vary", "Content-Language", "Retry-After"),
                example=examples.COMPLETED_JOB,
                links=_follow("download", "resubmit_job", "get_subtitles"),
            ),
            Answer(
                status=304,
                description="The job as it is in one of the representations that If-None-Match names.",
                headers=("ETag", "Cache-Control", "Vary", "Content-Language", "Retry-After"),
            ),
        ),
        errors=_READING_ERRORS,
        request_headers=("If-None-Match",),
    ),
    ("DELETE", "/jobs/{job_id}"): Operation(
        tag="Jobs",
        answers=(
            Answer(
                status=200,
                description="The job, which is cancelled.",
                model=schemas.JobSummary,
                example=examples.CANCELLED_JOB,
                links=_follow("get_job", "resubmit_job"),
            ),
        ),
        errors=(*_READING_ERRORS, "JOB_CANNOT_CANCEL"),
    ),
    ("GET", "/jobs/{job_id}/download"): Operation(
        tag="Results",
        answers=(
            Answer(
                status=200,
                description="Where the audio is, for clients that accept application/json.",
                model=schemas.Download,
                headers=("Cache-Control", "Vary"),
                example=examples.DOWNLOAD,
            ),
            Answer(status=302, description="To the audio.", headers=("Location", "Cache-Control", "Vary")),
        ),
        errors=("VALIDATION_ERROR", *_READING_ERRORS, "JOB_NOT_COMPLETED", "AUDIO_NOT_AVAILABLE"),
        request_headers=("Accept",),
    ),
    ("GET", "/jobs/{job_id}/subtitles"): Operation(
        tag="Results",
        answers=(
            Answer(
                status=200,
                description=(
                    "The subtitles, with the speakers' names. Where they are, if they are too large for an answer "
                    "and the client accepts application/json."
                ),
                model=schemas.Download,
                media_types=("text/vtt", "application/x-subrip"),
                headers=("Cache-Control", "Vary"),
            ),
            Answer(
                status=302,
                description="To the subtitles, if they are too large for an answer.",
                headers=("Location", "Cache-Control", "Vary"),
            ),
        ),
        errors=("VALIDATION_ERROR", *_READING_ERRORS, "JOB_NOT_COMPLETED", "SUBTITLES_NOT_AVAILABLE"),
        request_headers=("Accept",),
    ),
    ("POST", "/jobs/{job_id}/resubmit"): Operation(
        tag="Jobs",
        answers=(_SUBMITTED,),
        errors=(*_SUBMISSION_ERRORS, "JOB_NOT_FOUND", "JOB_CANNOT_RESUBMIT", "INPUT_NOT_AVAILABLE"),
    ),
    ("POST", "/dialogues/parse"): Operation(
        tag="Writing",
        answers=(
            Answer(
                status=200,
                description="The script as turns, ready to be submitted.",
                model=schemas.ParsedDialogue,
                example=examples.PARSED,
            ),
        ),
        errors=("VALIDATION_ERROR", "REQUEST_TOO_LARGE"),
        request_example=examples.SCRIPT,
    ),
    ("GET", "/providers"): Operation(
        tag="Writing",
        answers=(
            Answer(
                status=200,
                description="All providers.",
                model=schemas.ProviderList,
                example=examples.PROVIDERS,
                links=_follow("list_voices", parameters={"provider": "$response.body#/items/0/id"}),
            ),
        ),
    ),
    ("GET", "/voices"): Operation(
        tag="Writing",
        answers=(
            Answer(
                status=200,
                description="All voices that match.",
                model=schemas.VoiceList,
                example=examples.VOICES,
            ),
        ),
        errors=("VALIDATION_ERROR", "SERVICE_UNAVAILABLE", "PROVIDER_UNAVAILABLE"),
    ),
    ("GET", "/health"): Operation(
        tag="Service",
        answers=(Answer(status=200, description="It does.", model=schemas.Health, example={"status": "ok"}),),
        is_open=True,
    ),
}
"""By method and path below the prefix."""


def operation(method: str, path: str) -> Operation:
    """What is known of an operation.

    Raises:
        KeyError: nothing. Whoever adds a route says here what it answers.
    """
    return OPERATIONS[method, path.removeprefix(PREFIX)]
