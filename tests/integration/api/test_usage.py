"""Usage is the sum of what jobs have billed: to the character, day by day in UTC, for users and for operators."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from castline import composition
from castline.dynamodb import serialize
from castline.table import user_key
from castline.usage import items
from local import resources
from local.cloud.background import repeating
from local.gateway import OPERATOR
from local.quickstart import DIALOGUE
from tests.integration.api.client import Answer, call
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cloud.cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("functions_environment")

MANY = 110
"""Users: more than DynamoDB reads at once."""


def ask(path: str, user: str = OPERATOR, **request: Any) -> Answer:
    return call("GET", path, user=user, headers={"Accept-Language": "en"} | request.pop("headers", {}), **request)


def everything(month: str) -> dict[str, Any]:
    """Return the usage of all users, of all pages."""
    found: dict[str, Any] = ask(f"/admin/usage?month={month}").json()
    while found["next_cursor"]:
        page = ask(f"/admin/usage?month={month}&cursor={found['next_cursor']}").json()
        found["users"] += page["users"]
        found["next_cursor"] = page["next_cursor"]
    return found


def lines_of_csv(month: str, query: str = "") -> list[dict[str, str]]:
    answer = ask(f"/admin/usage?month={month}{query}", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def run(user: str, **changes: Any) -> dict[str, Any]:
    """Submit a job, wait until it has ended, and return it."""
    submitted = call("POST", "/jobs", user=user, json=DIALOGUE | changes)
    assert submitted.status == 201, submitted.text
    path = f"/jobs/{submitted.json()['id']}"
    eventually(lambda: ask(path, user=user).json()["status"] in {"completed", "failed"})
    job: dict[str, Any] = ask(path, user=user).json()
    return job


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the API believe that it is another time."""
    with composition.given(clock=lambda: lambda: moment):
        yield


@pytest.fixture(autouse=True, scope="module")
def _spoken_batches(functions_environment: LocalCloud) -> Iterator[None]:
    """Have batches spoken as they are queued."""
    tickets = resources.map_synthesis_queue(functions_environment, max_concurrency=2)
    with repeating(tickets.poll, interval_seconds=0.05, name="tickets"):
        yield


@pytest.fixture
def user() -> str:
    return f"user-{uuid4()}"


def this_month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"


class TestAUsersUsage:
    def test_is_nothing_at_first(self, user: str) -> None:
        usage = ask("/usage", user).json()

        assert usage["days"] == []
        nothing = {"billed_characters": 0, "reserved_characters": 0, "jobs": 0, "audio_seconds": 0}
        assert usage["today"] == usage["total"] == {**nothing, "cost": {"amount": 0, "currency": "USD"}}
        assert usage["limits"]["max_active_jobs"] == 3

    def test_is_the_sum_of_the_results_to_the_character(self, user: str) -> None:
        # Given jobs of which the second finds its first turn stored, and a rendition, which bills nothing
        one = run(user)
        longer = [*DIALOGUE["turns"], {"speaker": "A", "text": "那我們出發吧，記得帶水。", "index": 2}]
        two = run(user, turns=longer)
        rendition = call("POST", f"/jobs/{one['id']}/renditions", user=user, json={"output_format": "wav"}).json()
        path = f"/jobs/{rendition['id']}"
        eventually(lambda: ask(path, user=user).json()["status"] == "completed")
        results = [job["result_metadata"] for job in (one, two, ask(path, user=user).json())]

        # When
        usage = ask("/usage", user).json()

        # Then
        assert [result["billed_characters"] > 0 for result in results] == [True, True, False]
        billed = sum(result["billed_characters"] for result in results)
        assert usage["total"]["billed_characters"] == billed
        assert usage["total"]["reserved_characters"] == 0
        assert usage["total"]["jobs"] == 3
        audio_ms = sum(result["duration_ms"] for result in results)
        assert usage["total"]["audio_seconds"] == pytest.approx(audio_ms / 1000, abs=1e-9)
        price = composition.speech_providers()["azure"].price_per_million
        assert usage["total"]["cost"] == {
            "amount": pytest.approx(float(billed * price / 1_000_000), abs=2e-6),
            "currency": "USD",
        }
        assert usage["today"] == usage["total"]
        assert ask("/usage", f"{user}-x").json()["total"]["jobs"] == 0
        assert [{**usage["total"], "day": f"{datetime.now(UTC):%Y-%m-%d}"}] == usage["days"]

    def test_has_the_characters_that_are_reserved_for_jobs_under_way(
        self, user: str, functions_environment: Any
    ) -> None:
        with functions_environment.lambdas.pause("plan"):
            job_id = call("POST", "/jobs", user=user, json=DIALOGUE).json()["id"]
            reserved = ask("/usage", user).json()["today"]
            estimate = call("POST", "/jobs/estimate", user=user, json=DIALOGUE).json()

            assert (reserved["billed_characters"], reserved["jobs"]) == (0, 1)
            assert reserved["reserved_characters"] == estimate["billed_characters"]

            # And a stopped job gives them back
            assert call("POST", f"/admin/jobs/{job_id}/fail", user=OPERATOR, json={}).status == 200
            settled = ask("/usage", user).json()["today"]
            assert (settled["billed_characters"], settled["reserved_characters"]) == (0, 0)

    def test_is_asked_for_by_month_only(self, user: str) -> None:
        for month in ("2026", "2026-13", "2026-00", "2026-1", "1999-12", "２０２６-11", "2026-11-01", "", "now"):
            answer = ask(f"/usage?month={month}", user)

            assert (answer.status, answer.json()["details"]["errors"][0]["field"]) == (400, "month")
            assert answer.json()["details"]["errors"][0]["message"] == "must be a month such as 2026-11"


class TestMonths:
    @pytest.mark.parametrize(
        ("moment", "day", "day_resets_at", "month_resets_at"),
        [
            ("2028-02-29T00:00:00", "2028-02-29", "2028-03-01T00:00:00Z", "2028-03-01T00:00:00Z"),
            ("2027-12-31T23:59:59.999999", "2027-12-31", "2028-01-01T00:00:00Z", "2028-01-01T00:00:00Z"),
        ],
    )
    def test_and_days_begin_at_midnight_in_utc(
        self, user: str, moment: str, day: str, day_resets_at: str, month_resets_at: str, functions_environment: Any
    ) -> None:
        with functions_environment.lambdas.pause("plan"), at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
            assert call("POST", "/jobs", user=user, json=DIALOGUE).status == 201
            usage = ask("/usage", user).json()
            listed = ask(f"/admin/jobs?user_id={user}").json()["items"]
            of_another_day = ask(f"/admin/jobs?user_id={user}&day=2028-03-01").json()["items"]

        assert usage["month"] == day[:7]
        assert [each["day"] for each in usage["days"]] == [day]
        assert usage["today"]["jobs"] == 1
        assert (usage["day_resets_at"], usage["month_resets_at"]) == (day_resets_at, month_resets_at)
        assert (len(listed), of_another_day) == (1, [])

    def test_that_are_over_keep_their_usage_and_today_is_today(self, user: str, functions_environment: Any) -> None:
        with functions_environment.lambdas.pause("plan"):
            with at(datetime(2027, 12, 31, 23, 59, tzinfo=UTC)):
                call("POST", "/jobs", user=user, json=DIALOGUE)
            with at(datetime(2028, 1, 1, tzinfo=UTC)):
                call("POST", "/jobs", user=user, json=DIALOGUE)
                before, now = (ask(f"/usage{query}", user).json() for query in ("?month=2027-12", ""))

        assert [day["day"] for day in before["days"]] == ["2027-12-31"]
        assert [day["day"] for day in now["days"]] == ["2028-01-01"]
        assert before["today"] == now["today"] == now["total"]
        assert before["month_resets_at"] == now["month_resets_at"] == "2028-02-01T00:00:00Z"

    def test_to_come_have_none(self, user: str) -> None:
        assert ask("/usage?month=2099-12", user).json()["total"]["jobs"] == 0


class TestEverybodysUsage:
    def test_adds_up_as_json_and_as_csv(self, user: str) -> None:
        # Given jobs of users whose names CSV has to quote, and two of one user
        for name in (user, f'{user}, "2"', f"={user}", user):
            run(name)

        found, lines = everything(this_month()), lines_of_csv(this_month())

        total, users = found["deployment"]["total"], found["users"]
        for figure in ("billed_characters", "reserved_characters", "jobs"):
            assert sum(each[figure] for each in users) == total[figure]
            assert sum(each[figure] for each in found["days"]) == total[figure]
        assert [each["user_id"] for each in users] == sorted(each["user_id"] for each in users)
        assert sum(int(line["billed_characters"]) for line in lines) == total["billed_characters"]
        assert sum(int(line["jobs"]) for line in lines) == total["jobs"]
        seconds = sum((Decimal(line["audio_seconds"]) for line in lines), Decimal(0))
        assert seconds == Decimal(str(total["audio_seconds"]))
        cost = sum((Decimal(line["cost"]) for line in lines), Decimal(0))
        assert cost == Decimal(repr(total["cost"]["amount"]))
        assert {line["currency"] for line in lines} == {"USD"}
        names = {line["user_id"] for line in lines}
        assert {user, f'{user}, "2"', f"'={user}"} <= names
        mine = ask("/usage", user).json()
        assert [{**mine["total"], "user_id": user, "days": mine["days"]}] == [
            each for each in users if each["user_id"] == user
        ]

    def test_is_csv_only_for_those_who_ask_for_it_by_name(self) -> None:
        for accept, kind in (
            ("text/csv", "text/csv; charset=utf-8"),
            ("text/csv, application/json;q=0.5", "text/csv; charset=utf-8"),
            ("application/json, text/csv;q=0.5", "application/json"),
            ("*/*", "application/json"),
            ("text/*", "application/json"),
        ):
            answer = ask("/admin/usage", headers={"Accept": accept})
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Vary"] == "Accept, Authorization"
        csv_answer = ask("/admin/usage?month=2026-02", headers={"Accept": "text/csv"})
        assert csv_answer.text == "user_id,day,billed_characters,jobs,audio_seconds,cost,currency\r\n"
        assert csv_answer.headers["Content-Disposition"] == 'attachment; filename="castline-usage-2026-02.csv"'

    def test_has_pages_of_many_users(self) -> None:
        # Given
        month, client = "2031-05", boto3.client("dynamodb")
        ids = [f"user|{number}é/" for number in range(MANY)]
        for each in ids:
            item = items.month_key(user_key(each), month) | items.month_values(each, month)
            client.put_item(
                TableName=resources.TABLE_NAME, Item=serialize(item | {"jobs": 1, "d31_jobs": 1, "billed": 3})
            )

        # When
        at_once = ask(f"/admin/usage?month={month}").json()
        pages, cursor, links = [], "", 0
        while True:
            answer = ask(f"/admin/usage?month={month}&limit=40{cursor}")
            pages.append([each["user_id"] for each in answer.json()["users"]])
            if answer.json()["next_cursor"] is None:
                break
            cursor = f"&cursor={answer.json()['next_cursor']}"
            links += answer.headers["Link"] == f'</api/v1/admin/usage?month={month}&limit=40{cursor}>; rel="next"'

        # Then
        assert [each["user_id"] for each in at_once["users"]] == sorted(ids)
        assert [len(page) for page in pages] == [40, 40, 30]
        assert [each for page in pages for each in page] == sorted(ids)
        assert links == 2
        assert "Link" not in answer.headers
        assert len(lines_of_csv(month)) == MANY
        assert len(lines_of_csv(month, f"&limit=40{cursor}")) == 30

    def test_is_not_asked_for_by_nonsense(self) -> None:
        for query in ("month=x", "limit=0", "limit=501", "cursor=", "cursor=%21", "cursor=A", "cursor=_____w"):
            answer = ask(f"/admin/usage?{query}")

            assert (answer.status, answer.json()["error"]) == (400, "VALIDATION_ERROR")
