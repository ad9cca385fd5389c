"""The function behind API Gateway: routes requests, and turns every error into an answer."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from castline import composition
from castline.api import dialogues, health, jobs, resubmissions, schemas, voices
from castline.api.identity import NotAuthenticated
from castline.api.languages import Language, preferred_language
from castline.api.request_body import JSON, RequestTooLarge, media_type, read_json
from castline.api.responses import error_response
from castline.api.validation import InvalidRequest, explain
from castline.audio.errors import MissingAudio, UnreadableCues
from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import (
    IdempotencyKeyReused,
    InputTooLarge,
    InputUnreadable,
    InvalidCursor,
    JobCannotCancel,
    JobCannotResubmit,
    JobLimitExceeded,
    JobNotCompleted,
    JobNotFound,
)
from castline.metrics import Metric
from castline.observability import log_unexpected, logger, measure, note, observed
from castline.speech.errors import SpeechError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PREFIX = "/api/v1"
RETRY_AFTER_SECONDS = 5

_METHODS_OF_PATHS = (
    (re.compile(rf"({PREFIX})?/health"), {"GET"}),
    (re.compile(rf"{PREFIX}/(providers|voices)"), {"GET"}),
    (re.compile(rf"{PREFIX}/jobs"), {"GET", "POST"}),
    (re.compile(rf"{PREFIX}/(jobs/tts|dialogues/parse)"), {"POST"}),
    (re.compile(rf"{PREFIX}/jobs/[^/]+"), {"GET", "DELETE"}),
    (re.compile(rf"{PREFIX}/jobs/[^/]+/(download|subtitles)"), {"GET"}),
    (re.compile(rf"{PREFIX}/jobs/[^/]+/resubmit"), {"POST"}),
)
"""The methods of each path; the first path that matches counts. HEAD goes wherever GET does.

The resolver's own patterns do not match every character that an id may have.
"""

_MAX_BODY_BYTES = {
    f"{PREFIX}/jobs": schemas.CreateJobRequest.MAX_BYTES,
    f"{PREFIX}/jobs/tts": schemas.CreateSingleVoiceJobRequest.MAX_BYTES,
    f"{PREFIX}/dialogues/parse": schemas.ParseDialogueRequest.MAX_BYTES,
}


def _read_body(body: str) -> Any:
    return read_json(body, max_bytes=_MAX_BODY_BYTES[app.current_event.path])


app = APIGatewayHttpResolver(
    enable_validation=True, response_validation_error_http_code=500, json_body_deserializer=_read_body
)
app.include_router(jobs.router, prefix=PREFIX)
app.include_router(resubmissions.router, prefix=PREFIX)
app.include_router(dialogues.router, prefix=PREFIX)
app.include_router(voices.router, prefix=PREFIX)
app.include_router(health.router, prefix=PREFIX)
app.include_router(health.router)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, an API Gateway HTTP API event of payload version 2.0."""
    request_id: str = event["requestContext"]["requestId"]
    note(request_id=request_id)
    headers, http = event["headers"], event["requestContext"]["http"]
    # The resolver takes media types to the letter, and would read forms.
    is_json = media_type(headers.get("content-type", "")) == JSON
    headers["content-type"] = JSON if is_json else "application/octet-stream"
    is_head = http["method"] == "HEAD"
    if is_head:
        http["method"] = "GET"
        app.append_context(**{jobs.IS_HEAD: True})
    answer = app.resolve(event, context)
    if is_head:
        answer["body"] = ""
    answer["headers"] |= {"X-Request-ID": request_id, "X-Content-Type-Options": "nosniff"}
    if answer["statusCode"] >= 400:
        answer["headers"]["Cache-Control"] = "no-store"
    return answer


@app.exception_handler(InvalidRequest)
def _invalid_request(error: InvalidRequest) -> Response[str]:
    return error_response(400, "VALIDATION_ERROR", _language(), details=explain(error.problems, _language()))


@app.exception_handler(RequestValidationError)
def _request_validation_error(error: RequestValidationError) -> Response[str]:
    return error_response(400, "VALIDATION_ERROR", _language(), details=explain(error.errors(), _language()))


@app.exception_handler(RequestUnsupportedContentType)
def _unsupported_content_type(_error: RequestUnsupportedContentType) -> Response[str]:
    return _invalid_request(InvalidRequest("body", "content_type"))


@app.exception_handler(UnicodeDecodeError)
def _not_utf8(_error: UnicodeDecodeError) -> Response[str]:
    return _invalid_request(InvalidRequest("body", "not_utf8"))


@app.exception_handler(RequestTooLarge)
def _request_too_large(error: RequestTooLarge) -> Response[str]:
    return error_response(413, "REQUEST_TOO_LARGE", _language(), details={"max_bytes": error.max_bytes})


@app.exception_handler(InputTooLarge)
def _input_too_large(error: InputTooLarge) -> Response[str]:
    return _invalid_request(
        InvalidRequest("body", "too_large_to_store", bytes=error.size_bytes, max_bytes=error.max_bytes)
    )


@app.exception_handler(InvalidCursor)
def _invalid_cursor(_error: InvalidCursor) -> Response[str]:
    return _invalid_request(InvalidRequest("cursor", "invalid_cursor"))


@app.exception_handler(NotAuthenticated)
def _not_authenticated(_error: NotAuthenticated) -> Response[str]:
    return error_response(401, "UNAUTHORIZED", _language())


@app.exception_handler(IdempotencyKeyReused)
def _idempotency_key_reused(_error: IdempotencyKeyReused) -> Response[str]:
    return error_response(422, "IDEMPOTENCY_KEY_REUSED", _language())


@app.exception_handler(JobNotFound)
def _job_not_found(_error: JobNotFound) -> Response[str]:
    return error_response(404, "JOB_NOT_FOUND", _language())


@app.exception_handler(JobNotCompleted)
def _job_not_completed(_error: JobNotCompleted) -> Response[str]:
    return error_response(404, "JOB_NOT_COMPLETED", _language())


@app.exception_handler(MissingAudio)
def _audio_not_available(error: MissingAudio) -> Response[str]:
    logger.error("the audio of a completed job is missing", extra={"reason": str(error)})
    return error_response(404, "AUDIO_NOT_AVAILABLE", _language())


@app.exception_handler(UnreadableCues)
def _subtitles_not_available(error: UnreadableCues) -> Response[str]:
    logger.error("the subtitles cannot be read", extra={"reason": str(error)})
    return error_response(404, "SUBTITLES_NOT_AVAILABLE", _language())


@app.exception_handler(JobCannotCancel)
def _job_cannot_cancel(error: JobCannotCancel) -> Response[str]:
    return error_response(409, "JOB_CANNOT_CANCEL", _language(), details={"status": error.status})


@app.exception_handler(JobCannotResubmit)
def _job_cannot_resubmit(error: JobCannotResubmit) -> Response[str]:
    return error_response(409, "JOB_CANNOT_RESUBMIT", _language(), details={"status": error.status})


@app.exception_handler(InputUnreadable)
def _input_not_available(_error: InputUnreadable) -> Response[str]:
    return error_response(409, "INPUT_NOT_AVAILABLE", _language())


@app.exception_handler(JobLimitExceeded)
def _job_limit_exceeded(error: JobLimitExceeded) -> Response[str]:
    measure({Metric.JOBS_REFUSED: 1})
    return error_response(
        429,
        "JOB_LIMIT_EXCEEDED",
        _language(),
        details={"current_jobs": error.current_jobs, "max_jobs": error.max_jobs},
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


@app.exception_handler(ServiceUnavailable)
def _service_unavailable(error: ServiceUnavailable) -> Response[str]:
    logger.error("AWS is unavailable", extra={"reason": str(error)})
    return error_response(503, "SERVICE_UNAVAILABLE", _language(), headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


@app.exception_handler(SpeechError)
def _provider_unavailable(error: SpeechError) -> Response[str]:
    logger.error("the speech provider is unavailable", extra={"error": type(error).__name__, "reason": str(error)})
    return error_response(503, "PROVIDER_UNAVAILABLE", _language(), headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


@app.route(f"{PREFIX}/jobs/tts", method=["GET", "DELETE"], include_in_schema=False)
def _no_job() -> Response[str]:
    """Refuse methods that would take ``tts`` for the id of a job."""
    raise NotFoundError


@app.not_found
def _not_found(_error: NotFoundError) -> Response[str]:
    event = app.current_event
    allowed = next((set(methods) for path, methods in _METHODS_OF_PATHS if path.fullmatch(event.path)), set())
    if not allowed:
        return error_response(404, "NOT_FOUND", _language())
    if event.http_method in allowed:
        # An id that no route matches is still an id of no job.
        return error_response(404, "JOB_NOT_FOUND", _language())
    if "GET" in allowed:
        allowed.add("HEAD")
    return error_response(405, "METHOD_NOT_ALLOWED", _language(), headers={"Allow": ", ".join(sorted(allowed))})


@app.exception_handler(Exception)
def _unexpected_error(error: Exception) -> Response[str]:
    log_unexpected(error)
    return error_response(500, "INTERNAL_ERROR", _language())


def _language() -> Language:
    return preferred_language(app.current_event.headers.get("accept-language"))


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    # What is made before the snapshot is taken need not be made after each restore.
    composition.warm_up()
