"""Operators' screen in the console: nobody else's, usage, limits, the breaker, jobs."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch

OPERATOR = "operator"


@pytest.fixture
def other(stack: LocalStack) -> Iterator[ApiClient]:
    """Yield an API client of a user who is no operator."""
    with ApiClient(stack.url, user_id=f"ada-{uuid.uuid4()}") as client:
        yield client


def open_as_operator(screens: Screens, route: str) -> None:
    """Load one of the operators' screens as one of them."""
    screens.open()
    screens.be(OPERATOR)
    screens.open(route)
    expect(screens.page.get_by_role("heading", name="Operators")).to_be_visible()


def user_of(client: ApiClient) -> str:
    return client.headers["X-User-Id"]


def test_there_is_nothing_for_those_who_are_no_operators(screens: Screens) -> None:
    navigation = screens.page.get_by_role("navigation", name="Main")
    screens.open("/operators")
    expect(screens.page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(navigation.get_by_role("link", name="Webhooks")).to_be_visible()
    expect(navigation.get_by_role("link", name="Operators")).to_have_count(0)

    screens.be(OPERATOR)

    navigation.get_by_role("link", name="Operators").click()
    expect(screens.page.get_by_role("heading", name="Operators")).to_be_visible()


def test_everybodys_usage_is_shown_and_saved_as_csv(screens: Screens, other: ApiClient) -> None:
    page = screens.page
    # Given a user who has billed something
    billed = other.complete(dialogue("今天天氣真好。"))["result_metadata"]["billed_characters"]

    # When
    open_as_operator(screens, "/operators")

    # Then their days can be unfolded
    line = page.get_by_role("list", name="By user and day").get_by_role("listitem").filter(has_text=user_of(other))
    line.locator("summary").click()
    row = line.get_by_role("table", name=f"Days of {user_of(other)}").get_by_role("row").nth(1)
    expect(row.get_by_role("cell").nth(0)).to_have_text(str(billed))

    # And they are in the file
    saved = screens.download("Download CSV")
    assert saved.suggested_filename.startswith("castline-usage-")
    lines = Path(saved.path()).read_text("utf-8").splitlines()
    assert lines[0] == "user_id,day,billed_characters,jobs,audio_seconds,cost,currency"
    assert [line.split(",")[2] for line in lines if line.startswith(user_of(other))] == [str(billed)]


def limit(form: Locator, name: str) -> Locator:
    return form.get_by_role("combobox", name=name)


def test_the_limits_of_a_user_are_set_and_given_back(screens: Screens, other: ApiClient) -> None:
    page = screens.page
    user = user_of(other)
    open_as_operator(screens, "/operators/limits")
    page.get_by_role("textbox", name="User id").fill(user)
    page.get_by_role("button", name="Show").click()
    form = page.get_by_role("form", name=f"Limits of {user}")

    # When a number is none, then nothing is set
    limit(form, "Characters a day").select_option("set")
    number = form.get_by_role("textbox", name="Characters a day: number")
    number.fill("many")
    form.get_by_role("button", name="Save").click()
    expect(number).to_have_attribute("aria-invalid", "true")

    # And when it is one, then it holds
    number.fill("5,000")
    limit(form, "Characters a month").select_option("none")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    limits = other.get("/usage").json()["limits"]
    assert (limits["characters_per_day"], limits["characters_per_month"]) == (5000, None)

    # And when it is loaded anew, then it is told who has set it, and can be given back
    page.reload()
    expect(form.get_by_role("textbox", name="Characters a day: number")).to_have_value("5000")
    expect(form.get_by_text(f"Changed by {OPERATOR}")).to_be_visible()
    for name in ("Characters a day", "Characters a month"):
        limit(form, name).select_option("default")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()
    assert other.get("/usage").json()["limits"]["characters_per_day"] not in {5000, None}


def test_the_ceiling_of_the_deployment_is_set(screens: Screens, stack: LocalStack) -> None:
    page = screens.page
    open_as_operator(screens, "/operators/limits")
    form = page.get_by_role("form", name="Limit of the deployment")
    limit(form, "Characters a day").select_option("set")
    form.get_by_role("textbox", name="Characters a day: number").fill("1234567")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Saved", exact=True)).to_be_visible()

    page.get_by_role("navigation", name="Parts").get_by_role("link", name="Usage").click()

    meter = page.get_by_role("meter", name="All users, today")
    expect(meter).to_have_attribute("aria-valuemax", "1234567")
    with ApiClient(stack.url, user_id=OPERATOR) as operator:
        assert operator.put("/admin/limits", json={}).status_code == 200


def test_submissions_are_stopped_and_accepted_again(screens: Screens, other: ApiClient) -> None:
    page = screens.page
    open_as_operator(screens, "/operators/limits")
    submissions = page.get_by_role("region", name="Submissions")

    # When it is not confirmed, then nothing happens, and the button has the focus again
    submissions.get_by_role("button", name="Stop submissions").click()
    expect(submissions.get_by_role("textbox", name="Reason")).to_be_focused()
    submissions.get_by_role("button", name="Cancel").click()
    expect(submissions.get_by_role("button", name="Stop submissions")).to_be_focused()
    expect(submissions.get_by_role("status")).to_have_text("New jobs are accepted.")

    # When it is, then jobs are refused, with the reason
    submissions.get_by_role("button", name="Stop submissions").click()
    submissions.get_by_role("textbox", name="Reason").fill("A stolen token.")
    submissions.get_by_role("button", name="Stop", exact=True).click()
    expect(submissions.get_by_role("status")).to_contain_text("New jobs are refused. A stolen token.")
    refused = other.post("/jobs", json=dialogue())
    assert (refused.status_code, refused.json()["error"]) == (503, "SUBMISSIONS_STOPPED")

    # And it is told on the other parts, too, until they are accepted again
    page.get_by_role("navigation", name="Parts").get_by_role("link", name="Usage").click()
    expect(page.get_by_role("alert").filter(has_text="New jobs are refused.")).to_be_visible()
    page.get_by_role("alert").get_by_role("link", name="Submissions").click()
    submissions.get_by_role("button", name="Accept submissions again").click()
    submissions.get_by_role("button", name="Accept", exact=True).click()
    expect(submissions.get_by_role("status")).to_have_text("New jobs are accepted.")
    other.complete(dialogue())


def test_jobs_are_found_and_failed(screens: Screens, other: ApiClient, stack: LocalStack) -> None:
    page = screens.page
    # Given a job that does not go on, and one that has ended
    completed = other.complete(dialogue())["id"]
    with stack.cloud.lambdas.pause("plan"):
        waiting = other.submit(dialogue("還沒有開始。"))
        open_as_operator(screens, f"/operators/jobs?user={user_of(other)}")
        jobs = page.get_by_role("list", name="Jobs").get_by_role("listitem")
        expect(jobs).to_have_count(2)

        # When it is looked for and failed
        page.get_by_role("combobox", name="Status").select_option("pending")
        expect(jobs).to_have_count(1)
        expect(jobs).to_contain_text(waiting)
        page.get_by_role("button", name=f"Fail job {waiting}").click()
        jobs.get_by_role("textbox", name="Reason").fill("It hangs.")
        jobs.get_by_role("button", name="Fail", exact=True).click()
        expect(page.get_by_text("No matching jobs")).to_be_visible()

    # Then it has failed, and there is no text of it
    assert other.wait_for(waiting, "failed")["error_code"] == "STOPPED_BY_OPERATOR"
    page.get_by_role("combobox", name="Status").select_option("failed")
    expect(jobs.filter(has_text=waiting)).to_contain_text("STOPPED_BY_OPERATOR")
    expect(page.get_by_text("還沒有開始。")).to_have_count(0)

    # And what has ended cannot be failed
    page.get_by_role("combobox", name="Status").select_option("completed")
    expect(jobs.filter(has_text=completed)).to_be_visible()
    expect(page.get_by_role("button", name=f"Fail job {completed}")).to_have_count(0)


def test_a_job_that_has_ended_in_the_meantime_is_told(
    screens: Screens, other: ApiClient, stack: LocalStack, watch: Watch
) -> None:
    watch.expected_statuses.add(409)
    page = screens.page
    # Given a job that ends after it was listed
    with stack.cloud.lambdas.pause("plan"):
        job_id = other.submit(dialogue())
        open_as_operator(screens, f"/operators/jobs?user={user_of(other)}")
        page.get_by_role("button", name=f"Fail job {job_id}").click()
    other.wait_for(job_id, "completed")

    # When
    page.get_by_role("button", name="Fail", exact=True).click()

    # Then
    expect(page.get_by_role("list", name="Jobs").get_by_role("alert")).to_contain_text("has already ended")


def test_the_whole_navigation_fits_at_every_width(screens: Screens) -> None:
    page = screens.page
    open_as_operator(screens, "/operators")
    faults: list[str] = []
    for width in (320, 390, 640, 768, 820, 1024, 1100, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        sticks_out = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{sticks_out} pixels stick out of {width}"] if sticks_out > 0 else []

    assert faults == []
