"""Language and theme: the browser's, until the user chooses another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Return the options of a browser from Taiwan."""
    return {"viewport": {"width": 1280, "height": 800}, "locale": "zh-TW"}


def test_the_browsers_language_is_spoken_until_another_is_chosen(screens: Screens) -> None:
    page = screens.page

    page.goto(f"{screens.url}/")
    heading = page.get_by_role("heading", level=1)
    chinese = heading.inner_text()
    assert page.locator("html").get_attribute("lang") == "zh-TW"

    page.get_by_role("button", name="English").click()
    expect(heading).to_have_text("New dialogue")
    assert chinese != "New dialogue"
    assert page.locator("html").get_attribute("lang") == "en"

    page.reload()
    expect(heading).to_have_text("New dialogue")

    # And the address may name the language
    page.goto(f"{screens.url}/?lang=zh-TW")
    expect(heading).to_have_text(chinese)


def test_the_service_answers_in_the_pages_language(screens: Screens, client: ApiClient) -> None:
    job_id = client.submit(dialogue(voices=("zh-TW-HsiaoYuNeural", "zh-TW-NobodyNeural")))
    client.wait_for(job_id, "failed")

    for language, answered, shown in (
        ("zh-TW", "請換一個聲音", "請換一個聲音"),
        ("en", "Please choose another", "Choose another voice"),
    ):
        answer = client.get(f"/jobs/{job_id}", headers={"Accept-Language": language})
        assert answered in answer.json()["error_message"]
        screens.page.goto(f"{screens.url}/?lang={language}#/jobs/{job_id}")
        expect(screens.page.get_by_role("main")).to_contain_text(shown)


def test_a_theme_is_chosen_and_remembered(screens: Screens) -> None:
    page = screens.page

    def background() -> str:
        colour: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return colour

    screens.open()
    expect(screens.script).to_be_visible()
    light = background()
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="Dark").click()
    dark = background()
    page.reload()
    expect(screens.script).to_be_visible()

    assert light != dark == background()
