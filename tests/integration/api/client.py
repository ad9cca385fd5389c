"""Calls of the API's handler, with events as API Gateway sends them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from castline.api import app
from local.cloud.lambda_context import LambdaContext
from local.gateway import to_event


@dataclass(frozen=True)
class Answer:
    """An answer of the handler."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.text)


def make_event(method: str, path: str, **request: Any) -> dict[str, Any]:
    """Build an event of payload version 2.0; ``request`` holds arguments of werkzeug's EnvironBuilder."""
    return to_event(Request(EnvironBuilder(path=path, method=method, **request).get_environ()))


def answer_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the handler's return value."""
    context: Any = LambdaContext(function_name="api", function_arn="arn", memory_mb=128, timeout_seconds=29)
    return app.handler(event, context)


def send(event: dict[str, Any]) -> Answer:
    """Invoke the handler."""
    answer = answer_of(event)
    return Answer(answer["statusCode"], answer["headers"], answer.get("body") or "")


def call(method: str, path: str, *, user: str = "user", **request: Any) -> Answer:
    """Send one request as ``user``."""
    headers = {"X-User-Id": user, **request.pop("headers", {})}
    return send(make_event(method, f"/api/v1{path}", headers=headers, **request))
