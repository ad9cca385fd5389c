"""The function behind API Gateway: routes requests, and turns every error into an answer."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from castline import composition
from castline.api import dialogues, errors, health, jobs, resubmissions, schemas, voices
from castline.api.languages import Language, preferred_language
from castline.api.request_body import JSON, media_type, read_json
from castline.observability import log_unexpected, logger, measure, note, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PREFIX = "/api/v1"

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


def _answer(error: errors.ApiError, details: errors.Details, exception: Exception) -> Response[str]:
    if error is errors.INTERNAL_ERROR:
        log_unexpected(exception)
    elif error.logged is not None:
        logger.error(error.logged, extra={"error": type(exception).__name__, "reason": str(exception)})
    if error.counted_as is not None:
        measure({error.counted_as: 1})
    return error.response(_language(), details=details(exception, _language()))


for _error in errors.ALL:
    for _exception, _details in _error.exceptions.items():
        app.exception_handler(_exception)(partial(_answer, _error, _details))


@app.route(f"{PREFIX}/jobs/tts", method=["GET", "DELETE"], include_in_schema=False)
def _no_job() -> Response[str]:
    """Refuse methods that would take ``tts`` for the id of a job."""
    raise NotFoundError


@app.not_found
def _not_found(_error: NotFoundError) -> Response[str]:
    event = app.current_event
    allowed = next((set(methods) for path, methods in _METHODS_OF_PATHS if path.fullmatch(event.path)), set())
    if not allowed:
        return errors.NOT_FOUND.response(_language())
    if event.http_method in allowed:
        # An id that no route matches is still an id of no job.
        return errors.JOB_NOT_FOUND.response(_language())
    if "GET" in allowed:
        allowed.add("HEAD")
    return errors.METHOD_NOT_ALLOWED.response(_language(), headers={"Allow": ", ".join(sorted(allowed))})


def _language() -> Language:
    return preferred_language(app.current_event.headers.get("accept-language"))


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    # What is made before the snapshot is taken need not be made after each restore.
    composition.warm_up()
