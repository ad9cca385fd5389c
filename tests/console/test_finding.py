"""Jobs found again in the history: who plays whom, saved and deleted, with dates as one reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient


def test_a_row_says_who_plays_whom_and_its_job_is_saved_or_deleted(
    screens: Screens, client: ApiClient, watch: Watch
) -> None:
    page = screens.page
    # Given a job with a title and named voices, and another one
    request = dialogue("早安。", "你好。", title="Lesson 3")
    for assignment, name in zip(request["voice_assignments"], ("曉雨", "雲哲"), strict=True):
        assignment["voice_name"] = name
    kept = client.complete(request)
    gone = client.complete(dialogue("你好。", title="Gone"))

    # When they are looked for
    screens.open("/jobs")

    # Then a row tells who speaks with which voice
    expect(screens.jobs.get_by_role("link")).to_have_text(["Gone", "Lesson 3"])
    expect(screens.jobs.last).to_contain_text("A: 曉雨, B: 雲哲 · 2 turns")

    # And saves its file
    saved = screens.download("Download: Lesson 3")
    assert len(Path(saved.path()).read_bytes()) == kept["result_metadata"]["size_bytes"]
    assert saved.suggested_filename == "Lesson 3.mp3"

    # And when a job is deleted, which is asked for twice
    page.get_by_role("button", name="Delete: Gone").click()
    expect(page.get_by_role("group", name="Delete this job and its audio for good?")).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Delete: Gone")).to_be_focused()
    page.get_by_role("button", name="Delete: Gone").click()
    page.get_by_role("button", name="Delete", exact=True).click()

    # Then it is gone, here and in the service, and the reader is told so
    expect(page.get_by_text("Deleted: Gone")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(screens.jobs.get_by_role("link")).to_have_text(["Lesson 3"])
    assert client.list_ids() == [kept["id"]]
    watch.expected_statuses.add(404)
    screens.open(f"/jobs/{gone['id']}")
    expect(page.get_by_role("heading", name="There is no such job")).to_be_visible()


def test_a_job_is_deleted_on_its_page(screens: Screens, client: ApiClient) -> None:
    job = client.complete(dialogue("早安。", title="Gone"))
    screens.open(f"/jobs/{job['id']}")

    screens.page.get_by_role("button", name="Delete: Gone").click()
    screens.page.get_by_role("button", name="Delete", exact=True).click()

    expect(screens.page.get_by_role("heading", name="History")).to_be_visible()
    expect(screens.page.get_by_role("link", name="Write the first script")).to_be_visible()


def test_a_job_that_has_not_ended_has_nothing_to_save_or_delete(
    stack: LocalStack, screens: Screens, client: ApiClient
) -> None:
    with stack.cloud.lambdas.pause("plan"):
        client.submit(dialogue())
        screens.open("/jobs")
        expect(screens.jobs).to_have_count(1)
        expect(screens.jobs.get_by_role("button")).to_have_count(0)


class TestInAmerica:
    """The page in a browser of another region."""

    @pytest.fixture
    def context_options(self, context_options: dict[str, Any]) -> dict[str, Any]:
        return context_options | {"locale": "en-US"}

    def test_dates_are_written_as_the_browsers_region_does(self, screens: Screens, client: ApiClient) -> None:
        job = client.complete(dialogue())

        screens.open(f"/jobs/{job['id']}")

        written = re.compile(r"^Submitted [A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d\s[AP]M$")
        expect(screens.page.get_by_text(written)).to_be_visible()


class TestOnAPhone:
    """The page on a screen of 390 pixels."""

    @pytest.fixture
    def context_options(self, context_options: dict[str, Any]) -> dict[str, Any]:
        return context_options | {"viewport": {"width": 390, "height": 844}}

    def test_the_download_is_above_the_turns(self, screens: Screens, client: ApiClient) -> None:
        page = screens.page
        job = client.complete(dialogue())

        screens.open(f"/jobs/{job['id']}")

        download = page.get_by_role("button", name="Download audio")
        expect(download).to_have_count(1)
        expect(download).to_be_in_viewport()
        above = download.bounding_box()
        first = screens.turn(0).bounding_box()
        assert above is not None
        assert first is not None
        assert above["y"] + above["height"] <= first["y"]
        # And by the keyboard, too: it comes before them.
        assert download.evaluate(
            "(button, turn) => Boolean(button.compareDocumentPosition(turn) & Node.DOCUMENT_POSITION_FOLLOWING)",
            screens.turn(0).element_handle(),
        )
