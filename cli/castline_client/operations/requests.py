"""Requests that have no method of their own, and what operations share."""

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
    """Make a request that has no method of its own.

    Args:
        method: such as ``GET``.
        path: below ``/api/v1``, such as ``/jobs``.
        query: parameters; those that are None are left out.
        body: what is sent as JSON.
        headers: beside those of every request.
        is_repeatable: whether it may be sent again when no answer has arrived.

    Raises:
        Unreachable: nothing answers, or what does stays out of order.
        Refused: the service refuses what is asked.
        SignedOut: it wants another token.
    """
    return ask(Request(method, path, query or {}, body, headers or {}, is_repeatable))


def request_file(path: str, query: Mapping[str, Any] | None = None) -> Flow[Answer[Any]]:
    """Ask for JSON that is a file elsewhere when it is too large for an answer, and read it there."""
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
    """Make a request, and return the body of its answer."""
    answer = yield from ask(asked)
    return answer.body


def submitting(path: str, body: Body | None, idempotency_key: str | None) -> Flow[SubmittedJob]:
    """Submit a job: once, however often it takes to hear the answer."""
    headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    return body_of(Request[SubmittedJob]("POST", path, body=body, headers=headers))


def path_to(*parts: str) -> str:
    """Return the path of parts, each of which stays one part whatever is in it."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)
