"""Quotas over HTTP: one user who submits again and again stops at a quota, and many users stop at the ceiling."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from local.gateway import OPERATOR
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue
from tests.e2e.metric_lines import total, written_metrics

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.stack import LocalStack

TURNS, HAN_A_TURN = 2, 50
LARGEST = TURNS * (2 * HAN_A_TURN + 9)
"""The billed characters of the largest job that the users of this module submit."""
PER_DAY, CEILING = 2 * LARGEST + LARGEST // 2, 5 * LARGEST


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    settings = {"USER_CHARACTERS_PER_DAY": str(PER_DAY), "DEPLOYMENT_CHARACTERS_PER_DAY": str(CEILING)}
    return own_stack(settings=settings)


def largest() -> dict[str, Any]:
    """Return a dialogue of which nothing is stored, and whose turns have a number of eight digits and a full stop."""
    return dialogue(*(f"{uuid.uuid4().int % 10**8:08d}{'長' * HAN_A_TURN}." for _ in range(TURNS)))


def cycle(client: ApiClient) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Submit a job, wait for its end, and go on until one is refused.

    Returns:
        The completed jobs, and the refusal.
    """
    completed: list[dict[str, Any]] = []
    while True:
        answer = client.post("/jobs", json=largest())
        if answer.status_code != 201:
            assert answer.status_code == 429
            assert int(answer.headers["Retry-After"]) > 0
            refusal: dict[str, Any] = answer.json()
            return completed, refusal
        completed.append(client.wait_for(answer.json()["id"], "completed"))


def billed(jobs: list[dict[str, Any]]) -> int:
    return sum(job["result_metadata"]["billed_characters"] for job in jobs)


def test_one_user_stops_at_the_quota_and_many_at_the_ceiling(
    stack: LocalStack, new_client: Callable[[], ApiClient], log_file: Path
) -> None:
    # When a user submits the largest jobs, one after the other
    client = new_client()
    completed, refusal = cycle(client)

    # Then the third is refused, and says why
    assert [job["result_metadata"]["billed_characters"] for job in completed] == [LARGEST] * 2
    details = refusal["details"]
    assert (refusal["error"], details["quota"]) == ("QUOTA_EXCEEDED", "user_characters_per_day")
    assert (details["used"], details["limit"]) == (2 * LARGEST, PER_DAY)

    # And the user sees it
    usage = client.get("/usage").json()
    assert usage["today"]["billed_characters"] == billed(completed)
    assert (usage["today"]["reserved_characters"], usage["today"]["jobs"]) == (0, 2)
    assert usage["limits"]["characters_per_day"] == PER_DAY
    assert usage["day_resets_at"] == details["resets_at"]
    assert usage["today"]["audio_seconds"] == pytest.approx(
        sum(job["result_metadata"]["duration_ms"] for job in completed) / 1000, abs=1
    )

    # When others do the same at the same time
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(cycle, [new_client() for _ in range(4)]))

    # Then all together stop at the ceiling
    everything = [*completed, *(job for jobs, _ in outcomes for job in jobs)]
    assert len(everything) == CEILING // LARGEST
    assert {each["error"] for _, each in outcomes} == {"QUOTA_EXCEEDED"}
    assert "deployment_characters_per_day" in {each["details"]["quota"] for _, each in outcomes}

    # And operators see it, to the character, and so does the alarm
    with ApiClient(stack.url, user_id=OPERATOR) as operator:
        found = operator.get("/admin/usage").json()
    assert found["deployment"]["today"]["billed_characters"] == billed(everything) == CEILING
    assert sum(user["billed_characters"] for user in found["users"]) == CEILING
    stack.reconcile()
    written = written_metrics(log_file)
    assert max(each.value for each in written if each.name == "DailyCeilingUsed") == 100
    assert total(written, "QuotaRefusals", code="user_characters_per_day") >= 1
    assert total(written, "QuotaRefusals", code="deployment_characters_per_day") >= 1

    # And nobody else may submit today, but for what is stored already
    assert new_client().post("/jobs", json=largest()).status_code == 429
    again = client.post(f"/jobs/{completed[0]['id']}/resubmit")
    assert again.status_code == 201
    assert client.wait_for(again.json()["id"], "completed")["result_metadata"]["billed_characters"] == 0
