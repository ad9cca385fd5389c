"""A long job in the console while it is made: heard as its turns come, its time left told, and stopped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient

TURNS = 60
"""So many turns take half a minute: nothing of the test is that slow, and it stops the job before they are spoken."""


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    """Return a stack whose speech takes its time."""
    speech = AzureSpeechEmulator(voice_engine="tone", latency_ms=2_000)
    return own_stack(speech=speech, synthesize_concurrency=2, speech_concurrency=2)


def test_a_long_job_is_heard_as_its_turns_come_and_is_stopped(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a long job that is being made
    job_id = client.submit(dialogue(*(f"第{number}句，我們一起去看海吧。" for number in range(TURNS))))
    screens.open(f"/jobs/{job_id}")
    screens.expect_status("Processing")

    # When its first turn is heard
    page.get_by_role("button", name="Play", exact=True).click()
    screens.hear_beyond(100)
    expect(screens.turn(0)).to_have_attribute("aria-current", "true")

    # Then its last is still to come, and the next comes
    to_come = page.get_by_role("list", name="Turns").locator("button[aria-disabled=true]")
    expect(screens.turn(TURNS - 1)).to_have_attribute("aria-disabled", "true")
    expect(screens.turn(TURNS - to_come.count())).not_to_have_attribute("aria-disabled", "true")

    # And it is told how much is left
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ clips spoken · About .+ left$"))).to_be_visible()

    # When it is stopped, which is asked for twice
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    page.get_by_role("button", name="Keep going").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop", exact=True).click()

    # Then it has ended, and says what was billed
    screens.expect_status("Cancelled")
    expect(page.get_by_text("This job was stopped.")).to_be_visible()
    assert client.job(job_id)["billed_characters"] > 0
    expect(page.get_by_role("region", name="Details").get_by_text("Characters billed")).to_be_visible()
    expect(page.get_by_role("button", name="Submit again unchanged")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Delete: "))).to_be_visible()
