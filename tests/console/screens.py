"""Screens of the console, located by roles and accessible names, in English."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Download, Locator, Page

SCRIPT = "A: 你好，今天天氣真好！\nB: 是啊，要不要一起去公園走走？"
"""The quickstart's dialogue as a script."""


Status = Literal["Waiting", "Processing", "Finished", "Failed", "Cancelled"]


class Screens:
    """The steps of a test in the console.

    Attributes:
        page: the browser's tab.
        url: the console's URL, without a slash at the end.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, route: str = "/") -> None:
        """Load a screen anew, by its route in the hash."""
        self.page.goto(f"{self.url}/?lang=en#{route}")

    @property
    def script(self) -> Locator:
        """The field for the script."""
        return self.page.get_by_role("textbox", name="Script")

    @property
    def submit(self) -> Locator:
        """The button that submits a job."""
        return self.page.get_by_role("button", name="Make audio")

    def write(self, script: str) -> None:
        """Replace the script, and wait until the service has parsed it."""
        self.script.fill(script)
        expect(self.submit).not_to_have_attribute("aria-disabled", "true")

    def choose_voice(self, speaker: str, search: str) -> None:
        """Give a speaker the first voice that a search finds."""
        self.page.get_by_role("button", name=f"Voice of {speaker}").click()
        picker = self.page.get_by_role("dialog", name=f"Voice of {speaker}")
        picker.get_by_role("combobox", name="Language").select_option("")
        picker.get_by_role("combobox", name="Search voices").fill(search)
        picker.get_by_role("listbox", name="Voices").get_by_role("option").first.click()
        expect(picker).to_have_count(0)

    def draft_turn(self, position: int) -> Locator:
        """Return the button that opens the delivery of a turn of the script, counted from 0."""
        turns = self.page.get_by_role("region", name="Turns").get_by_role("listitem")
        return turns.nth(position).get_by_role("button").first

    def more_options(self) -> None:
        """Unfold what has good defaults."""
        self.page.get_by_role("group").filter(has_text="More options").locator("summary").click()

    def unfold(self, name: str) -> None:
        """Unfold a part of the screen by its name."""
        self.page.locator("summary").filter(has=self.page.get_by_text(name, exact=True)).click()

    def make_audio(self, script: str = SCRIPT) -> str:
        """Submit a script, wait for the screen of its job, and return the job's id."""
        self.open()
        self.write(script)
        self.submit.click()
        return self.wait_for_job()

    def wait_for_job(self) -> str:
        """Wait for the screen of a job, and return the job's id."""
        self.page.wait_for_url(re.compile(r"#/jobs/[0-9a-f-]{36}$"))
        expect(self.job_status).to_be_visible()
        return self.page.url.rpartition("/")[2]

    @property
    def job_status(self) -> Locator:
        """A job's status, in words."""
        return self.page.get_by_role("main").get_by_role("status").first

    def expect_status(self, status: Status) -> None:
        """Wait until the job on the screen has a status."""
        expect(self.job_status).to_have_text(status)

    def turn(self, position: int) -> Locator:
        """Return the button that plays a turn of the job on the screen, counted from 0."""
        turns = self.page.get_by_role("list", name="Turns").get_by_role("listitem")
        return turns.nth(position).get_by_role("button").first

    @property
    def heard_ms(self) -> float:
        """Return the playback position of the audio."""
        return float(self.page.evaluate("document.querySelector('audio').currentTime * 1000"))

    def hear_beyond(self, position_ms: float) -> None:
        """Play the audio until its position is beyond ``position_ms``."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.heard_ms <= position_ms:  # in the page, the policy would forbid to evaluate what to wait for
            assert time.monotonic() < deadline, f"the audio stands at {self.heard_ms} ms"
            self.page.wait_for_timeout(50)

    def fact(self, name: str) -> str:
        """Return a value from the job's details."""
        row = self.page.get_by_role("region", name="Details").locator(
            f'xpath=.//dt[normalize-space(text())="{name}"]'
        )
        return row.locator("xpath=following-sibling::dd[1]").inner_text()

    def download(self, button: str) -> Download:
        """Press a button that saves a file, and return the download."""
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name=button).click()
        return saved.value

    @property
    def jobs(self) -> Locator:
        """The history's lines."""
        return self.page.get_by_role("list", name="Jobs").get_by_role("listitem")

    def be(self, user: str) -> None:
        """Switch to another user in the settings."""
        self.page.get_by_role("button", name="Settings").click()
        self.page.get_by_role("textbox", name="User").fill(user)
        self.page.get_by_role("button", name="Switch user").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
