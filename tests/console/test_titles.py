"""Titles in the console: given, taken over, changed and searched for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from castline.jobs import repository
from tests.console.screens import SCRIPT
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    import pytest
    from playwright.sync_api import Locator, Page

    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient


def field(within: Page | Locator, name: str) -> Locator:
    return within.get_by_role("textbox", name=name, exact=True)


def open_rename(page: Page) -> Locator:
    page.get_by_role("button", name="Rename").click()
    return page.get_by_role("dialog", name="Rename")


def test_a_title_leads_from_the_script_to_the_job_and_into_the_next_script(
    screens: Screens, client: ApiClient
) -> None:
    page = screens.page

    # Given a script with a title, an author and an album, which a reload does not lose
    screens.open()
    field(page, "Title").fill(" 第一課：餐廳 ")
    screens.more_options()
    field(page, "Author").fill("林老師")
    field(page, "Album").fill("Slow City Walks")
    page.reload()
    expect(field(page, "Title")).to_have_value(" 第一課：餐廳 ")

    # When it is submitted
    screens.write(SCRIPT)
    screens.submit.click()
    job_id = screens.wait_for_job()

    # Then the job has them, and is called so
    expect(page.get_by_role("heading", level=1)).to_have_text("第一課：餐廳")
    expect(page).to_have_title("第一課：餐廳 · Castline")
    assert (screens.fact("Author"), screens.fact("Album")) == ("林老師", "Slow City Walks")
    job = client.wait_for(job_id, "completed")
    assert [job[name] for name in ("title", "author", "album")] == ["第一課：餐廳", "林老師", "Slow City Walks"]

    # And the next draft has none, unless the job is edited
    screens.open()
    expect(field(page, "Title")).to_have_value("")
    screens.open(f"/jobs/{job_id}")
    page.get_by_role("button", name="Edit and submit again").click()
    expect(field(page, "Title")).to_have_value("第一課：餐廳")
    expect(page.get_by_role("group").filter(has_text="More options")).to_contain_text("林老師 · Slow City Walks")


def test_a_job_is_renamed(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    job_id = client.complete(dialogue("早安。", "你好。", author="Lin", album="English"))["id"]
    screens.open("/jobs")
    expect(screens.jobs.get_by_role("link")).to_have_text("早安。")
    screens.jobs.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("早安。")

    # When it is given a title, and its author is removed
    dialog = open_rename(page)
    expect(field(dialog, "Title")).to_be_focused()
    expect(field(dialog, "Album")).to_have_value("English")
    field(dialog, "Author").fill(" ")
    field(dialog, "Title").fill("Good morning")
    page.keyboard.press("Enter")

    # Then the screen, the history and the service have it so
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Good morning")
    expect(page.get_by_role("button", name="Rename")).to_be_focused()
    job = client.job(job_id)
    assert (job["title"], job.get("author"), job["album"]) == ("Good morning", None, "English")
    page.get_by_role("link", name="History").click()
    expect(screens.jobs.get_by_role("link")).to_have_text("Good morning")


def test_a_title_that_is_refused_is_mended_at_its_field(screens: Screens, client: ApiClient, watch: Watch) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    job_id = client.complete(dialogue())["id"]
    screens.open(f"/jobs/{job_id}")

    # When an author is only a character that nobody sees
    dialog = open_rename(page)
    field(dialog, "Title").fill("Walks")
    field(dialog, "Author").fill("\u200b")
    dialog.get_by_role("button", name="Save").click()

    # Then it is told at the field, and nothing is lost
    expect(dialog.get_by_role("alert")).to_have_text(re.compile("blank"))
    expect(field(dialog, "Author")).to_have_attribute("aria-invalid", "true")
    expect(field(dialog, "Author")).to_have_accessible_description(re.compile("blank"))
    expect(field(dialog, "Title")).not_to_have_attribute("aria-invalid", "true")

    # And once it is mended, all is saved
    field(dialog, "Author").fill("Lin")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert (client.job(job_id)["title"], client.job(job_id)["author"]) == ("Walks", "Lin")


def test_a_title_that_is_refused_is_named_where_it_is_submitted(screens: Screens, watch: Watch) -> None:
    watch.expected_statuses.add(400)
    screens.open()
    field(screens.page, "Title").fill("\u200b")
    screens.write(SCRIPT)

    screens.submit.click()

    expect(screens.page.get_by_role("alert").get_by_role("listitem")).to_have_text(re.compile("^Title: .*blank"))


def test_a_search_goes_on_where_it_has_not_looked(
    screens: Screens, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given more jobs than one request searches, of which the oldest is looked for
    monkeypatch.setattr(repository, "SEARCHED_JOBS", 2)
    for name in ("Tea", "Coffee", "Milk"):
        client.complete(dialogue("早安。", title=name))

    # When a search finds nothing among the newest
    screens.open("/jobs?q=tea")

    # Then it does not say that there is nothing, and goes on
    expect(screens.page.get_by_text("0 jobs found so far")).to_be_visible()
    expect(screens.page.get_by_text("No jobs match")).to_have_count(0)
    screens.page.get_by_role("button", name="Show older").click()
    expect(screens.jobs.get_by_role("link")).to_have_text(["Tea"])
    expect(screens.page.get_by_text("1 job found so far")).to_be_visible()


def test_the_history_is_searched(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    names = ("Lesson 1: Coffee", "Lesson 2: Tea", "第一課：茶 & 100%")
    jobs = [client.complete(dialogue("早安。", "你好。", title=name))["id"] for name in names]
    client.complete(dialogue())
    links = screens.jobs.get_by_role("link")
    box = page.get_by_role("searchbox", name="Search titles")

    # When somebody types, then the list is of what is found
    screens.open("/jobs")
    expect(screens.jobs).to_have_count(4)
    box.press_sequentially("lesson ")
    expect(links).to_have_text(["Lesson 2: Tea", "Lesson 1: Coffee"])
    expect(box).to_have_value("lesson ")
    box.press_sequentially("coff")
    expect(links).to_have_text(["Lesson 1: Coffee"])

    # And it stays so on reloading, after a visit to the job, and under a filter
    page.reload()
    expect(box).to_have_value("lesson coff")
    expect(links).to_have_text(["Lesson 1: Coffee"])
    links.click()
    expect(page).to_have_url(re.compile(jobs[0]))
    page.go_back()
    expect(links).to_have_text(["Lesson 1: Coffee"])
    statuses = page.get_by_role("navigation", name="Filter by status")
    statuses.get_by_role("link", name="Failed").click()
    expect(page.get_by_text("No jobs match “lesson coff”")).to_be_visible()

    # And any characters are searched for as they are
    statuses.get_by_role("link", name="All").click()
    box.fill("茶 & 100%")
    expect(links).to_have_text(["第一課：茶 & 100%"])

    # And the way back to everything is the button, the box or the navigation
    box.fill("nothing like it")
    page.get_by_role("link", name="Show all").click()
    expect(screens.jobs).to_have_count(4)
    expect(box).to_have_value("")
    box.fill("tea")
    expect(screens.jobs).to_have_count(1)
    box.fill("")
    expect(screens.jobs).to_have_count(4)
    box.fill("tea")
    expect(screens.jobs).to_have_count(1)
    page.get_by_role("link", name="History").click()
    expect(screens.jobs).to_have_count(4)
    expect(box).to_have_value("")
