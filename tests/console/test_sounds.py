"""Sounds in the console: uploaded, heard, refused, deleted, and put into a dialogue as music and as its cover."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.console.clips import write_picture, write_tone
from tests.console.screens import SCRIPT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient


def lines(page: Page) -> Locator:
    return page.get_by_role("list", name="Your sounds").get_by_role("listitem")


def unfold(page: Page, name: str) -> None:
    page.locator("summary").filter(has=page.get_by_text(name, exact=True)).click()


def test_sounds_are_uploaded_heard_and_deleted(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    page = screens.page

    # Given a page that says what may be uploaded
    screens.open("/sounds")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sounds")
    expect(page.get_by_text("At most 100 sounds. Audio up to 50 MB, 15 minutes")).to_be_visible()
    expect(page.get_by_text("No sounds yet")).to_be_visible()

    # When a clip and a picture are uploaded
    files = [write_tone(tmp_path / "Jingle.wav"), write_picture(tmp_path / "Cover.png")]
    page.get_by_label("Upload sounds").set_input_files(files)

    # Then they are checked, and all is told of them
    clip, cover = lines(page).filter(has_text="Jingle"), lines(page).filter(has_text="Cover")
    expect(clip.get_by_text("Ready")).to_be_visible()
    expect(clip).to_contain_text(re.compile(r"0:02 · −\d+(\.\d)? LUFS · mono · 96 KB"))
    expect(clip).to_contain_text("removed in 30 days")
    expect(cover.get_by_role("img", name="Cover")).to_be_visible()
    assert page.locator(".cover img").evaluate("image => image.complete && image.naturalWidth") == 300

    # And the clip is heard
    clip.get_by_role("button", name="Play Jingle").click()
    expect(clip.get_by_role("button", name="Stop Jingle")).to_be_visible()
    expect(clip.get_by_role("button", name="Play Jingle")).to_be_visible()

    # And deleted when that is confirmed
    clip.get_by_role("button", name="Delete Jingle").click()
    clip.get_by_role("button", name="Keep").click()
    clip.get_by_role("button", name="Delete Jingle").click()
    expect(clip.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(clip).to_have_count(0)
    assert [sound["name"] for sound in client.get("/sounds").json()["items"]] == ["Cover"]
