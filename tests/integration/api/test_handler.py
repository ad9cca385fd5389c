"""API handler: unusual events, and failures of AWS."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from castline import composition
from castline.jobs import repository
from local.quickstart import DIALOGUE
from tests.integration.api.client import call, make_event, send

pytestmark = pytest.mark.usefixtures("service")


def test_without_a_verified_user_nothing_is_answered_but_health() -> None:
    event = make_event("GET", "/api/v1/jobs")
    del event["requestContext"]["authorizer"]
    healthy = make_event("GET", "/api/v1/health")
    del healthy["requestContext"]["authorizer"]

    assert (send(event).status, send(event).json()["error"]) == (401, "UNAUTHORIZED")
    assert (send(healthy).status, send(healthy).json()) == (200, {"status": "ok"})


def test_every_answer_names_its_request() -> None:
    for event in (
        make_event("GET", "/api/v1/jobs"),
        make_event("GET", "/nowhere"),
        make_event("POST", "/api/v1/jobs"),
    ):
        assert send(event).headers["X-Request-ID"] == event["requestContext"]["requestId"]


def test_a_body_that_api_gateway_has_encoded_is_read(user: str) -> None:
    event = make_event("POST", "/api/v1/jobs", headers={"X-User-Id": user}, json=DIALOGUE)
    event["body"] = b64encode(event["body"].encode()).decode()
    event["isBase64Encoded"] = True

    assert send(event).status == 201


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"gap_ms": ' + b"9" * 5000 + b"}", "application/json"),
        (json.dumps(DIALOGUE).encode(), "text/plain"),
        (json.dumps(DIALOGUE).encode(), "application/x-www-form-urlencoded"),
    ],
    ids=["empty", "cut off", "not UTF-8", "nested", "huge number", "text", "form"],
)
def test_a_body_that_is_no_json_is_refused_as_a_whole(body: bytes, content_type: str) -> None:
    answer = call("POST", "/jobs", data=body, content_type=content_type)

    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert [error["field"] for error in answer.json()["details"]["errors"]] == ["body"]


@pytest.mark.parametrize(
    "body",
    [
        '{"\\ud800": 1}',
        '{"turns": [{"speaker": "\\ud800", "text": "x", "index": 0}], "voice_assignments": []}',
        '{"turns": {"0": "x"}, "gap_ms": NaN, "crossfade_ms": Infinity}',
        '{"provider": {"a": []}, "turns": [null, 1, "x", [], {}]}',
        "null",
        "[]",
        '"text"',
    ],
)
def test_odd_json_is_refused_and_never_breaks_the_answer(body: str) -> None:
    answer = call("POST", "/jobs", data=body, content_type="application/json")

    assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"]["errors"]
    answer.text.encode("utf-8")


@pytest.mark.parametrize("job_id", ["x", "0", "%20", "a%22b", "你好", "'", "A1B2C3D4-0000-7000-8000-000000000000"])
def test_a_malformed_id_is_an_unknown_id(job_id: str) -> None:
    for method, suffix in (("GET", ""), ("GET", "/download"), ("DELETE", "")):
        unknown = call(method, f"/jobs/01900000-0000-7000-8000-000000000000{suffix}")

        answer = call(method, f"/jobs/{job_id}{suffix}")

        assert (answer.status, answer.text) == (unknown.status, unknown.text)
        assert (unknown.status, unknown.json()) == (
            404,
            {"error": "JOB_NOT_FOUND", "message": "工作不存在", "details": {}},
        )


def test_an_unexpected_error_reveals_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise KeyError("secret")

    monkeypatch.setattr(composition, "view_jobs", broken)

    answer = call("GET", "/jobs")

    assert (answer.status, answer.json()["error"]) == (500, "INTERNAL_ERROR")
    assert "secret" not in answer.text


def test_a_cursor_of_somebody_else_only_marks_a_position(user: str) -> None:
    for _ in range(2):
        call("POST", "/jobs", user=user, json=DIALOGUE)
    cursor = call("GET", "/jobs?limit=1", user=user).json()["next_cursor"]

    page = call("GET", f"/jobs?cursor={cursor}", user=f"{user}-other").json()

    assert (page["items"], page["total"], page["next_cursor"]) == ([], 0, None)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "must be at most 10000; use cursor to go further"),
        ("zh-TW", "不可大於 10000，更早的工作請用 cursor 取得"),
    ],
)
def test_an_offset_that_is_too_large_is_told_of_the_cursor(user: str, language: str, message: str) -> None:
    answer = call("GET", "/jobs?offset=10001", user=user, headers={"Accept-Language": language})

    assert (answer.status, answer.json()["details"]["errors"]) == (400, [{"field": "offset", "message": message}])
    assert call("GET", "/jobs?offset=10000", user=user).status == 200


def test_a_search_goes_on_where_it_has_not_looked(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a search that reads two jobs at a time, and three jobs, of which the oldest matches
    monkeypatch.setattr(repository, "SEARCHED_JOBS", 2)
    oldest, *_ = [
        call("POST", "/jobs", user=user, json=DIALOGUE | {"title": title}).json()["id"]
        for title in ("Tea", "Coffee", "Milk")
    ]

    # When it is asked for
    first = call("GET", "/jobs?q=tea", user=user).json()
    second = call("GET", f"/jobs?q=tea&cursor={first['next_cursor']}", user=user).json()

    # Then it does not say that there is nothing, nor how many there are
    assert (first["items"], first["total"]) == ([], None)
    assert ([job["id"] for job in second["items"]], second["total"], second["next_cursor"]) == ([oldest], None, None)


def test_cursor_and_offset_exclude_each_other(user: str) -> None:
    for _ in range(2):
        call("POST", "/jobs", user=user, json=DIALOGUE)
    cursor = call("GET", "/jobs?limit=1", user=user).json()["next_cursor"]

    answer = call("GET", f"/jobs?cursor={cursor}&offset=1", user=user)

    assert (answer.status, answer.json()["details"]["errors"][0]["field"]) == (400, "offset")
