"""Drafts in the console: kept apart, listed, brought back; and a failure that is mended at its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.screens import Screens
from tests.console.test_keyboard import tab_to
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator

    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient


def drafts(screens: Screens) -> Locator:
    """Open the list of drafts, and return its items."""
    screens.page.get_by_role("button", name=re.compile(r"^Drafts")).click()
    dialog = screens.page.get_by_role("dialog", name="Drafts")
    return dialog.get_by_role("list", name="Drafts").get_by_role("listitem")


def test_editing_a_job_leaves_the_draft_that_is_being_written(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    job = client.complete(dialogue("早安。", "你好。"))
    # Given a draft
    screens.open()
    screens.write("Ana: I am still writing this.")
    page.get_by_role("textbox", name="Title").fill("Episode 3")

    # When a job is edited
    screens.open(f"/jobs/{job['id']}")
    page.get_by_role("button", name="Edit and submit again").click()

    # Then it is a draft beside that one, which is two clicks away
    expect(screens.script).to_have_value("A: 早安。\nB: 你好。")
    items = drafts(screens)
    expect(items).to_have_count(2)
    expect(items.nth(0)).to_contain_text("Open now")
    items.filter(has_text="Episode 3").get_by_role("button").first.click()
    expect(screens.script).to_have_value("Ana: I am still writing this.")


def test_two_tabs_show_the_same_draft_which_survives_both(screens: Screens, context: BrowserContext) -> None:
    # Given a draft in two tabs
    screens.open()
    screens.write("Ana: One.")
    other = Screens(context.new_page(), screens.url)
    other.open()
    expect(other.script).to_have_value("Ana: One.")

    # When it is changed in one of them
    other.write("Ana: One. Two.")

    # Then the other one shows the change, and so does a tab that is opened when both are closed
    expect(screens.script).to_have_value("Ana: One. Two.")
    screens.page.close()
    other.page.close()
    third = Screens(context.new_page(), screens.url)
    third.open()
    expect(third.script).to_have_value("Ana: One. Two.")


def test_a_draft_is_deleted_and_brought_back_by_keyboard(screens: Screens) -> None:
    page = screens.page
    # Given two drafts
    screens.open()
    screens.write("Ana: First.")
    new = page.get_by_role("button", name="New draft")
    tab_to(page, new)
    page.keyboard.press("Enter")
    expect(screens.script).to_have_value("")
    screens.write("Ben: Second.")
    page.reload()
    expect(page.get_by_role("button", name="Drafts (2)")).to_be_visible()

    # When one of them is deleted
    tab_to(page, page.get_by_role("button", name="Drafts (2)"))
    page.keyboard.press("Enter")
    items = page.get_by_role("dialog", name="Drafts").get_by_role("listitem")
    expect(items).to_have_count(2)
    tab_to(page, page.get_by_role("button", name="Delete Ana: First."))
    page.keyboard.press("Enter")
    expect(items).to_have_count(1)

    # Then it can be brought back
    tab_to(page, page.get_by_role("button", name="Undo: delete Ana: First."))
    page.keyboard.press("Enter")
    expect(items).to_have_count(2)
    tab_to(page, items.filter(has_text="Ana: First.").get_by_role("button").first)
    page.keyboard.press("Enter")
    expect(screens.script).to_have_value("Ana: First.")


def test_a_failure_is_mended_at_its_line(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a job that has failed at one of several equal turns
    request = dialogue(*["早安。"] * 4, voices=("zh-TW-HsiaoYuNeural", "zh-TW-NobodyNeural"))
    failed = client.wait_for(client.submit(request), "failed")
    turn = failed["error_details"]["turn_index"]

    # When it is edited
    screens.open(f"/jobs/{failed['id']}")
    page.get_by_role("button", name="Edit and submit again").click()

    # Then its line is marked, chosen and told
    line = page.locator(f".editor-marks [data-line='{turn + 1}']")
    expect(line).to_have_attribute("data-broken", "true")
    expect(page.get_by_role("button", name=f"The last job failed at line {turn + 1}.")).to_be_visible()
    chosen = page.evaluate("script.value.slice(0, script.selectionStart).split('\\n').length")
    assert chosen == turn + 1
    expect(screens.script).to_be_focused()

    # And no more when it says something else
    lines = screens.script.input_value().split("\n")
    lines[turn] = "B: 你好嗎？"
    screens.write("\n".join(lines))
    expect(line).not_to_have_attribute("data-broken", "true")
    page.reload()
    expect(page.get_by_role("button", name="Make audio")).to_be_visible()
    expect(page.get_by_text("The last job failed")).to_have_count(0)


def test_a_file_is_opened_and_overwrites_nothing(screens: Screens, watch: Watch, tmp_path: Path) -> None:
    page = screens.page
    script = tmp_path / "episode.srt"
    script.write_text("1\n00:00:01,000 --> 00:00:02,000\nAna: Hello.\n", "utf-16")
    screens.open()

    # When a file is picked
    page.get_by_label("Open a file").set_input_files(script)

    # Then it is the script, whatever its encoding
    expect(screens.script).to_have_value(re.compile("Ana: Hello"))
    expect(page.get_by_text("Read as subtitles (SRT).")).to_be_visible()

    # And one that is dropped on another script is a draft of its own
    transfer = page.evaluate_handle(
        """() => {
             const data = new DataTransfer();
             data.items.add(new File(["Ben: Dropped."], "other.txt", {type: "text/plain"}));
             return data;
           }"""
    )
    page.dispatch_event(".editor", "drop", {"dataTransfer": transfer})
    expect(screens.script).to_have_value("Ben: Dropped.")
    expect(drafts(screens)).to_have_count(2)
    page.keyboard.press("Escape")

    # And what is no text is told
    picture = tmp_path / "picture.txt"
    picture.write_bytes(b"\x89PNG\0\0")
    page.get_by_label("Open a file").set_input_files(picture)
    expect(page.get_by_role("alert").filter(has_text="This is not a text file.")).to_be_visible()


def test_ctrl_enter_submits_and_the_draft_is_gone(screens: Screens) -> None:
    page = screens.page
    # Given a draft, which no key submits from within a dialog
    screens.open()
    screens.write("A: 早安。")
    page.get_by_role("button", name="Delivery of A").click()
    page.get_by_role("slider", name="Volume").press("Control+Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    # When the keys are pressed in the script
    screens.script.press("Control+Enter")

    # Then it is a job, and no draft any more
    screens.wait_for_job()
    page.get_by_role("link", name="Write").click()
    expect(screens.script).to_have_value("")
    expect(drafts(screens)).to_have_count(0)
