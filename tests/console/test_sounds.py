"""Sounds in the console: uploaded, heard, refused, broken off, deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from castline.usecases import keep_sounds
from tests.console.clips import CHECKED_WITHIN_MS, broken_file, unknown_file, write_picture, write_tone

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from playwright.sync_api import Locator, Page, Route

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient


def lines(page: Page) -> Locator:
    return page.get_by_role("list", name="Your sounds").get_by_role("listitem")


def names(client: ApiClient) -> list[str]:
    return [sound["name"] for sound in client.get("/sounds").json()["items"]]


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
    expect(clip.get_by_text("Ready")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    expect(clip).to_contain_text(re.compile(r"0:02 · −\d+(\.\d)?\sLUFS · mono · 96 KB"))
    expect(clip).to_contain_text("removed in 30 days")
    expect(cover.get_by_role("img", name="Cover")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    assert page.locator(".cover img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 300

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
    assert names(client) == ["Cover"]


def test_files_that_will_not_do_are_refused(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    page = screens.page
    empty = tmp_path / "Nothing.mp3"
    empty.write_bytes(b"")
    screens.open("/sounds")

    # When they are uploaded, then some are not even sent
    page.get_by_label("Upload sounds").set_input_files([unknown_file(tmp_path), empty, broken_file(tmp_path)])
    uploads = page.get_by_role("list", name="Uploads")
    expect(uploads).to_contain_text("notes is neither audio nor a JPEG or PNG.")
    expect(uploads).to_contain_text("Nothing is an empty file.")
    page.get_by_role("button", name="Dismiss: notes").click()
    expect(uploads.get_by_role("alert")).to_have_count(1)

    # And of another the service says what is wrong
    expect(lines(page)).to_contain_text("This is not an audio file that can be read.", timeout=CHECKED_WITHIN_MS)
    expect(lines(page).get_by_text("Cannot be used")).to_be_visible()
    assert names(client) == ["Archive"]


def test_an_upload_is_broken_off(screens: Screens, client: ApiClient, tmp_path: Path) -> None:
    page = screens.page
    held: list[Route] = []
    page.route("**/sounds/**/upload?*", lambda route: held.append(route))  # noqa: PLW0108 (needs a function)
    screens.open("/sounds")

    # Given an upload that goes on while another screen is looked at
    page.get_by_label("Upload sounds").set_input_files(write_tone(tmp_path / "Jingle.wav"))
    expect(page.get_by_role("progressbar", name="Upload of Jingle")).to_be_visible()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="Sounds").click()
    expect(page.get_by_role("list", name="Uploads")).to_contain_text("Jingle uploading")
    while not held:
        page.wait_for_timeout(50)
    assert names(client) == ["Jingle"]
    expect(lines(page)).to_have_count(0)

    # When it is cancelled
    page.get_by_role("button", name="Cancel the upload of Jingle").click()

    # Then nothing is left of it
    expect(page.get_by_role("list", name="Uploads")).to_have_count(0)
    expect(page.get_by_text("No sounds yet")).to_be_visible()
    assert names(client) == []
    assert len(held) == 1


def test_nobody_has_more_sounds_than_the_limit(
    screens: Screens, client: ApiClient, watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.expected_statuses.add(429)
    # Given a user who has as many sounds as the service keeps, here one
    monkeypatch.setattr(keep_sounds, "MAX_SOUNDS", 1)
    request = {"name": "Kept", "size_bytes": 1, "content_type": "audio/mpeg"}
    assert client.post("/sounds", json=request).status_code == 201
    screens.open("/sounds")
    expect(screens.page.get_by_text("1 of 100")).to_be_visible()

    # When another one is uploaded
    screens.page.get_by_label("Upload sounds").set_input_files(write_tone(tmp_path / "Jingle.wav", seconds=0.2))

    # Then it is told why it is not kept
    expect(screens.page.get_by_role("list", name="Uploads").get_by_role("alert")).to_contain_text(
        "You have reached the limit of sounds."
    )
