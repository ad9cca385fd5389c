"""The whole flow by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.screens import SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.console.screens import Screens

MOST_TABS = 40


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, which can be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.and_(page.locator(":focus")).count() == 1:
            assert target.evaluate("element => element.matches(':focus-visible')")
            return
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {target}")


def test_a_dialogue_is_written_cast_submitted_and_heard(screens: Screens) -> None:
    page = screens.page
    screens.open()
    expect(screens.script).to_be_visible()

    # Past the navigation
    tab_to(page, page.get_by_role("link", name="Skip to content"))
    page.keyboard.press("Enter")

    # Written
    tab_to(page, screens.script)
    page.keyboard.insert_text(SCRIPT)

    # Cast
    voice = page.get_by_role("button", name="Voice of A")
    expect(voice).to_be_visible()
    tab_to(page, voice)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Search voices")).to_be_focused()
    page.keyboard.type("HsiaoChen")
    expect(page.get_by_role("listbox", name="Voices").get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Voice of A: 曉臻")).to_be_focused()

    # Submitted
    tab_to(page, screens.submit)
    page.keyboard.press("Enter")
    screens.wait_for_job()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    screens.expect_status("Finished")

    # Heard, from the second turn on
    tab_to(page, page.get_by_role("button", name="Play", exact=True))
    page.keyboard.press("Enter")
    screens.hear_beyond(0)
    tab_to(page, screens.turn(0))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(screens.turn(1)).to_have_attribute("aria-current", "true")


def test_a_dialog_keeps_the_focus_and_gives_it_back(screens: Screens) -> None:
    page = screens.page
    screens.open()
    settings = page.get_by_role("button", name="Settings")
    tab_to(page, settings)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()

    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")

    expect(dialog).to_have_count(0)
    expect(settings).to_be_focused()


def test_an_endpoint_is_added_and_deleted(screens: Screens) -> None:
    page = screens.page
    screens.open("/webhooks")
    add = page.get_by_role("button", name="Add an endpoint")
    expect(add).to_be_visible()

    # Added
    tab_to(page, add)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="URL")).to_be_focused()
    page.keyboard.type("http://127.0.0.1:9/hook")
    tab_to(page, page.get_by_role("checkbox", name="A job starts"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    done = page.get_by_role("button", name="Done")
    expect(done).to_be_visible()
    tab_to(page, done)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # Opened, and deleted after a question, whose answer has the focus
    tab_to(page, page.get_by_role("list", name="Endpoints").get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    delete = page.get_by_role("button", name="Delete", exact=True)
    expect(delete).to_be_visible()
    tab_to(page, delete)
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Delete this endpoint?").get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No endpoints yet")).to_be_visible()
