"""Operations for any request, and helpers of the other operations."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from castline_client.steps import Answer, Flow, Request, ask
from castline_client.transfers import Offer, small_file
from castline_client.types import SubmittedJob

T = TypeVar("T")
Body = Mapping[str, object]


def request(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    is_repeatable: bool = True,
) -> Flow[Answer[Any]]:
    """Send a request that has no method of its own.

    Args:
        method: the HTTP method, such as ``GET``.
        path: the path below ``/api/v1``, such as ``/jobs``.
        query: the query parameters; those that are None are left out.
        body: the body, which is sent as JSON.
        headers: headers in addition to those of every request.
        is_repeatable: whether the request may be sent again if no response has arrived.

    Raises:
        Unreachable: nothing answers, or the service fails even after retries.
        Refused: the service refuses the request.
        SignedOut: the token is missing or not accepted.
    """
    return ask(Request(method, path, query or {}, body, headers or {}, is_repeatable))


def request_file(path: str, query: Mapping[str, Any] | None = None) -> Flow[Answer[Any]]:
    """Get JSON, following the redirect to a file if the JSON is too large for a response."""
    there = Request[Any]("GET", path, query or {}, takes_redirect=True)
    answer = yield from ask(there)
    if "Location" not in answer.headers:
        return answer

    def ask_again() -> Flow[Offer]:
        again = yield from ask(there)
        return Offer(url=again.headers["Location"], filename="")

    content = yield from small_file(Offer(url=answer.headers["Location"], filename=""), ask_again)
    response = httpx.Response(httpx.codes.OK, content=content)
    return Answer(response.text, response.json(), answer.headers)


def body_of(asked: Request[T]) -> Flow[T]:
    """Send a request, and return the body of its response."""
    answer = yield from ask(asked)
    return answer.body


def submitting(path: str, body: Body | None, idempotency_key: str | None) -> Flow[SubmittedJob]:
    """Submit a job. Retries do not submit it twice."""
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    return body_of(Request[SubmittedJob]("POST", path, body=body, headers=headers))


def path_to(*parts: str) -> str:
    """Return a path of percent-encoded parts."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)
