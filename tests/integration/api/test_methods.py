"""Methods: HEAD goes wherever GET does, and a method that a path does not take is answered with those it takes."""

from __future__ import annotations

from typing import Any

import pytest

from castline.api.operations import OPERATIONS
from local.gateway import OPERATOR
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, make_event, send

pytestmark = pytest.mark.usefixtures("service")

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
PATHS = sorted({route.path for route in OPERATIONS})
UNKNOWN_JOB = "01900000-0000-7000-8000-000000000000"


def ask(method: str, path: str, **request: Any) -> Answer:
    """Ask as somebody for whom everything exists."""
    return send(make_event(method, path, headers={"Accept-Language": "en", "X-User-Id": OPERATOR}, **request))


def takes(path: str) -> set[str]:
    methods = {route.method for route in OPERATIONS if route.path == path}
    return methods | ({"HEAD"} if "GET" in methods else set())


def demand_method_not_allowed(answer: Answer, method: str, path: str) -> None:
    assert answer.status == 405
    assert method == "HEAD" or answer.json()["error"] == "METHOD_NOT_ALLOWED"
    assert set(answer.headers["Allow"].split(", ")) == takes(path)


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_a_path_does_not_take_is_answered_with_those_it_takes(path: str) -> None:
    for method in METHODS:
        answer = ask(method, path.replace("{job_id}", UNKNOWN_JOB))

        if method in takes(path):
            assert answer.status not in {405, 500}
        else:
            demand_method_not_allowed(answer, method, path)


@pytest.mark.parametrize("request_body", [{"json": {"title": "One"}}, {"data": b"{"}], ids=["JSON", "half"])
def test_a_method_that_a_path_does_not_take_is_told_before_its_body_is_read(request_body: dict[str, Any]) -> None:
    path = "/api/v1/jobs/{job_id}"

    for method in set(METHODS) - takes(path):
        demand_method_not_allowed(ask(method, path.replace("{job_id}", UNKNOWN_JOB), **request_body), method, path)


def test_a_path_that_does_not_exist_takes_no_method() -> None:
    assert {ask(method, "/api/v1/nowhere").status for method in METHODS} == {404}


@pytest.fixture(scope="module")
def job_id(service: object) -> str:
    return str(ask("POST", "/api/v1/jobs", json=DIALOGUE).json()["id"])


@pytest.mark.parametrize("path", [route.path for route in OPERATIONS if route.method == "GET"])
def test_head_is_answered_as_get_without_the_body(path: str, job_id: str) -> None:
    got, head = (ask(method, path.replace("{job_id}", job_id)) for method in ("GET", "HEAD"))

    assert (head.status, head.text) == (got.status, "")
    varying = {"X-Request-ID", "ETag"}
    assert {name: value for name, value in head.headers.items() if name not in varying} == {
        name: value for name, value in got.headers.items() if name not in varying
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/nowhere"),
        ("PUT", "/api/v1/jobs"),
        ("POST", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs/x"),
        ("GET", "/api/v1/jobs?limit=0"),
    ],
)
def test_no_error_may_be_cached_and_no_answer_sniffed(method: str, path: str) -> None:
    error, fine = ask(method, path), ask("GET", "/api/v1/providers")

    assert error.status >= 400
    assert error.headers["Cache-Control"] == "no-store"
    assert {error.headers["X-Content-Type-Options"], fine.headers["X-Content-Type-Options"]} == {"nosniff"}
