"""``castline usage``, and ``castline admin``."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from castline_cli.errors import ExitCode, Misused
from castline_cli.usage import changed_limits, money, of_limit
from local.gateway import OPERATOR
from local.quickstart import DIALOGUE
from tests.cli.castline import Castline
from tests.e2e.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stack import LocalStack


VOICE = ("--voice", "zh-TW-YunJheNeural")


@pytest.fixture
def operator(castline: Castline) -> Castline:
    """Return the command line of an operator."""
    return Castline(castline.folder, castline.environment | {"CASTLINE_USER": OPERATOR})


@pytest.fixture
def operators_client(stack: LocalStack) -> Iterator[ApiClient]:
    with ApiClient(stack.url, user_id=OPERATOR) as client:
        yield client


@pytest.fixture
def pending(stack: LocalStack, client: ApiClient) -> Iterator[str]:
    """Yield a job of the user that does not begin."""
    with stack.cloud.lambdas.pause("plan"):
        yield client.submit(DIALOGUE)


class TestUsage:
    def test_is_told_day_by_day(self, castline: Castline, client: ApiClient) -> None:
        # Given
        assert castline.done("usage") == ""
        job = client.complete(DIALOGUE)
        usage = client.get("/usage").json()

        # When
        (line,) = castline.done("usage").splitlines()

        # Then
        day, billed, reserved, jobs, audio, cost = line.split("\t")
        assert day == usage["days"][0]["day"]
        assert int(billed) == job["result_metadata"]["billed_characters"]
        assert (reserved, jobs) == ("0", "1")
        assert audio == f"{job['result_metadata']['duration_ms'] / 1000:.1f} s"
        assert cost.endswith(" USD")
        assert json.loads(castline.done("usage", "--json")) == client.get("/usage").json()
        assert json.loads(castline.done("usage", "--month", "2024-02", "--json"))["days"] == []

    def test_is_told_of_months_only(self, castline: Castline) -> None:
        refused = castline("usage", "--month", "2024")

        assert refused.exit_code == ExitCode.REFUSED
        assert "month: must be a month such as 2026-11" in refused.err


class TestForOthers:
    @pytest.mark.parametrize(
        "words",
        [
            ("usage",),
            ("usage", "--csv"),
            ("usage", "--json"),
            ("limits", "anna"),
            ("limits", "anna", "--per-day", "1"),
            ("ceiling",),
            ("breaker", "open"),
            ("jobs",),
            ("fail", "01900000-0000-7000-8000-000000000000"),
        ],
    )
    def test_there_is_nothing(self, castline: Castline, words: tuple[str, ...]) -> None:
        refused = castline("admin", *words)

        assert refused.exit_code == ExitCode.NOT_FOUND
        assert refused.complaint == "castline: only operators can use these commands"


class TestOperators:
    def test_see_the_usage_of_all(
        self, operator: Castline, client: ApiClient, operators_client: ApiClient, user: str
    ) -> None:
        job = client.complete(DIALOGUE)

        rows = [line.split("\t") for line in operator.done("admin", "usage").splitlines()]
        mine = [row for row in rows if row[0] == user]
        assert [row[1:4] for row in mine] == [[str(job["result_metadata"]["billed_characters"]), "0", "1"]]
        found = json.loads(operator.done("admin", "usage", "--json"))
        assert found == operators_client.get("/admin/usage").json()

        lines = list(csv.DictReader(io.StringIO(operator.done("admin", "usage", "--csv"))))
        assert (
            sum(int(line["billed_characters"]) for line in lines) == found["deployment"]["total"]["billed_characters"]
        )
        assert [line["jobs"] for line in lines if line["user_id"] == user] == ["1"]
        assert operator("admin", "usage", "--csv", "--json").exit_code == ExitCode.USAGE

    def test_see_all_pages_as_one(
        self, operator: Castline, stack: LocalStack, operators_client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given pages of one user
        from castline_cli.api import Api

        for name in ("page-a", "page-b", "page-c"):
            with ApiClient(stack.url, user_id=name) as client:
                client.complete(DIALOGUE)
        whole = operators_client.get("/admin/usage").json()
        csv_at_once = operators_client.get("/admin/usage", headers={"Accept": "text/csv"}).text
        request = Api.request

        def one_at_a_time(self: Api, method: str, path: str, **options: Any) -> Any:
            query = {**(options.pop("query", None) or {}), "limit": 1}
            return request(self, method, path, query=query, **options)

        monkeypatch.setattr(Api, "request", one_at_a_time)

        # When, then
        assert len(whole["users"]) >= 3
        assert json.loads(operator.done("admin", "usage", "--json")) == whole
        assert operator("admin", "usage", "--csv").out_bytes.decode() == csv_at_once

    def test_set_limits_one_by_one(self, operator: Castline, user: str) -> None:
        def limits(*options: str) -> dict[str, Any]:
            changed: dict[str, Any] = json.loads(operator.done("admin", "limits", user, *options, "--json"))[
                "changed"
            ]
            return changed

        assert limits() == {}
        assert limits("--per-day", "5,000") == {"characters_per_day": 5000}
        assert limits("--per-month", "none", "--active-jobs", "7") == {
            "characters_per_day": 5000,
            "characters_per_month": None,
            "max_active_jobs": 7,
        }
        assert limits("--per-day", "default") == {"characters_per_month": None, "max_active_jobs": 7}
        shown = operator.done("admin", "limits", user).splitlines()
        assert shown[1:3] == ["characters a month\tno limit", "active jobs\t7"]
        assert shown[3].endswith(f" by {OPERATOR}")
        assert operator("admin", "limits", user, "--active-jobs", "none").exit_code == ExitCode.USAGE
        assert operator("admin", "limits", user, "--active-jobs", "0").exit_code == ExitCode.REFUSED

    @pytest.mark.parametrize("name", ["auth0|5f7c", "a/b", "王 小明", "50%"])
    def test_name_users_whatever_their_ids(self, operator: Castline, name: str) -> None:
        answer = json.loads(operator.done("admin", "limits", name, "--per-day", "9", "--json"))

        assert (answer["user_id"], answer["changed"]) == (name, {"characters_per_day": 9})

    def test_bound_what_a_user_bills(self, operator: Castline, castline: Castline, user: str) -> None:
        # Given
        assert operator("admin", "limits", user, "--per-day", "1000", "--per-month", "1").exit_code == ExitCode.DONE

        # When
        refused = castline("say", "--text", "早安", *VOICE)

        # Then
        assert refused.exit_code == ExitCode.REFUSED
        assert "\n  your characters per month: 0 of 1 are used or reserved, until 20" in refused.err

    def test_set_the_ceiling(self, operator: Castline) -> None:
        assert operator.done("admin", "ceiling", "--per-day", "8_000_000").startswith("characters a day\t8,000,000\n")
        assert json.loads(operator.done("admin", "ceiling", "--per-day", "none", "--json"))["limits"] == {
            "characters_per_day": None
        }
        assert "(default)" in operator.done("admin", "ceiling", "--per-day", "default")

    def test_open_and_close_the_breaker(self, operator: Castline, castline: Castline, client: ApiClient) -> None:
        opened = operator.done("admin", "breaker", "open", "--reason", "Unusual traffic").splitlines()
        refused = client.post("/jobs", json=DIALOGUE)
        said = castline("say", "--text", "早安", *VOICE).err
        closed = operator.done("admin", "breaker", "closed").splitlines()

        assert opened[:2] == ["breaker\topen: new jobs are refused", "reason\tUnusual traffic"]
        assert refused.json()["error"] == "SUBMISSIONS_STOPPED"
        assert said.endswith("\n  reason: Unusual traffic\n")
        assert closed[0] == "breaker\tclosed"
        assert json.loads(operator.done("admin", "breaker", "--json"))["state"] == "closed"
        assert operator("admin", "breaker", "--reason", "x").exit_code == ExitCode.USAGE

    def test_list_and_stop_jobs(self, operator: Castline, client: ApiClient, user: str, pending: str) -> None:
        def listed(*options: str) -> list[list[str]]:
            return [line.split("\t") for line in operator.done("admin", "jobs", "--of", user, *options).splitlines()]

        assert [row[:3] + row[4:] for row in listed()] == [[pending, "pending", "", user]]
        assert operator.done("admin", "fail", pending, "--reason", "By mistake") == f"{pending}\n"
        assert [row[:3] for row in listed("--status", "failed")] == [[pending, "failed", "STOPPED_BY_OPERATOR"]]
        assert client.job(pending)["error_code"] == "STOPPED_BY_OPERATOR"
        assert listed("--day", "2024-02-29") == []
        again = operator("admin", "fail", pending)
        assert (again.exit_code, again.complaint) == (
            ExitCode.REFUSED,
            "castline: The job has already ended. (status: failed)",
        )
        missing = operator("admin", "fail", "01900000-0000-7000-8000-000000000000")
        assert (missing.exit_code, missing.complaint) == (ExitCode.NOT_FOUND, "castline: There is no such job.")

    def test_list_as_many_jobs_as_they_want(self, operator: Castline, client: ApiClient, user: str) -> None:
        ids = [client.complete(DIALOGUE)["id"] for _ in range(3)][::-1]

        page = json.loads(operator.done("admin", "jobs", "--of", user, "--limit", "2", "--json"))

        assert [job["id"] for job in page["items"]] == ids[:2]
        assert page["next_cursor"]
        everything = json.loads(operator.done("admin", "jobs", "--of", user, "--json"))
        assert ([job["id"] for job in everything["items"]], everything["next_cursor"]) == (ids, None)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "0.00"),
        (0.2736, "0.27"),
        (1234.5, "1,234.50"),
        (0.004, "0.004"),
        (0.000704, "0.0007"),
        (0.000001, "0.000001"),
    ],
)
def test_money_is_shown_with_as_many_digits_as_it_takes(amount: float, shown: str) -> None:
    assert money({"amount": amount, "currency": "USD"}) == f"{shown} USD"


@pytest.mark.parametrize(
    ("used", "most", "shown"),
    [(12_400, 1_000_000, "12,400 of 1,000,000 (1 %)"), (5, None, "5, no limit"), (0, 0, "0 of 0")],
)
def test_what_is_used_of_a_limit_is_shown(used: int, most: int | None, shown: str) -> None:
    assert of_limit(used, most) == shown


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "", "١"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(Misused, match="use a number, none or default"):
        changed_limits({}, {"characters_per_day": text})
