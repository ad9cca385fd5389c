"""Translation between HTTP and Lambda events, as in API Gateway's HTTP APIs."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Request

MAX_BODY_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedRoute:
    """The route of a request, and the values that API Gateway adds for it."""

    api_id: str = "local"
    stage: str = "$default"
    key: str = "$default"
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] | None = None
    """The claims of the token that the route's JWT authorizer has verified; None for a route without one."""


def to_event(request: Request, route: MatchedRoute) -> dict[str, Any]:
    """Return the request as an event of payload version 2.0.

    Raises:
        werkzeug.exceptions.RequestEntityTooLarge: the body is too large, with or without a declared size.
    """
    now = datetime.now(UTC)
    headers = {name.lower(): value for name, value in request.headers.items()}
    request_context: dict[str, Any] = {
        "accountId": "123456789012",
        "apiId": route.api_id,
        "domainName": request.host,
        "domainPrefix": route.api_id,
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            "sourceIp": request.remote_addr,
            "userAgent": request.user_agent.string,
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route.key,
        "stage": route.stage,
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    if route.claims is not None:
        request_context["authorizer"] = {"jwt": {"claims": dict(route.claims), "scopes": None}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": headers,
        "requestContext": request_context,
        "isBase64Encoded": False,
    }
    if route.path_parameters:
        event["pathParameters"] = dict(route.path_parameters)
    if request.args:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in request.args.lists()}
    request.max_content_length = MAX_BODY_BYTES
    body = request.get_data()
    if body:
        try:
            event["body"] = body.decode("utf-8")
        except UnicodeDecodeError:
            event["body"] = base64.b64encode(body).decode("ascii")
            event["isBase64Encoded"] = True
    return event


def to_response(answer: dict[str, Any]) -> Response:
    """Return a function's answer as an HTTP response."""
    body = answer.get("body") or ""
    payload = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode("utf-8")
    response = Response(payload, status=answer["statusCode"], headers=answer.get("headers") or {})
    response.autocorrect_location_header = False
    return response


def own_answer(status: int, message: str) -> Response:
    """Return an answer of API Gateway itself."""
    return Response(f'{{"message":"{message}"}}', status=status, content_type="application/json")


def unauthorized() -> Response:
    """Return API Gateway's answer to a request without a token that its JWT authorizer accepts."""
    refusal = own_answer(401, "Unauthorized")
    refusal.headers["WWW-Authenticate"] = "Bearer"
    return refusal
