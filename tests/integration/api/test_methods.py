"""Methods: HEAD goes wherever GET does, and a method that a path does not take is answered with those it takes."""

from __future__ import annotations

from typing import Any

import pytest

from castline.api.operations import OPERATIONS
from castline.jobs.ids import is_job_id
from local.gateway import OPERATOR
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, make_event, send

pytestmark = pytest.mark.usefixtures("functions_environment")

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
PATHS = sorted({route.path for route in OPERATIONS})


def ask(method: str, path: str, **request: Any) -> Answer:
    """Ask as somebody for whom everything exists."""
    return send(make_event(method, path, headers={"Accept-Language": "en", "X-User-Id": OPERATOR}, **request))


def takes(path: str) -> set[str]:
    methods = {route.method for route in OPERATIONS if route.path == path}
    return methods | ({"HEAD"} if "GET" in methods else set())


@pytest.mark.parametrize(
    "request_body", [{}, {"json": {"title": "One"}}, {"data": b"{"}], ids=["none", "JSON", "half"]
)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_a_path_does_not_take_is_answered_with_those_it_takes(
    method: str, path: str, request_body: dict[str, Any]
) -> None:
    answer = ask(method, path.replace("{job_id}", "01900000-0000-7000-8000-000000000000"), **request_body)

    if method in takes(path):
        assert answer.status not in {405, 500}
    else:
        assert answer.status == 405
        assert method == "HEAD" or answer.json()["error"] == "METHOD_NOT_ALLOWED"
        assert set(answer.headers["Allow"].split(", ")) == takes(path)


def test_a_path_that_does_not_exist_takes_no_method() -> None:
    assert {ask(method, "/api/v1/nowhere").status for method in METHODS} == {404}


@pytest.mark.parametrize("path", [route.path for route in OPERATIONS if route.method == "GET"])
def test_head_is_answered_as_get_without_the_body(path: str) -> None:
    job_id = ask("POST", "/api/v1/jobs", json=DIALOGUE).json().get("id", "01900000-0000-7000-8000-000000000000")
    assert is_job_id(job_id)
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
