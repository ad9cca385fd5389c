"""Voices that are heard before they are paid for: in the cast, in the picker, on turns, in a delivery."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.test_keyboard import tab_to
from tests.e2e.api_client import ApiClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from playwright.sync_api import Locator

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch

SCRIPT = "Host: Welcome to the show, it is good to have you here.\nTom: Thank you for having me this morning."
JENNY = "en-US-JennyNeural"


@pytest.fixture
def operator(stack: LocalStack) -> Iterator[ApiClient]:
    with ApiClient(stack.url, user_id="operator") as client:
        yield client


def asked(screens: Screens, button: Locator) -> dict[str, Any]:
    """Press a button that asks for a preview, and return the answer."""
    with screens.page.expect_response("**/api/v1/previews") as response:
        button.click()
    assert response.value.status == 200, response.value.text()
    body: dict[str, Any] = response.value.json()
    return body


def test_a_speakers_first_line_is_heard_and_reused_by_the_job(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    screens.open()
    screens.write(SCRIPT)
    cast = page.get_by_role("region", name="Cast")

    # When the voice of a speaker is played
    play = cast.get_by_role("button", name=re.compile(r"^Play .+ as Host \(49 characters, counted\)$"))
    preview = asked(screens, play)

    # Then it is told what was counted
    assert preview["billed_characters"] > 0
    expect(cast.get_by_role("status")).to_have_text(
        re.compile(rf"^{preview['billed_characters']} characters were counted \(.*\)\.$")
    )
    assert client.get("/usage").json()["today"]["billed_characters"] == preview["billed_characters"]

    # And nothing when it is played again
    expect(play).to_be_visible()
    play.click()
    expect(cast.get_by_role("status")).to_have_text("Played from an earlier clip. Nothing was counted.")

    # And the job bills the rest only
    screens.page.reload()
    expect(page.locator("#estimate")).to_contain_text("1 of 2 clips reused")
    screens.submit.click()
    job = client.wait_for(screens.wait_for_job(), "completed")
    assert job["result_metadata"]["reused_segments"] == 1


def test_each_voice_is_heard_before_it_is_chosen_by_keyboard(screens: Screens) -> None:
    page = screens.page
    # Given the voices to choose one from
    screens.open()
    screens.write(SCRIPT)
    tab_to(page, page.get_by_role("button", name="Voice of Host"))
    page.keyboard.press("Enter")
    search = page.get_by_role("combobox", name="Search voices")
    expect(search).to_be_focused()
    expect(page.get_by_text("Play speaks a line of Host: 49 characters")).to_be_visible()

    # When two are played one after the other
    active = page.locator(".picker-option[data-active]")
    first = active.locator("b").inner_text()
    tab_to(page, page.locator(".picker-hear").get_by_role("button", name=re.compile(f"^Play {re.escape(first)} ")))
    with page.expect_response("**/api/v1/previews"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Stop {first}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    second = active.locator("b").inner_text()
    assert second != first
    with page.expect_response("**/api/v1/previews"):
        page.keyboard.press("Enter")

    # Then only the second is heard
    expect(page.get_by_role("button", name=f"Stop {first}", exact=True)).to_have_count(0)
    expect(page.get_by_role("dialog").locator(".hear-result")).to_contain_text("were counted")

    # And it is chosen from the search
    page.keyboard.press("Shift+Tab")
    search.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Voice of Host: {second}")).to_be_focused()


def test_a_turn_is_heard_as_it_will_be_spoken(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a turn in a style of its own
    screens.open()
    screens.write(SCRIPT)
    screens.choose_voice("Tom", JENNY)
    screens.draft_turn(1).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Style").select_option("cheerful")

    # When it is heard where the style is chosen
    styled = asked(screens, dialog.get_by_role("button", name=re.compile("^Play Jenny")))
    expect(dialog.locator(".hear-result")).to_contain_text("counted")
    dialog.get_by_role("button", name="Done").click()

    # Then it is the same that the button on the turn speaks, and that the job takes
    turn = page.get_by_role("region", name="Turns").get_by_role("listitem").nth(1)
    turn.get_by_role("button", name=re.compile("^Play turn 2, Tom")).click()
    told = page.get_by_role("region", name="Turns").locator(".hear-result")
    expect(told).to_have_text("Played from an earlier clip. Nothing was counted.")
    assert styled["billed_characters"] > 0
    screens.submit.click()
    assert client.wait_for(screens.wait_for_job(), "completed")["result_metadata"]["reused_segments"] == 1


def test_arrow_keys_lead_from_a_turn_to_its_button_and_on(screens: Screens) -> None:
    page = screens.page
    screens.open()
    screens.write(SCRIPT)
    expect(page.get_by_role("button", name=re.compile("^Play turn 1, Host"))).to_be_visible()
    tab_to(page, screens.draft_turn(0))

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")

    expect(page.get_by_role("button", name=re.compile("^Play turn 2, Tom"))).to_be_focused()


def test_it_is_told_why_a_voice_is_not_heard(screens: Screens, watch: Watch, user: str, operator: ApiClient) -> None:
    watch.expected_statuses.add(429)
    page = screens.page
    # Given a user who has 10 characters a day
    assert operator.put(f"/admin/users/{user}/limits", json={"characters_per_day": 10}).status_code == 200
    screens.open()
    screens.write(SCRIPT)

    # Then what is left is told beside the button
    expect(page.locator("#estimate")).to_contain_text("10 left today")

    # And when a voice is played, why it is not heard
    cast = page.get_by_role("region", name="Cast")
    cast.get_by_role("button", name=re.compile("^Play .+ as Tom")).click()
    expect(cast.locator(".hear-result[data-failed]")).not_to_be_empty()
    expect(cast.get_by_role("button", name=re.compile("^Play .+ as Tom"))).to_be_visible()
