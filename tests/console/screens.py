"""The console as its users meet it: each screen by roles and accessible names, in English."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Download, Locator, Page

SCRIPT = "A: 你好，今天天氣真好！\nB: 是啊，要不要一起去公園走走？"
"""The quickstart's dialogue, as somebody would paste it."""

_PATIENCE_SECONDS = 15

Status = Literal["Waiting", "At work", "Finished", "Failed", "Cancelled"]


class Screens:
    """Everything that a test does on its way.

    Attributes:
        page: the browser's tab.
        url: where the console is, without a slash at the end.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, route: str = "/") -> None:
        """Load a screen anew, by its route in the hash."""
        self.page.goto(f"{self.url}/?lang=en#{route}")

    @property
    def script(self) -> Locator:
        """What is written into."""
        return self.page.get_by_role("textbox", name="Script")

    @property
    def submit(self) -> Locator:
        """The button that makes a job."""
        return self.page.get_by_role("button", name="Make audio")

    def write(self, script: str) -> None:
        """Put a script in place of what is there, and wait until the service has read it."""
        self.script.fill(script)
        expect(self.submit).not_to_have_attribute("aria-disabled", "true")

    def make_audio(self, script: str = SCRIPT) -> str:
        """Submit a script; gives the job's id, at whose screen the page is then."""
        self.open()
        self.write(script)
        self.submit.click()
        return self.wait_for_job()

    def wait_for_job(self) -> str:
        """Wait for the screen of a job; gives its id."""
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
        """A turn of the job on the screen, from 0: what is pressed to hear it."""
        return self.page.get_by_role("list", name="Turns").get_by_role("button").nth(position)

    @property
    def heard_ms(self) -> float:
        """How far the audio has been heard."""
        return float(self.page.evaluate("document.querySelector('audio').currentTime * 1000"))

    def hear_beyond(self, position_ms: float) -> None:
        """Listen until the audio has come further than that."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.heard_ms <= position_ms:  # in the page, the policy would forbid to evaluate what to wait for
            assert time.monotonic() < deadline, f"the audio stands at {self.heard_ms} ms"
            self.page.wait_for_timeout(50)

    def fact(self, name: str) -> str:
        """What the facts about the job say under a name."""
        row = self.page.get_by_role("region", name="Facts").locator("dt").filter(has_text=name)
        return row.locator("xpath=following-sibling::dd[1]").inner_text()

    def download(self, button: str) -> Download:
        """Press a button that saves a file."""
        with self.page.expect_download() as saved:
            self.page.get_by_role("button", name=button).click()
        return saved.value

    @property
    def jobs(self) -> Locator:
        """The history's lines."""
        return self.page.get_by_role("list", name="Jobs").get_by_role("listitem")

    def be(self, user: str) -> None:
        """Be somebody else, by the settings."""
        self.page.get_by_role("button", name="Settings").click()
        self.page.get_by_role("textbox", name="User").fill(user)
        self.page.get_by_role("button", name="Switch user").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
