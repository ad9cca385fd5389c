"""Errors of the API. Each is declared once; the messages are in ``castline.api.messages``.

The exception handlers, the errors of each operation in ``docs/openapi.json`` and the tables in the guides are derived
from these declarations.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from castline.api.identity import NotAnOperator, NotAuthenticated
from castline.api.messages import error_message
from castline.api.request_body import RequestTooLarge
from castline.api.validation import InvalidRequest, explain
from castline.audio.errors import MissingAudio, UnreadableCues
from castline.aws_errors import ServiceUnavailable
from castline.documents.errors import PreconditionFailed
from castline.documents.limits import MAX_DOCUMENTS
from castline.jobs.errors import (
    IdempotencyKeyReused,
    InputTooLarge,
    InputUnreadable,
    InvalidCursor,
    JobCannotCancel,
    JobCannotRender,
    JobCannotResubmit,
    JobHasEnded,
    JobLimitExceeded,
    JobNotCompleted,
    JobNotFound,
    JobStillActive,
)
from castline.metrics import Metric
from castline.previews.errors import PreviewLimitExceeded
from castline.pronunciation_sets.errors import (
    PronunciationSetLimitExceeded,
    PronunciationSetNotFound,
    UnknownPhoneme,
    UnknownPronunciationSet,
)
from castline.shows.errors import ShowLimitExceeded, ShowNotFound
from castline.sounds.errors import SoundLimitExceeded, SoundNotFound
from castline.sounds.limits import MAX_SOUNDS
from castline.speech.errors import SpeechError
from castline.usage.errors import QuotaExceeded, SubmissionsStopped
from castline.usage.model import SUBMISSIONS_STOPPED as SUBMISSIONS_STOPPED_CODE
from castline.usecases.errors import NotSpeakable, PlaylistUnavailable, TimingsUnavailable, UnusableSounds
from castline.webhooks.errors import (
    DeliveryNotFound,
    WebhookDisabled,
    WebhookHasNoUrl,
    WebhookLimitExceeded,
    WebhookNotFound,
    WebhookSecretMissing,
)
from castline.webhooks.limits import MAX_WEBHOOKS

if TYPE_CHECKING:
    from datetime import datetime

    from castline.api.negotiation import Language

Details = Callable[[Any, "Language"], dict[str, Any]]
"""Function that returns the ``details`` of the error response to an exception."""

_RETRY_AFTER_SECONDS = 5
_RETRY_WHILE_STOPPED_SECONDS = 300
"""Seconds to wait while submissions are stopped. An operator has to act first, so earlier retries would fail."""


def _no_details(_exception: Exception, _language: Language) -> dict[str, Any]:
    return {}


def _attributes(*names: str) -> Details:
    """Return a function that takes the details from an exception's attributes."""
    return lambda exception, _language: {name: getattr(exception, name) for name in names}


def _values(**values: int) -> Details:
    """Return a function that returns the same details for every exception."""
    return lambda _exception, _language: dict(values)


def _problem(name: str, kind: str) -> Details:
    """Return a function that explains the same problem with one field for every exception."""
    return lambda _exception, language: explain(InvalidRequest(name, kind).problems, language)


def _too_large_to_store(exception: InputTooLarge, language: Language) -> dict[str, Any]:
    kind = "too_large_to_store" if exception.is_compressed else "too_large_as_json"
    problem = InvalidRequest("body", kind, bytes=exception.size_bytes, max_bytes=exception.max_bytes)
    return explain(problem.problems, language)


def _problems(exception: NotSpeakable | UnusableSounds, language: Language) -> dict[str, Any]:
    problems = [{"loc": (each.field,), "type": each.kind, "ctx": each.context} for each in exception.problems]
    return explain(problems, language)


def _unknown_phoneme(exception: UnknownPhoneme, language: Language) -> dict[str, Any]:
    problems = [
        {"loc": ("entries", position, "phoneme"), "type": "unknown_phoneme"} for position in exception.positions
    ]
    return explain(problems, language)


def _unknown_pronunciation_set(exception: UnknownPronunciationSet, language: Language) -> dict[str, Any]:
    problems = [
        {"loc": ("pronunciation_sets", position), "type": "unknown_pronunciation_set", "ctx": {"name": name}}
        for position, name in exception.names.items()
    ]
    return explain(problems, language)


def _quota(exception: QuotaExceeded, _language: Language) -> dict[str, Any]:
    return {
        "quota": exception.quota.value,
        "used": exception.used,
        "limit": exception.limit,
        "resets_at": f"{exception.resets_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _preview_limit(exception: PreviewLimitExceeded, _language: Language) -> dict[str, Any]:
    return {"max_previews": exception.max_previews, "resets_at": f"{exception.resets_at:%Y-%m-%dT%H:%M:%SZ}"}


@dataclass(frozen=True, slots=True, eq=False)
class ApiError:
    """One error code of the API.

    Attributes:
        code: the code by which clients recognize the error.
        status: the HTTP status.
        exceptions: the classes of exceptions that cause the error, each with a function that returns ``details``.
        example: an example of ``details``, for the documentation.
        logged: the message to log, with the exception's text; None if the client causes the error.
        counted_as: the metric that counts the error.
        counted_by: function that returns the ``code`` dimension of the metric for an exception.
        retry_after_seconds: seconds to wait before a retry.
        resets_at: function that returns the time from which a retry can succeed, for an exception that has it.
    """

    code: str
    status: int
    exceptions: Mapping[type[Exception], Details] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    logged: str | None = field(default=None, kw_only=True)
    counted_as: Metric | None = field(default=None, kw_only=True)
    counted_by: Callable[[Any], str] | None = field(default=None, kw_only=True)
    retry_after_seconds: int | None = field(default=None, kw_only=True)
    resets_at: Callable[[Any], datetime] | None = field(default=None, kw_only=True)

    def response(
        self,
        language: Language,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response[str]:
        """Return the response: ``{"error": code, "message": text, "details": {…}}``."""
        body = {"error": self.code, "message": error_message(self.code, language), "details": dict(details or {})}
        all_headers = {"Content-Language": language.value, **(headers or {})}
        if self.retry_after_seconds is not None:
            all_headers["Retry-After"] = str(self.retry_after_seconds)
        return Response(
            status_code=self.status,
            content_type=content_types.APPLICATION_JSON,
            # The message may quote the request, and half of a surrogate pair cannot be encoded as UTF-8.
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":"))
            .encode("utf-8", "replace")
            .decode("utf-8"),
            headers=all_headers,
        )


VALIDATION_ERROR = ApiError(
    "VALIDATION_ERROR",
    400,
    {
        InvalidRequest: lambda exception, language: explain(exception.problems, language),
        RequestValidationError: lambda exception, language: explain(exception.errors(), language),
        RequestUnsupportedContentType: _problem("body", "content_type"),
        UnicodeDecodeError: _problem("body", "not_utf8"),
        InputTooLarge: _too_large_to_store,
        InvalidCursor: _problem("cursor", "invalid_cursor"),
        NotSpeakable: _problems,
        UnusableSounds: _problems,
        UnknownPhoneme: _unknown_phoneme,
        UnknownPronunciationSet: _unknown_pronunciation_set,
        WebhookHasNoUrl: _problem("url", "webhook_without_url"),
        WebhookSecretMissing: _problem("webhook_url", "webhook_secret_missing"),
    },
    example={"errors": [{"field": "turns[0].text", "message": "至少需要 1 個字元"}]},
)
UNAUTHORIZED = ApiError("UNAUTHORIZED", 401, {NotAuthenticated: _no_details})
NOT_FOUND = ApiError("NOT_FOUND", 404, {NotAnOperator: _no_details})
JOB_NOT_FOUND = ApiError("JOB_NOT_FOUND", 404, {JobNotFound: _no_details})
JOB_NOT_COMPLETED = ApiError("JOB_NOT_COMPLETED", 404, {JobNotCompleted: _no_details})
AUDIO_NOT_AVAILABLE = ApiError(
    "AUDIO_NOT_AVAILABLE", 404, {MissingAudio: _no_details}, logged="the audio of a completed job is missing"
)
SUBTITLES_NOT_AVAILABLE = ApiError(
    "SUBTITLES_NOT_AVAILABLE", 404, {UnreadableCues: _no_details}, logged="the subtitles cannot be read"
)
TIMINGS_NOT_AVAILABLE = ApiError(
    "TIMINGS_NOT_AVAILABLE", 404, {TimingsUnavailable: _no_details}, logged="the timings cannot be read"
)
PRONUNCIATION_SET_NOT_FOUND = ApiError("PRONUNCIATION_SET_NOT_FOUND", 404, {PronunciationSetNotFound: _no_details})
SHOW_NOT_FOUND = ApiError("SHOW_NOT_FOUND", 404, {ShowNotFound: _no_details})
SOUND_NOT_FOUND = ApiError("SOUND_NOT_FOUND", 404, {SoundNotFound: _no_details})
WEBHOOK_NOT_FOUND = ApiError("WEBHOOK_NOT_FOUND", 404, {WebhookNotFound: _no_details})
DELIVERY_NOT_FOUND = ApiError("DELIVERY_NOT_FOUND", 404, {DeliveryNotFound: _no_details})
METHOD_NOT_ALLOWED = ApiError("METHOD_NOT_ALLOWED", 405)
JOB_CANNOT_CANCEL = ApiError(
    "JOB_CANNOT_CANCEL", 409, {JobCannotCancel: _attributes("status")}, example={"status": "completed"}
)
JOB_CANNOT_RENDER = ApiError(
    "JOB_CANNOT_RENDER", 409, {JobCannotRender: _attributes("status")}, example={"status": "failed"}
)
JOB_CANNOT_RESUBMIT = ApiError(
    "JOB_CANNOT_RESUBMIT", 409, {JobCannotResubmit: _attributes("status")}, example={"status": "processing"}
)
JOB_HAS_ENDED = ApiError("JOB_HAS_ENDED", 409, {JobHasEnded: _attributes("status")}, example={"status": "completed"})
JOB_STILL_ACTIVE = ApiError(
    "JOB_STILL_ACTIVE", 409, {JobStillActive: _attributes("status")}, example={"status": "processing"}
)
INPUT_NOT_AVAILABLE = ApiError("INPUT_NOT_AVAILABLE", 409, {InputUnreadable: _no_details})
PRONUNCIATION_SET_LIMIT_EXCEEDED = ApiError(
    "PRONUNCIATION_SET_LIMIT_EXCEEDED",
    409,
    {PronunciationSetLimitExceeded: _values(max_sets=MAX_DOCUMENTS)},
    example={"max_sets": MAX_DOCUMENTS},
)
SHOW_LIMIT_EXCEEDED = ApiError(
    "SHOW_LIMIT_EXCEEDED",
    409,
    {ShowLimitExceeded: _values(max_shows=MAX_DOCUMENTS)},
    example={"max_shows": MAX_DOCUMENTS},
)
WEBHOOK_DISABLED = ApiError("WEBHOOK_DISABLED", 409, {WebhookDisabled: _no_details})
WEBHOOK_LIMIT_EXCEEDED = ApiError(
    "WEBHOOK_LIMIT_EXCEEDED",
    409,
    {WebhookLimitExceeded: _attributes("max_webhooks")},
    example={"max_webhooks": MAX_WEBHOOKS},
)
PLAYLIST_NOT_AVAILABLE = ApiError("PLAYLIST_NOT_AVAILABLE", 409, {PlaylistUnavailable: _no_details})
PRECONDITION_FAILED = ApiError("PRECONDITION_FAILED", 412, {PreconditionFailed: _no_details})
REQUEST_TOO_LARGE = ApiError(
    "REQUEST_TOO_LARGE", 413, {RequestTooLarge: _attributes("max_bytes")}, example={"max_bytes": 4_300_300}
)
IDEMPOTENCY_KEY_REUSED = ApiError("IDEMPOTENCY_KEY_REUSED", 422, {IdempotencyKeyReused: _no_details})
JOB_LIMIT_EXCEEDED = ApiError(
    "JOB_LIMIT_EXCEEDED",
    429,
    {JobLimitExceeded: _attributes("current_jobs", "max_jobs")},
    example={"current_jobs": 3, "max_jobs": 3},
    counted_as=Metric.JOBS_REFUSED,
    retry_after_seconds=_RETRY_AFTER_SECONDS,
)
QUOTA_EXCEEDED = ApiError(
    "QUOTA_EXCEEDED",
    429,
    {QuotaExceeded: _quota},
    example={
        "quota": "user_characters_per_day",
        "used": 998_500,
        "limit": 1_000_000,
        "resets_at": "2026-11-25T00:00:00Z",
    },
    counted_as=Metric.QUOTA_REFUSALS,
    counted_by=lambda exception: exception.quota.value,
    resets_at=lambda exception: exception.resets_at,
)
RATE_LIMITED = ApiError(
    "RATE_LIMITED",
    429,
    {PreviewLimitExceeded: _preview_limit},
    example={"max_previews": 30, "resets_at": "2026-11-24T03:31:00Z"},
    counted_as=Metric.PREVIEWS_REFUSED,
    resets_at=lambda exception: exception.resets_at,
)
SOUND_LIMIT_EXCEEDED = ApiError(
    "SOUND_LIMIT_EXCEEDED",
    429,
    {SoundLimitExceeded: _attributes("max_sounds")},
    example={"max_sounds": MAX_SOUNDS},
)
INTERNAL_ERROR = ApiError("INTERNAL_ERROR", 500, {Exception: _no_details})
PROVIDER_UNAVAILABLE = ApiError(
    "PROVIDER_UNAVAILABLE",
    503,
    {SpeechError: _no_details},
    logged="the speech provider is unavailable",
    retry_after_seconds=_RETRY_AFTER_SECONDS,
)
SUBMISSIONS_STOPPED = ApiError(
    "SUBMISSIONS_STOPPED",
    503,
    {SubmissionsStopped: _attributes("reason")},
    example={"reason": "Unusual traffic. Back at 14:00 UTC."},
    counted_as=Metric.QUOTA_REFUSALS,
    counted_by=lambda _exception: SUBMISSIONS_STOPPED_CODE,
    retry_after_seconds=_RETRY_WHILE_STOPPED_SECONDS,
)
SERVICE_UNAVAILABLE = ApiError(
    "SERVICE_UNAVAILABLE",
    503,
    {ServiceUnavailable: _no_details},
    logged="AWS is unavailable",
    retry_after_seconds=_RETRY_AFTER_SECONDS,
)

ALL = tuple(each for each in dict(globals()).values() if isinstance(each, ApiError))
"""All errors."""
