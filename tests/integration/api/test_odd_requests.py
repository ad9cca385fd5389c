"""Unusual headers and users: no header and no token makes the service fail."""

from __future__ import annotations

import pytest

from castline import composition
from castline.audio.keys import segment_key
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, make_event, send

pytestmark = pytest.mark.usefixtures("service")

ODD = [
    "",
    " ",
    ";;",
    ",",
    "=",
    '"',
    "a/b/c",
    "application/json;",
    "\x7f",
    "é",
    ";q=x",
    "x" * 8_000,
    "*/*;q=" + "9" * 400,
    "zh;q=nan",
    "en;q=inf,zh;q=-1",
    'W/"',
    '"' * 500,
    "," * 4_000,
    ";q=1" * 2_000,
]
HEADERS = ["content-type", "accept", "accept-language", "if-none-match", "idempotency-key", "host", "authorization"]


def submit(user: str, path: str = "/jobs", **headers: str) -> Answer:
    event = make_event("POST", f"/api/v1{path}", json=DIALOGUE)
    event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = user
    event["headers"] |= headers
    return send(event)


@pytest.mark.parametrize("header", HEADERS)
def test_an_odd_header_is_no_fault_of_ours(user: str, header: str) -> None:
    submission = "/jobs" if header == "idempotency-key" else "/jobs/estimate"
    for number, value in enumerate(ODD):
        submitted = submit(f"{user}/{number}", submission, **{header: value})
        assert submitted.status in {200, 201, 400}, (header, value[:20], submitted.text)

        for path in ("/jobs", "/jobs/x/download"):
            event = make_event("GET", f"/api/v1{path}", headers={"X-User-Id": user})
            event["headers"][header] = value
            assert send(event).status < 500, (header, value[:20])


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("", 201),
        (";", 201),
        ("Application/JSON ; charset=utf-8", 201),
        ("application/jsonp", 400),
        ("text/plain", 400),
        ("multipart/form-data", 400),
    ],
)
def test_a_body_is_read_when_its_type_is_json_or_none(user: str, content_type: str, status: int) -> None:
    assert submit(user, **{"content-type": content_type}).status == status


def test_a_body_without_a_type_is_read_as_json(user: str) -> None:
    event = make_event("POST", "/api/v1/jobs", headers={"X-User-Id": user}, json=DIALOGUE)
    del event["headers"]["content-type"]

    assert send(event).status == 201


@pytest.mark.parametrize("user_id", ["早" * 300, "." * 400, "x" * 901, "\ud800", "\0" * 400])
def test_a_user_whose_id_no_key_can_hold_is_not_authenticated(user_id: str) -> None:
    answer = submit(user_id)

    assert (answer.status, answer.json()["error"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("user_id", ["x" * 900, "早" * 100, ".", "auth0|5f7c8ec7c33c6c004bbafe82", "a b/c#d", "\0"])
def test_any_other_user_is_served(user_id: str) -> None:
    submitted = submit(user_id)

    assert submitted.status == 201
    assert len(segment_key(user_id, "f" * 64)) <= 1_024
    assert composition.view_jobs().record(user_id, submitted.json()["id"]).job.user_id == user_id
