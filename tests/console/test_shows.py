"""Shows in the console: kept from a draft, applied by one click, replaced and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient

EPISODE = "Host: Welcome to the show, it is good to have you here.\nTom: Thank you for having me this morning."


def dialog(screens: Screens) -> Locator:
    return screens.page.get_by_role("dialog", name="Shows")


def keep(screens: Screens, name: str) -> None:
    """Save what is written as a show, from the open dialog."""
    dialog(screens).get_by_role("textbox", name="Save as").fill(name)
    dialog(screens).get_by_role("textbox", name="Save as").press("Enter")
    expect(dialog(screens).get_by_text(f"{name} is saved.")).to_be_visible()
    dialog(screens).get_by_role("button", name="Close").click()


def test_the_next_episode_is_made_like_the_last_by_one_click(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a show that was saved from an episode
    screens.open()
    screens.write(EPISODE)
    screens.choose_voice("Host", "en-US-BrianNeural")
    screens.unfold("Sound")
    page.get_by_role("combobox", name="Format", exact=True).select_option("m4b")
    screens.more_options()
    page.get_by_role("slider", name="Gap between turns").fill("500")
    page.get_by_role("button", name="Save as a show").click()
    keep(screens, "城市慢走")
    assert client.get("/shows").json()["items"][0]["title"] == "城市慢走"

    # When it is used for another draft
    page.get_by_role("button", name="New draft").click()
    screens.write("Tom: And here we are again.\nHost: Good morning to everybody.")
    page.get_by_role("button", name="Use the show 城市慢走").click()

    # Then the episode has its voices, its format and its title
    expect(page.get_by_text("The settings of 城市慢走 are used.")).to_be_visible()
    expect(page.get_by_role("button", name="Voice of Host: Brian")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("城市慢走")
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()
    input_params = client.job(screens.wait_for_job())["input_params"]
    assert input_params["output_format"] == "m4b"
    assert input_params["gap_ms"] == 500
    voices = {each["speaker"]: each["voice_id"] for each in input_params["voice_assignments"]}
    assert voices["Host"] == "en-US-BrianNeural"


def test_what_a_show_has_changed_is_taken_back(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    show = {"title": "Walks", "cast": [{"speaker": "Host", "voice_id": "en-US-BrianNeural"}], "output_format": "wav"}
    assert client.put("/shows/walks", json=show).status_code == 201
    screens.open()
    screens.write(EPISODE)
    before = page.get_by_role("button", name="Voice of Host").inner_text()

    page.get_by_role("button", name="Use the show Walks").click()
    expect(page.get_by_role("button", name="Voice of Host: Brian")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("textbox", name="Title")).to_have_value("")
    assert page.get_by_role("button", name="Voice of Host").inner_text() == before
    expect(screens.script).to_have_value(EPISODE)


def test_a_show_is_replaced_and_deleted(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a show
    assert client.put("/shows/walks", json={"title": "Walks", "output_format": "wav"}).status_code == 201
    screens.open()
    screens.write(EPISODE)

    # When what is written is saved under its name
    page.get_by_role("button", name="All shows").click()
    dialog(screens).get_by_role("textbox", name="Save as").fill("Walks")
    dialog(screens).get_by_role("button", name="Replace").click()
    expect(dialog(screens).get_by_text("Walks is saved.")).to_be_visible()

    # Then it has what is written
    assert client.get("/shows/walks").json()["output_format"] == "mp3"

    # And is gone when it is deleted
    dialog(screens).get_by_role("button", name="Delete Walks").click()
    dialog(screens).get_by_role("group", name="Delete Walks?").get_by_role("button", name="Delete").click()
    expect(dialog(screens).get_by_role("listitem")).to_have_count(0)
    assert client.get("/shows").json()["total"] == 0
