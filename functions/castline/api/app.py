"""Lambda handler behind API Gateway: routes requests, and turns every error into a response."""

from __future__ import annotations

import math
import os
import re
import threading
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import ResponseValidationError

from castline import composition
from castline.api import errors
from castline.api.contract import IS_HEAD, PREFIX, to_json
from castline.api.identity import is_operator
from castline.api.negotiation import Language, preferred_language
from castline.api.request_body import JSON, media_type, read_json
from castline.api.user_ids import with_quoted_user
from castline.api.validation import InvalidRequest, explain
from castline.observability import log_unexpected, logger, measure, note, observed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from castline.api.contract import Operation, Router

_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "jobs": ("jobs", "estimates", "resubmissions", "renditions", "timings", "stopping", "deletions", "playlists"),
    "dialogues": ("dialogues",),
    "pronunciations": ("pronunciations",),
    "shows": ("shows",),
    "sounds": ("sounds",),
    "webhooks": ("webhooks",),
    "previews": ("previews",),
    "providers": ("voices",),
    "voices": ("voices",),
    "usage": ("usage",),
    "admin": ("operators",),
    "health": ("health",),
}
"""Modules of ``castline.api`` by the first segment of their routes' paths, after the prefix.

The first request to a segment imports its modules, so a cold start imports the routes of one segment only."""
_AT_PATH: Final[dict[str, dict[str, Operation]]] = {}
"""Loaded operations, by path and method."""
_loaded: dict[str, Router] = {}
"""Loaded routers, by module."""
_loading: Final = threading.Lock()


def load_routes(names: Iterable[str]) -> tuple[Operation, ...]:
    """Load the routes whose paths begin with one of ``names``, and return all operations that are loaded so far."""
    with _loading:
        for module in (module for name in names for module in _MODULES.get(name, ())):
            if module not in _loaded:
                router: Router = import_module(f"castline.api.{module}").router
                for operation in router.operations:
                    _AT_PATH.setdefault(operation.path, {}).update(dict.fromkeys(operation.methods, operation))
                app.include_router(router)
                _loaded[module] = router
        return tuple(operation for router in _loaded.values() for operation in router.operations)


def load_all_routes() -> tuple[Operation, ...]:
    """Load all routes, and return their operations."""
    return load_routes(_MODULES)


def _read_body(body: str) -> Any:
    event = app.current_event
    operation = _operations_at(event.path).get(event.http_method)
    if operation is None:
        # The resolver reads the body before it runs any middleware.
        raise NotFoundError
    return read_json(body, max_bytes=operation.max_body_bytes)


app = APIGatewayHttpResolver(
    enable_validation=True,
    response_validation_error_http_code=errors.INTERNAL_ERROR.status,
    json_body_deserializer=_read_body,
    serializer=to_json,
)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, an API Gateway HTTP API event of payload version 2.0."""
    request_id: str = event["requestContext"]["requestId"]
    note(request_id=request_id)
    headers, http = event["headers"], event["requestContext"]["http"]
    # The resolver compares media types literally, and would also parse forms.
    is_json = media_type(headers.get("content-type", "")) == JSON
    headers["content-type"] = JSON if is_json else "application/octet-stream"
    event["rawPath"] = with_quoted_user(event["rawPath"])
    load_routes([event["rawPath"].removeprefix(PREFIX).lstrip("/").partition("/")[0]])
    is_head = http["method"] == "HEAD"
    if is_head:
        http["method"] = "GET"
        app.append_context(**{IS_HEAD: True})
    answer = app.resolve(event, context)
    if is_head:
        answer["body"] = ""
    answer["headers"] |= {"X-Request-ID": request_id, "X-Content-Type-Options": "nosniff"}
    if answer["statusCode"] >= 400:
        answer["headers"]["Cache-Control"] = "no-store"
    return answer


def _answer(error: errors.ApiError, details: errors.Details, exception: Exception) -> Response[str]:
    if error is errors.VALIDATION_ERROR and not _is_served():
        # The resolver validates the body before it runs any other middleware.
        return _not_found(NotFoundError())
    if error is errors.INTERNAL_ERROR:
        log_unexpected(exception)
        if isinstance(exception, ResponseValidationError):
            wrong = [f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in exception.errors()]
            logger.error("an answer does not fit its schema", extra={"fields": wrong})
    elif error.logged is not None:
        logger.error(error.logged, extra={"error": type(exception).__name__, "reason": str(exception)})
    if error.counted_as is not None:
        measure({error.counted_as: 1}, code=error.counted_by(exception) if error.counted_by else None)
    headers = {}
    if error.resets_at is not None:
        wait_seconds = (error.resets_at(exception) - composition.clock()()).total_seconds()
        headers["Retry-After"] = str(max(1, math.ceil(wait_seconds)))
    return error.response(_language(), details=details(exception, _language()), headers=headers)


for _error in errors.ALL:
    for _exception, _details in _error.exceptions.items():
        app.exception_handler(_exception)(partial(_answer, _error, _details))


def _refuse_what_is_not_served(
    app: APIGatewayHttpResolver, next_middleware: Callable[[APIGatewayHttpResolver], Response[Any]]
) -> Response[Any]:
    """Raise NotFoundError for a request that no operation serves.

    The resolver itself does not notice two cases: for a method that ``/jobs/tts`` does not support, it matches
    ``/jobs/{job_id}``; and it does not know that some routes exist for operators only.
    """
    if not _is_served():
        raise NotFoundError
    return next_middleware(app)


def _is_served() -> bool:
    event = app.current_event
    is_method_taken = event.http_method in _AT_PATH.get(event.path, {event.http_method})
    return is_method_taken and bool(_operations_at(event.path))


app.use([_refuse_what_is_not_served])


@app.not_found
def _not_found(_error: NotFoundError) -> Response[str]:
    event = app.current_event
    operations = _operations_at(event.path)
    if not operations:
        return errors.NOT_FOUND.response(_language())
    if event.http_method not in operations:
        return errors.METHOD_NOT_ALLOWED.response(_language(), headers={"Allow": ", ".join(sorted(operations))})
    # The path matches a template, but its parameter is malformed: report an unknown id, or else an invalid name.
    for error in operations[event.http_method].errors:
        if error.status == errors.NOT_FOUND.status:
            return error.response(_language())
    problem = InvalidRequest("name", "document_name")
    return errors.VALIDATION_ERROR.response(_language(), details=explain(problem.problems, _language()))


def _operations_at(path: str) -> dict[str, Operation]:
    """Return the operations of a path that exist for the user, by method.

    Literal paths go before paths with parameters. The resolver's own patterns cannot be used: they do not match
    every character that an id may have.
    """
    for template, operations in sorted(_AT_PATH.items(), key=lambda each: "{" in each[0]):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            is_hidden = any(each.for_operators for each in operations.values()) and not is_operator(app.current_event)
            return {} if is_hidden else operations
    return {}


def _language() -> Language:
    return preferred_language(app.current_event.headers.get("accept-language"))


_initialization = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")
if _initialization is not None:
    # On Lambda, initialization runs with a full CPU, and the first request with only a share of one.
    composition.view_jobs()
if _initialization == "snap-start":
    # Everything created before the snapshot is taken need not be created after each restore.
    load_all_routes()
    composition.warm_up()
