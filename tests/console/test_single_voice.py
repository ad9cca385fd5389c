"""Texts in one voice in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient

TEXT = "Note: the gates open at nine.\n\nPlease bring your ticket: nobody gets in without one."


def test_a_text_is_read_in_one_voice(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a text with colons, for one voice
    screens.open()
    page.get_by_role("radio", name="One voice").check()
    screens.write(TEXT)

    # Then there is one voice to choose, of the text's language
    voice = page.get_by_role("button", name="Voice of Narrator")
    expect(voice).to_have_count(1)
    expect(page.get_by_role("combobox", name="Language of Narrator")).to_contain_text("English")
    expect(page.get_by_text("83 of 50,000 characters")).to_be_visible()
    expect(page.locator("#estimate")).to_contain_text("of audio for")

    # When it is submitted
    screens.submit.click()
    job = client.wait_for(screens.wait_for_job(), "completed")

    # Then it is a job of one voice, with the words as they were written
    assert job["input_params"]["text"] == TEXT
    assert job["input_params"]["language"] == "en-GB"

    # And is edited as such
    screens.page.reload()
    page.get_by_role("button", name="Edit and submit again").click()
    expect(page.get_by_role("radio", name="One voice")).to_be_checked()
    expect(screens.script).to_have_value(TEXT)


def test_a_script_with_problems_is_read_in_one_voice_by_a_click(screens: Screens, watch: Watch) -> None:
    watch.expected_statuses.add(400)
    screens.open()
    screens.script.fill("nobody says this\nEve:\n")

    screens.page.get_by_role("button", name="Read it all in one voice").click()

    expect(screens.page.get_by_role("button", name="Voice of Narrator")).to_be_visible()
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
