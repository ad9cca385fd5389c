"""Turns of finished jobs in the console, redone: another take, slower, in a style; compared, and one of them kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.dialogues import HSIAO_YU, dialogue

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient

JENNY = "en-US-JennyNeural"
WORDS = ("Good morning, everybody.", "Good evening to you all.", "Good night, and sleep well.")


@pytest.fixture
def job(client: ApiClient) -> dict[str, Any]:
    """Return a finished dialogue of three turns."""
    return client.complete(dialogue(*WORDS, voices=(JENNY, "en-US-GuyNeural"), language="en-US"))


def redo(screens: Screens, position: int, speaker: str) -> Locator:
    """Open the dialog that redoes a turn, counted from 1."""
    screens.page.get_by_role("button", name=f"Redo turn {position}, {speaker}", exact=True).click()
    dialog = screens.page.get_by_role("dialog", name=f"Redo turn {position}, {speaker}")
    expect(dialog).to_be_visible()
    return dialog


def make(dialog: Locator, button: str) -> None:
    """Press the button, and wait until both takes can be heard."""
    dialog.get_by_role("button", name=button).click()
    expect(dialog.get_by_role("button", name="Play the old take")).to_be_visible()


def heard_ms(dialog: Locator, number: int) -> float:
    """Return the position of the first or the second take's audio."""
    return float(dialog.locator("audio").nth(number).evaluate("audio => audio.currentTime * 1000"))


def turns_of(job: dict[str, Any]) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = job["input_params"]["turns"]
    return turns


def test_another_take_is_made_heard_beside_the_old_one_and_kept(
    screens: Screens, client: ApiClient, job: dict[str, Any]
) -> None:
    page = screens.page
    screens.open(f"/jobs/{job['id']}")

    # When a turn is redone, then its price is told before anything is made
    dialog = redo(screens, 2, "B")
    expect(dialog).to_contain_text(WORDS[1])
    price = re.compile(r"Costs less than \$0\.01: \d+ characters are billed\. 2 of 3 clips reused\.")
    expect(dialog.get_by_role("button", name="Make another take")).to_have_accessible_description(price)
    make(dialog, "Make another take")

    # Then the turn is heard in both takes, from its own beginning to its end
    timing = job["result_metadata"]["turn_timings"][1]
    for number, take in enumerate(("old", "new")):
        dialog.get_by_role("button", name=f"Play the {take} take").click()
        expect(dialog.get_by_role("button", name=f"Stop: Play the {take} take")).to_be_visible()
        expect(dialog.get_by_role("button", name=f"Play the {take} take", exact=True)).to_be_visible()
        assert timing["start_ms"] < heard_ms(dialog, number) <= timing["end_ms"] + 500

    # And the new one is kept: a job in which only that turn is another take
    dialog.get_by_role("button", name="Keep the new take").click()
    page.wait_for_url(lambda url: job["id"] not in url)
    after = client.job(screens.wait_for_job())
    assert turns_of(after) == [turns_of(job)[0], {**turns_of(job)[1], "take": 1}, turns_of(job)[2]]
    assert after["result_metadata"]["reused_segments"] == 2
    assert client.job(job["id"])["status"] == "completed"


def test_a_take_that_is_not_kept_goes_and_the_next_is_another_one(
    screens: Screens, client: ApiClient, job: dict[str, Any]
) -> None:
    screens.open(f"/jobs/{job['id']}")
    dialog = redo(screens, 1, "A")
    make(dialog, "Make another take")

    # When the old take is kept
    dialog.get_by_role("button", name="Keep the old take").click()

    # Then the other job is gone
    expect(screens.page.get_by_role("dialog")).to_have_count(0)
    expect(screens.page.get_by_role("button", name="Redo turn 1, A", exact=True)).to_be_focused()
    assert client.list_ids() == [job["id"]]

    # And the next take is not that one again
    dialog = redo(screens, 1, "A")
    make(dialog, "Make another take")
    dialog.get_by_role("button", name="Try again").click()
    make(dialog, "Make another take")
    takes = [turns_of(client.job(job_id))[0].get("take") for job_id in client.list_ids()]
    assert takes == [3, 2, None]


def test_a_turn_is_slower_and_in_a_style(screens: Screens, client: ApiClient, job: dict[str, Any]) -> None:
    screens.open(f"/jobs/{job['id']}")
    dialog = redo(screens, 3, "A")

    dialog.get_by_role("radio", name="Slower").check()
    dialog.get_by_role("combobox", name="Style").select_option("cheerful")
    make(dialog, "Make the change")
    dialog.get_by_role("button", name="Keep the new take").click()
    screens.page.wait_for_url(lambda url: job["id"] not in url)

    after = client.job(screens.wait_for_job())
    assert turns_of(after)[2] == {**turns_of(job)[2], "speed": 0.85, "style": "cheerful"}
    before_ms, after_ms = (
        timing["end_ms"] - timing["start_ms"]
        for timing in (each["result_metadata"]["turn_timings"][2] for each in (job, after))
    )
    assert after_ms > before_ms


def test_a_single_text_is_redone(screens: Screens, client: ApiClient) -> None:
    request = {"provider": "azure", "text": "早安。", "voice_id": HSIAO_YU}
    submitted = client.post("/jobs/tts", json=request).json()
    job = client.wait_for(submitted["id"], "completed")
    screens.open(f"/jobs/{job['id']}")

    screens.page.get_by_role("button", name="Redo the text").click()
    dialog = screens.page.get_by_role("dialog", name="Redo the text")
    expect(dialog.get_by_role("combobox", name="Style")).to_be_disabled()
    make(dialog, "Make another take")
    dialog.get_by_role("button", name="Keep the new take").click()
    screens.page.wait_for_url(lambda url: job["id"] not in url)

    after = client.job(screens.wait_for_job())
    assert after["input_params"] == {**job["input_params"], "take": 1}


def test_it_is_done_by_keyboard(screens: Screens, job: dict[str, Any]) -> None:
    page = screens.page
    screens.open(f"/jobs/{job['id']}")
    expect(screens.turn(0)).to_be_visible()

    # From the second turn, Tab goes to what can be done with it
    screens.turn(0).focus()
    page.keyboard.press("ArrowDown")
    expect(screens.turn(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Redo turn 2, B", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Make another take")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Play the new take")).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Play the new take")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Redo turn 2, B", exact=True)).to_be_focused()
