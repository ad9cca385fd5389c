"""The function behind API Gateway: routes requests, and turns every error into an answer."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from castline import composition
from castline.api import dialogues, health, jobs, resubmissions, voices
from castline.api.identity import NotAuthenticated
from castline.api.languages import Language, preferred_language
from castline.api.request_body import body_problem
from castline.api.responses import error_response
from castline.api.validation import InvalidRequest, explain
from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import (
    IdempotencyKeyReused,
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

_PATHS_OF_A_JOB = {
    "GET": re.compile(rf"{PREFIX}/jobs/[^/]+(/download|/subtitles)?"),
    "DELETE": re.compile(rf"{PREFIX}/jobs/[^/]+"),
    "POST": re.compile(rf"{PREFIX}/jobs/[^/]+/resubmit"),
}

app = APIGatewayHttpResolver(enable_validation=True, response_validation_error_http_code=500)
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
    if content_type := event["headers"].get("content-type"):
        event["headers"]["content-type"] = content_type.lower()  # the resolver takes media types to the letter
    answer = app.resolve(event, context)
    answer["headers"]["X-Request-ID"] = request_id
    return answer


@app.exception_handler(InvalidRequest)
def _invalid_request(error: InvalidRequest) -> Response[str]:
    return error_response(400, "VALIDATION_ERROR", _language(), details=explain(error.problems, _language()))


@app.exception_handler(RequestValidationError)
def _request_validation_error(error: RequestValidationError) -> Response[str]:
    problem = body_problem(app.current_event) if _has_body() else None
    problems = problem.problems if problem else error.errors()
    return error_response(400, "VALIDATION_ERROR", _language(), details=explain(problems, _language()))


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


@app.exception_handler(JobCannotCancel)
def _job_cannot_cancel(error: JobCannotCancel) -> Response[str]:
    return error_response(409, "JOB_CANNOT_CANCEL", _language(), details={"status": error.status})


@app.exception_handler(JobCannotResubmit)
def _job_cannot_resubmit(error: JobCannotResubmit) -> Response[str]:
    return error_response(409, "JOB_CANNOT_RESUBMIT", _language(), details={"status": error.status})


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


@app.not_found
def _not_found(_error: NotFoundError) -> Response[str]:
    event = app.current_event
    # An id that no route matches is still an id of no job.
    if (path := _PATHS_OF_A_JOB.get(event.http_method)) and path.fullmatch(event.path):
        return error_response(404, "JOB_NOT_FOUND", _language())
    return error_response(404, "NOT_FOUND", _language())


@app.exception_handler(Exception)
def _unexpected_error(error: Exception) -> Response[str]:
    # The resolver knows only one way in which a body may be no JSON; the others arrive here.
    problem = body_problem(app.current_event) if _has_body() else None
    if problem is not None:
        return _invalid_request(problem)
    log_unexpected(error)
    return error_response(500, "INTERNAL_ERROR", _language())


def _has_body() -> bool:
    event = app.current_event
    return event.http_method == "POST" and not _PATHS_OF_A_JOB["POST"].fullmatch(event.path)


def _language() -> Language:
    return preferred_language(app.current_event.headers.get("accept-language"))


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    # What is made before the snapshot is taken need not be made after each restore.
    composition.warm_up()
