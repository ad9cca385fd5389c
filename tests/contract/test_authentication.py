"""Every route but the health checks takes a valid token only, and the document says how others are refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from openapi_schema_validator import OAS31Validator

from castline.api.operations import OPERATIONS
from local.openapi import document
from tests.contract.tokens import Issuer

if TYPE_CHECKING:
    import httpx

    from castline.api.contract import Operation

PROTECTED = [each for each in OPERATIONS if not each.is_open]
OPEN = [each for each in OPERATIONS if each.is_open]
DOCUMENT = document()


def route_name(route: Operation) -> str:
    return f"{route.method} {route.path}"


def ask(http: httpx.Client, route: Operation, authorization: str | None = None) -> httpx.Response:
    headers = {"X-User-Id": "user-0"} | ({} if authorization is None else {"Authorization": authorization})
    path = route.path.replace("{job_id}", "01900000-0000-7000-8000-000000000000")
    return http.request(route.method, path, headers=headers)


@pytest.mark.parametrize("route", PROTECTED, ids=route_name)
def test_a_request_without_a_token_is_refused_as_the_document_says(http: httpx.Client, route: Operation) -> None:
    answer = ask(http, route)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    content = DOCUMENT["paths"][route.path][route.method.lower()]["responses"]["401"]["content"]
    schema = content["application/json"]["schema"] | {"components": DOCUMENT["components"]}
    OAS31Validator(schema).validate(answer.json())


def test_only_a_valid_token_is_taken(http: httpx.Client, issuer: Issuer) -> None:
    (route,) = (each for each in PROTECTED if route_name(each) == "GET /api/v1/jobs")

    answers = {
        name: ask(http, route, authorization).status_code
        for name, authorization in {
            "valid": f"Bearer {issuer.token('user-0')}",
            "of another issuer's key": f"Bearer {Issuer().token('user-0')}",
            "expired": f"Bearer {issuer.token('user-0', exp=int(time.time()) - 1)}",
            "no token": "Bearer user-0",
        }.items()
    }

    assert answers == {"valid": 200, "of another issuer's key": 401, "expired": 401, "no token": 401}


@pytest.mark.parametrize("route", OPEN, ids=route_name)
def test_the_health_checks_take_no_token(http: httpx.Client, route: Operation) -> None:
    assert ask(http, route).status_code == 200
