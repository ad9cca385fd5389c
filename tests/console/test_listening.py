"""Audio that is heard in the console while it is being made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient

TEXTS = ("今天天氣真好，我們一起去公園走走。", "好啊，順便買一些水果回來。", "那我們走吧，路上再慢慢聊。")


def test_a_job_is_heard_while_it_is_made_and_goes_on_as_the_finished_file(
    stack: LocalStack, screens: Screens, client: ApiClient
) -> None:
    page = screens.page
    asked: list[Request] = []

    def note(request: Request) -> None:
        asked.append(request)

    page.on("request", note)

    # Given a job that has been spoken, but is not one file yet
    with stack.cloud.lambdas.pause("assemble") as hold:
        job_id = client.submit(dialogue(*TEXTS))
        hold.wait_until_reached()
        screens.open(f"/jobs/{job_id}")
        screens.expect_status("Processing")
        expect(screens.turn(2)).to_have_attribute("aria-disabled", "true")
        assert not [request for request in asked if "/hls-" in request.url], "hls.js was loaded too early"

        # When it is played
        page.get_by_role("button", name="Play", exact=True).click()

        # Then it is heard from its beginning, and its turns can be gone to
        screens.hear_beyond(300)
        expect(screens.turn(0)).to_have_attribute("aria-current", "true")
        expect(screens.turn(2)).not_to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        screens.turn(1).click()
        expect(screens.turn(1)).to_have_attribute("aria-current", "true")
        at = screens.heard_ms
        screens.hear_beyond(at + 300)

    # And who it is told the API alone, never the storage
    page.remove_listener("request", note)
    parts = [request for request in asked if "/segments/" in request.url]
    assert parts
    for request in parts:
        assert {"authorization", "x-user-id"} & set(request.headers) == set()

    # When the file is finished, then the stream goes on until it is paused
    expect(screens.job_status).to_have_text("Finished", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("You can listen while")).to_have_count(0)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    job = client.job(job_id)
    source = page.locator("audio")
    expect(source).to_have_attribute("src", re.compile(r"^http.*\.mp3"))

    # And the finished file goes on where the stream was
    page.get_by_role("button", name="Play", exact=True).click()
    second = job["result_metadata"]["turn_timings"][1]
    screens.hear_beyond(second["start_ms"])


def test_parts_whose_addresses_have_expired_are_asked_for_by_new_ones(
    stack: LocalStack, screens: Screens, client: ApiClient, watch: Watch
) -> None:
    watch.expected_statuses.add(403)
    page = screens.page
    asked: list[str] = []

    def expire(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) in {2, 3}:
            route.fulfill(status=403)
        else:
            route.continue_()

    # Given a job that is being made, of which the second part is refused twice
    with stack.cloud.lambdas.pause("assemble") as hold:
        job_id = client.submit(dialogue(*TEXTS))
        hold.wait_until_reached()
        page.route("**/segments/**", expire)
        screens.open(f"/jobs/{job_id}")

        # When it is played
        page.get_by_role("button", name="Play", exact=True).click()

        # Then it is heard to its end all the same
        expect(screens.turn(2)).to_have_attribute("aria-current", "true", timeout=PATIENCE_MS)
        expect(page.get_by_role("alert").filter(has_text="cannot be played")).to_have_count(0)
        assert len(asked) > 3
