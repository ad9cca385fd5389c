"""Every route but the health checks takes a valid token only, and the document says how others are refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest
from openapi_schema_validator import OAS31Validator

from castline.api.operations import OPERATIONS
from local.openapi import document
from tests.contract.tokens import Issuer

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline.api.contract import Operation
    from local.stack import LocalStack

STRANGER = Issuer()
REFUSED: dict[str, Callable[[Issuer], str | None]] = {
    "none": lambda _issuer: None,
    "empty": lambda _issuer: "",
    "no token": lambda _issuer: "Bearer user-0",
    "of another issuer's key": lambda _issuer: f"Bearer {STRANGER.token('user-0')}",
    "expired": lambda issuer: f"Bearer {issuer.token('user-0', exp=int(time.time()) - 1)}",
    "for another audience": lambda issuer: f"Bearer {issuer.token('user-0', aud='other')}",
    "cut off": lambda issuer: f"Bearer {issuer.token('user-0')[:-10]}",
}
DOCUMENT = document()


def route_name(route: Operation) -> str:
    return f"{route.method} {route.path}"


def ask(stack: LocalStack, route: Operation, authorization: str | None) -> httpx.Response:
    headers = {"X-User-Id": "user-0"} | ({} if authorization is None else {"Authorization": authorization})
    path = route.path.replace("{job_id}", "01900000-0000-7000-8000-000000000000")
    return httpx.request(route.method, f"{stack.url}{path}", headers=headers)


@pytest.mark.parametrize("authorization", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("route", [each for each in OPERATIONS if not each.is_open], ids=route_name)
def test_a_request_without_a_valid_token_is_refused_as_the_document_says(
    stack: LocalStack, issuer: Issuer, route: Operation, authorization: Callable[[Issuer], str | None]
) -> None:
    answer = ask(stack, route, authorization(issuer))

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    content = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]["401"]["content"]
    schema = content["application/json"]["schema"] | {"components": DOCUMENT["components"]}
    OAS31Validator(schema).validate(answer.json())


@pytest.mark.parametrize("route", [each for each in OPERATIONS if not each.is_open], ids=route_name)
def test_a_request_with_a_valid_token_is_not_refused(stack: LocalStack, issuer: Issuer, route: Operation) -> None:
    assert ask(stack, route, f"Bearer {issuer.token('user-0')}").status_code != 401


@pytest.mark.parametrize("route", [each for each in OPERATIONS if each.is_open], ids=route_name)
def test_the_health_checks_take_no_token(stack: LocalStack, route: Operation) -> None:
    assert ask(stack, route, None).status_code == 200
