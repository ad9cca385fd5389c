"""Operators see and set what does not exist for anybody else."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from castline import composition, observability
from castline.api.contract import PREFIX
from castline.api.operations import OPERATIONS
from castline.jobs.failures import FailureCode
from castline.jobs.model import JobStatus
from local.quickstart import DIALOGUE
from tests.ended_jobs import end_job
from tests.integration.api.client import Answer, call, make_event, send

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("service")

OPERATOR = "operator"
ODD_IDS = ["auth0|5f7c", "a/limits", "..", "a%2Fb", "王小明", "a+b c", "é?x=1#y", '"quoted"', "a\\b", "x" * 255]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
ROUTES = sorted({route.path.removeprefix(PREFIX) for route in OPERATIONS if route.for_operators})
PATHS = [
    *(
        route.replace("{user_id}", "anna").replace("{job_id}", "01900000-0000-7000-8000-000000000000")
        for route in ROUTES
    ),
    "/admin",
    "/admin/",
    "/admin/usage/",
    "/admin/nothing",
    "/admin/users/a%2Fb/limits",
    "/admin/jobs/x/fail",
    "/admin/jobs/x/y/fail",
]
BODIES: dict[str, dict[str, Any]] = {
    "none": {},
    "valid": {"json": {"state": "open"}},
    "wrong": {"json": {"state": "ajar"}},
    "half": {"data": b"{", "content_type": "application/json"},
    "not UTF-8": {"data": b"\xff\xfe", "content_type": "application/json"},
    "form": {"data": {"state": "open"}},
    "huge": {"data": b'"' + b"x" * 100_000 + b'"', "content_type": "application/json"},
}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """Yield the lines of the function, which the other tests keep quiet."""
    written, logger = Log(), logging.getLogger(observability.logger.name)
    monkeypatch.setattr(observability.output, "stream", written)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield written
    logger.setLevel(level)


class Log:
    """Standard output of the function."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def audits(self) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("message") == "audit"]


def ask(method: str, path: str, user: str = OPERATOR, **request: Any) -> Answer:
    return call(method, path, user=user, headers={"Accept-Language": "en"} | request.pop("headers", {}), **request)


def without_id(answer: Answer) -> tuple[int, str, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status, answer.text, headers


def demand_nothing(methods: list[str], path: str, body: dict[str, Any], log: Log) -> None:
    """Check that the path is answered, and logged, like one that does not exist."""
    for method in methods:
        nowhere = ask(method, "/nowhere", user="anna", **body)
        logged_of_nowhere, log.text = log.text, ""

        hidden = ask(method, path, user="anna", **body)
        logged_of_hidden, log.text = log.text, ""

        assert without_id(hidden) == without_id(nowhere)
        assert hidden.status == 404
        assert logged_of_hidden == logged_of_nowhere == ""


def submit(user: str) -> str:
    answer = call("POST", "/jobs", user=user, json=DIALOGUE)
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


def quoted(user_id: str) -> str:
    return quote(user_id, safe="")


class TestForEverybodyElse:
    @pytest.mark.parametrize("path", PATHS)
    def test_there_is_nothing_at_any_path(self, path: str, log: Log) -> None:
        demand_nothing(METHODS, path, BODIES["none"], log)

    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_there_is_nothing_whatever_is_sent(self, body: dict[str, Any], log: Log) -> None:
        demand_nothing(["PUT", "POST"], "/admin/breaker", body, log)

    @pytest.mark.parametrize(
        ("path", "query"), [("/admin/usage", "month=2026-13"), ("/admin/jobs", "day=never&limit=0&cursor=%ff")]
    )
    def test_wrong_parameters_are_not_looked_at(self, path: str, query: str) -> None:
        nowhere = ask("GET", f"/nowhere?{query}", user="anna")

        assert without_id(ask("GET", f"{path}?{query}", user="anna")) == without_id(nowhere)

    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"cognito:groups": "[]"},
            {"cognito:groups": "[co-operators operators2]"},
            {"cognito:groups": "Operators"},
            {"groups": "[operators]"},
            {"scope": "operators"},
        ],
    )
    def test_other_claims_open_nothing(self, claims: dict[str, str]) -> None:
        event = make_event("GET", f"{PREFIX}/admin/breaker")
        event["requestContext"]["authorizer"]["jwt"]["claims"] |= claims

        assert (send(event).status, send(event).json()["error"]) == (404, "NOT_FOUND")

    def test_without_a_token_there_is_nothing_either(self) -> None:
        events = [make_event("GET", f"{PREFIX}{path}") for path in ("/admin/breaker", "/nowhere")]
        for event in events:
            del event["requestContext"]["authorizer"]

        hidden, nowhere = map(send, events)

        assert without_id(hidden) == without_id(nowhere)

    def test_nothing_is_changed(self) -> None:
        job_id = submit(f"user-{uuid4()}")
        before = ask("GET", "/admin/breaker").json(), ask("GET", "/admin/limits").json()

        for method, path, body in (
            ("PUT", "/admin/breaker", {"state": "open"}),
            ("PUT", "/admin/limits", {"characters_per_day": 1}),
            ("PUT", "/admin/users/anna/limits", {"characters_per_day": 1}),
            ("POST", f"/admin/jobs/{job_id}/fail", {}),
        ):
            assert ask(method, path, user="anna", json=body).status == 404

        assert (ask("GET", "/admin/breaker").json(), ask("GET", "/admin/limits").json()) == before
        assert ask("GET", "/admin/users/anna/limits").json()["changed"] == {}
        job = composition.job_repository().get(job_id)
        assert job is not None
        assert job.status is JobStatus.PENDING


class TestOperators:
    @pytest.mark.parametrize(
        ("claim", "value", "given"),
        [
            ("cognito:groups", "operators", "[writers operators]"),
            ("scope", "castline.operate", "openid castline.operate email"),
            ("https://example.com/roles", "ops", '["dev","ops"]'),
        ],
    )
    def test_are_named_by_the_configured_claim(
        self, claim: str, value: str, given: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPERATOR_CLAIM", claim)
        monkeypatch.setenv("OPERATOR_VALUE", value)
        event = make_event("GET", f"{PREFIX}/admin/breaker")
        event["requestContext"]["authorizer"]["jwt"]["claims"] |= {claim: given}

        with composition.given():
            assert send(event).status == 200

    @pytest.mark.parametrize("path", ["/admin", "/admin/nothing", "/admin/usage/"])
    def test_are_told_too_that_there_is_nothing_at_other_paths(self, path: str) -> None:
        assert without_id(ask("GET", path)) == without_id(ask("GET", "/nowhere"))

    def test_are_told_which_methods_a_path_takes(self) -> None:
        answer = ask("DELETE", "/admin/breaker")

        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, PUT")


class TestLimitsOfUsers:
    @pytest.mark.parametrize("user", ODD_IDS)
    def test_are_set_and_read_whatever_the_id(self, user: str, log: Log) -> None:
        path = f"/admin/users/{quoted(user)}/limits"
        changed = {"characters_per_day": 7, "characters_per_month": None, "max_active_jobs": 9}

        put = ask("PUT", path, json=changed)
        got = ask("GET", path)

        assert put.status == 200, put.text
        assert put.json() == got.json()
        assert got.json()["user_id"] == user
        assert got.json()["limits"] == got.json()["changed"] == changed
        assert got.json()["changed_by"] == OPERATOR
        (audit,) = log.audits()
        assert (audit["action"], audit["operator"], audit["target"]) == ("set_user_limits", OPERATOR, user)
        assert audit["limits"] == changed
        assert composition.usage_repository().limit_changes(user).characters_per_day == 7

    def test_that_are_left_out_are_the_deployments(self) -> None:
        path = f"/admin/users/user-{uuid4()}/limits"
        assert ask("PUT", path, json={"characters_per_day": 0, "max_active_jobs": 1}).status == 200

        answer = ask("PUT", path, json={"characters_per_month": 5}).json()

        assert answer["changed"] == {"characters_per_month": 5}
        assert answer["limits"] == {"characters_per_day": None, "characters_per_month": 5, "max_active_jobs": 3}
        assert ask("PUT", path, json={}).json()["changed"] == {}

    def test_that_nobody_has_set_are_the_deployments(self) -> None:
        answer = ask("GET", f"/admin/users/user-{uuid4()}/limits").json()

        assert answer["changed"] == {}
        assert (answer["changed_at"], answer["changed_by"]) == (None, None)
        assert answer["limits"]["max_active_jobs"] == 3

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"characters_per_day": -1}, "characters_per_day"),
            ({"characters_per_day": 1.5}, "characters_per_day"),
            ({"characters_per_day": "7"}, "characters_per_day"),
            ({"characters_per_month": 10**12 + 1}, "characters_per_month"),
            ({"max_active_jobs": 0}, "max_active_jobs"),
            ({"max_active_jobs": None}, "max_active_jobs"),
            ({"characters": 1}, "characters"),
            ([], "body"),
        ],
    )
    def test_that_are_none_are_refused(self, body: Any, field: str, log: Log) -> None:
        answer = ask("PUT", "/admin/users/anna/limits", json=body)

        assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
        assert [each["field"] for each in answer.json()["details"]["errors"]] == [field]
        assert not log.audits()

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    def test_of_an_id_that_nobody_can_have_are_refused(self, method: str) -> None:
        request: dict[str, Any] = {"json": {}} if method == "PUT" else {}
        answer = ask(method, f"/admin/users/{quoted('王' * 255)}/limits", **request)

        assert (answer.status, answer.json()["details"]["errors"][0]["message"]) == (400, "not a valid user id")

    def test_hold_at_the_next_submission(self) -> None:
        user = f"user-{uuid4()}"
        ask("PUT", f"/admin/users/{user}/limits", json={"max_active_jobs": 1})
        submit(user)

        refused = ask("POST", "/jobs", user=user, json=DIALOGUE)

        assert (refused.status, refused.json()["error"]) == (429, "JOB_LIMIT_EXCEEDED")
        assert refused.json()["details"] == {"current_jobs": 1, "max_jobs": 1}
        ask("PUT", f"/admin/users/{user}/limits", json={"characters_per_day": 0})
        refused = ask("POST", "/jobs", user=user, json=DIALOGUE)
        assert (refused.status, refused.json()["error"]) == (429, "QUOTA_EXCEEDED")
        ask("PUT", f"/admin/users/{user}/limits", json={})
        submit(user)


class TestTheCeiling:
    @pytest.mark.parametrize("value", [8_000_000, 0, None])
    def test_is_set_and_taken_back(self, value: int | None, log: Log) -> None:
        put = ask("PUT", "/admin/limits", json={"characters_per_day": value}).json()

        assert put == ask("GET", "/admin/limits").json()
        assert put["limits"] == put["changed"] == {"characters_per_day": value}
        assert put["changed_by"] == OPERATOR
        back = ask("PUT", "/admin/limits", json={}).json()
        assert back["changed"] == {}
        assert [audit["limits"] for audit in log.audits()] == [{"characters_per_day": value}, {}]

    def test_holds_at_the_next_submission_of_every_user(self) -> None:
        ask("PUT", "/admin/limits", json={"characters_per_day": 0})

        refused = ask("POST", "/jobs", user=f"user-{uuid4()}", json=DIALOGUE)

        assert refused.json()["details"]["quota"] == "deployment_characters_per_day"
        ask("PUT", "/admin/limits", json={})
        submit(f"user-{uuid4()}")


class TestTheBreaker:
    def test_is_closed_until_an_operator_opens_it(self) -> None:
        assert ask("GET", "/admin/breaker").json()["state"] == "closed"

    def test_refuses_all_submissions_while_it_is_open(self, log: Log) -> None:
        user, completed = f"user-{uuid4()}", self.completed_job()
        reason = "We are looking into unusual traffic."

        opened = ask("PUT", "/admin/breaker", json={"state": "open", "reason": reason}).json()
        refused = ask("POST", "/jobs", user=user, json=DIALOGUE)
        rendition = ask("POST", f"/jobs/{completed}/renditions", user="renderer", json={"output_format": "wav"})
        resubmission = ask("POST", f"/jobs/{completed}/resubmit", user="renderer")
        closed = ask("PUT", "/admin/breaker", json={"state": "closed"}).json()

        assert opened["state"] == "open"
        assert (opened["reason"], opened["changed_by"]) == (reason, OPERATOR)
        for answer in (refused, rendition, resubmission):
            assert (answer.status, answer.json()["error"]) == (503, "SUBMISSIONS_STOPPED")
            assert answer.json()["details"] == {"reason": reason}
        assert closed == ask("GET", "/admin/breaker").json()
        assert (closed["state"], closed["reason"]) == ("closed", None)
        submit(user)
        assert [(audit["action"], audit["state"], audit.get("reason")) for audit in log.audits()] == [
            ("set_breaker", "open", reason),
            ("set_breaker", "closed", None),
        ]

    def completed_job(self) -> str:
        job_id, repository = submit("renderer"), composition.job_repository()
        job = repository.get(job_id)
        assert job is not None
        repository.start(job, total_segments=2, now=datetime.now(UTC))
        end_job(repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=str(uuid4()))
        return job_id

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"state": "ajar"},
            {"state": "open", "reason": ""},
            {"state": "open", "reason": "x" * 501},
            {"state": None},
        ],
    )
    def test_takes_no_other_state(self, body: dict[str, Any]) -> None:
        assert ask("PUT", "/admin/breaker", json=body).status == 400


class TestJobs:
    def test_are_listed_without_what_is_said_in_them(self) -> None:
        user = f"user-{uuid4()}"
        submitted = [
            call("POST", "/jobs", user=user, json=DIALOGUE | {"title": "Secret"}).json()["id"] for _ in range(3)
        ]

        answer = ask("GET", f"/admin/jobs?user_id={user}&status=pending")

        assert [job["id"] for job in answer.json()["items"]] == submitted[::-1]
        assert {job["user_id"] for job in answer.json()["items"]} == {user}
        assert answer.json()["next_cursor"] is None
        assert "Secret" not in answer.text
        assert DIALOGUE["turns"][0]["text"] not in answer.text
        assert ask("GET", f"/admin/jobs?user_id={user}&status=failed").json()["items"] == []
        assert ask("GET", f"/admin/jobs?user_id={user}&day=2020-02-29").json()["items"] == []

    def test_are_listed_page_by_page(self) -> None:
        user = f"user-{uuid4()}"
        ask("PUT", f"/admin/users/{user}/limits", json={"max_active_jobs": 10})
        submitted = [submit(user) for _ in range(5)]
        submit(f"user-{uuid4()}")

        found: list[str] = []
        cursor = ""
        for size in (2, 2, 1):
            page = ask("GET", f"/admin/jobs?user_id={user}&limit=2{cursor}").json()
            assert len(page["items"]) == size
            found += [job["id"] for job in page["items"]]
            cursor = f"&cursor={page['next_cursor']}"

        assert found == submitted[::-1]
        assert page["next_cursor"] is None

    @pytest.mark.parametrize(
        "query", ["day=today", "day=2026-02-30", "day=20260230", "status=odd", "limit=101", "cursor=x"]
    )
    def test_are_not_listed_by_nonsense(self, query: str) -> None:
        assert ask("GET", f"/admin/jobs?{query}").status == 400

    def test_are_stopped_with_their_executions(self, log: Log) -> None:
        user = f"user-{uuid4()}"
        job_id = submit(user)

        stopped = ask("POST", f"/admin/jobs/{job_id}/fail", json={"reason": "By mistake"})

        assert stopped.status == 200, stopped.text
        assert (stopped.json()["status"], stopped.json()["error_code"]) == ("failed", "STOPPED_BY_OPERATOR")
        seen = ask("GET", f"/jobs/{job_id}", user=user).json()
        assert (seen["status"], seen["error_code"]) == ("failed", FailureCode.STOPPED_BY_OPERATOR)
        assert seen["error_message"].startswith("An operator stopped this job.")
        assert composition.executions().status(job_id) == "ABORTED"
        assert composition.job_repository().taken_slots(user) == frozenset()
        (audit,) = log.audits()
        assert (audit["action"], audit["target"], audit["reason"]) == ("fail_job", job_id, "By mistake")
        assert (audit["operator"], audit["user_id"]) == (OPERATOR, user)
        listed = ask("GET", f"/admin/jobs?user_id={user}").json()["items"]
        assert [(job["status"], job["error_code"]) for job in listed] == [("failed", "STOPPED_BY_OPERATOR")]

        # And once only
        again = ask("POST", f"/admin/jobs/{job_id}/fail", json={})
        assert (again.status, again.json()["error"]) == (409, "JOB_HAS_ENDED")
        assert again.json()["details"] == {"status": "failed"}
        assert len(log.audits()) == 1

    @pytest.mark.parametrize("job_id", ["x", "01900000-0000-7000-8000-000000000000"])
    def test_that_do_not_exist_cannot_be_stopped(self, job_id: str) -> None:
        answer = ask("POST", f"/admin/jobs/{job_id}/fail", json={})

        assert (answer.status, answer.json()["error"]) == (404, "JOB_NOT_FOUND")
