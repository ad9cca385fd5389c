"""Estimates in the console, and why a dialogue is refused: quotas, and submissions that are stopped."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.console.screens import SCRIPT
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Route

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch

_SPOKEN = ("你好，今天天氣真好！", "是啊，要不要一起去公園走走？")


@pytest.fixture
def context_options(context_options: dict[str, Any]) -> dict[str, Any]:
    return context_options | {"timezone_id": "Asia/Taipei"}


@pytest.fixture
def operator(stack: LocalStack) -> Iterator[ApiClient]:
    with ApiClient(stack.url, user_id="operator") as client:
        yield client


def estimate(screens: Screens) -> Locator:
    return screens.page.locator("#estimate")


def test_a_dialogue_is_estimated_before_it_is_submitted(screens: Screens, client: ApiClient) -> None:
    # When a dialogue is written
    screens.open()
    screens.write(SCRIPT)

    # Then its length, its cost and its characters are told beside the button, and with it
    expect(estimate(screens)).to_contain_text(re.compile(r"About \d+ s of audio for less than \$0\.01"))
    told = int(re.findall(r"(\d+) characters billed \(24 written\)", estimate(screens).inner_text())[0])
    expect(screens.submit).to_have_accessible_description(re.compile("About"))

    # And they are what is billed
    screens.submit.click()
    job = client.wait_for(screens.wait_for_job(), "completed")
    assert job["result_metadata"]["billed_characters"] == told

    # And when it is written again, nothing of it is billed
    screens.open()
    screens.write(SCRIPT)
    expect(estimate(screens)).to_contain_text("nothing to pay")
    expect(estimate(screens)).to_contain_text("2 of 2 clips reused")


def test_the_last_estimate_stays_while_one_writes(screens: Screens) -> None:
    # Given an estimate
    screens.open()
    screens.write(SCRIPT)
    expect(estimate(screens)).to_contain_text("24 written")

    # When the script is changed, then the estimate is still there, as one of what was written before
    screens.script.press("End")
    screens.script.press_sequentially("好", delay=0)
    expect(estimate(screens)).to_have_attribute("data-stale", "true")
    expect(estimate(screens)).to_contain_text("24 written")

    # And in a moment there is one of what is written now
    expect(estimate(screens)).to_contain_text("25 written")
    expect(estimate(screens)).not_to_have_attribute("data-stale", "true")


def test_a_dialogue_is_submitted_without_an_estimate(screens: Screens, watch: Watch) -> None:
    watch.expected_statuses.add(503)
    # Given a service that cannot estimate just now
    error = {"error": "SERVICE_UNAVAILABLE", "message": "Busy.", "details": {}}

    def refuse(route: Route) -> None:
        route.fulfill(status=503, content_type="application/json", body=json.dumps(error))

    screens.page.route("**/api/v1/jobs/estimate", refuse)
    screens.open()
    screens.write(SCRIPT)
    expect(estimate(screens)).to_have_text("The price cannot be estimated right now. You can still submit.")

    # When
    screens.submit.click()

    # Then
    screens.wait_for_job()


def test_a_used_up_quota_is_told_with_the_local_time_at_which_it_starts_again(
    screens: Screens, watch: Watch, user: str, operator: ApiClient
) -> None:
    watch.expected_statuses.add(429)
    page = screens.page
    # Given a user who may bill 10 characters a day
    limits = operator.put(f"/admin/users/{user}/limits", json={"characters_per_day": 10})
    assert limits.status_code == 200, limits.text

    # When they submit more
    screens.open()
    screens.write(SCRIPT)
    screens.submit.click()

    # Then they are told which quota it is, how much of it is used, and when it starts again: UTC's midnight
    notice = page.get_by_role("alert").filter(has_text="more than you have left today")
    expect(notice).to_contain_text("0 of 10 characters are used or reserved.")
    expect(notice).to_contain_text("08:00")
    expect(screens.script).to_have_value(SCRIPT)

    # And the usage is a click away
    notice.get_by_role("link", name="See your usage").click()
    expect(page.get_by_role("meter", name="Today")).to_have_attribute("aria-valuetext", "0 of 10 characters")


def test_stopped_submissions_are_told_with_their_reason(
    screens: Screens, watch: Watch, client: ApiClient, operator: ApiClient
) -> None:
    watch.expected_statuses.add(503)
    job_id = client.complete(dialogue(*_SPOKEN))["id"]
    # Given submissions that an operator has stopped
    opened = operator.put("/admin/breaker", json={"state": "open", "reason": "Back in an hour."})
    assert opened.status_code == 200, opened.text
    try:
        # When a job is submitted, a new one or an old one again
        screens.open()
        screens.write(SCRIPT)
        screens.submit.click()
        refused = screens.page.get_by_role("alert").filter(has_text="New jobs are not accepted at the moment.")
        expect(refused).to_contain_text("Reason: Back in an hour.")

        screens.open(f"/jobs/{job_id}")
        screens.page.get_by_role("button", name="Submit again unchanged").click()

        # Then
        expect(refused).to_contain_text("Reason: Back in an hour.")
    finally:
        assert operator.put("/admin/breaker", json={"state": "closed"}).status_code == 200
