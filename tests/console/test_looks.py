"""Every screen in both languages and schemes, on desktop and phone: axe finds nothing grave, nothing overflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import load_both_languages, problems_of
from tests.console.clips import CHECKED_WITHIN_MS, broken_file, unknown_file, upload, write_picture, write_tone
from tests.console.screens import SCRIPT
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue
from tests.integration.webhooks.receiver import Receiver

if TYPE_CHECKING:
    from pathlib import Path

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch

LONG_TITLE = "Slow City Walks " * 12


@pytest.fixture
def problems() -> list[str]:
    """Return the list of what a test finds: it goes on, so that one run tells everything."""
    return []


def test_writing(screens: Screens, client: ApiClient, watch: Watch, problems: list[str], tmp_path: Path) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    jingle = upload(client, write_tone(tmp_path / f"{'片頭音樂' * 20}.wav", seconds=0.2))
    upload(client, write_picture(tmp_path / "Cover.png"))
    screens.open()
    expect(screens.script).to_be_visible()
    problems += problems_of(page, "compose, empty", "#script")

    screens.write(f"## Intro\n{SCRIPT} [pause 20s] [applause] (輕聲) 走吧。")
    screens.more_options()
    screens.unfold("Sound")
    page.get_by_role("combobox", name="Cover").select_option("Cover")
    screens.unfold("Music")
    page.get_by_role("combobox", name="Intro").select_option(jingle)
    page.get_by_role("button", name="Volume and fades: Intro").click()
    page.get_by_role("slider", name="Fade in").fill("1000")
    problems += problems_of(page, "volume and fades", "dialog")
    page.keyboard.press("Escape")
    screens.draft_turn(1).click()
    page.get_by_role("slider", name="Volume").fill("0.5")
    page.get_by_role("button", name="Another take").click()
    problems += problems_of(page, "delivery", "dialog")
    page.keyboard.press("Escape")
    problems += problems_of(page, "compose, with everything", ".cover img")
    page.get_by_role("button", name="Voice of A").click()
    problems += problems_of(page, "voices", "dialog [role=option]")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    problems += problems_of(page, "settings", "dialog")

    assert problems == []


def test_questions_about_a_script(
    screens: Screens, client: ApiClient, watch: Watch, problems: list[str], tmp_path: Path
) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    assert client.put("/shows/walks", json={"title": "城市慢走 " * 12}).status_code == 201
    upload(client, write_tone(tmp_path / "creak.wav", seconds=0.2))
    screens.open()
    screens.script.fill("nobody says this\nEve: Hello.\nEve:\n")
    problems += problems_of(page, "problems", "#script-problems button")

    screens.script.fill(
        f"{SCRIPT}\nMAYA: Good morning to all of you.\nMaya: Shall we begin?\nSFX: a door creaks\n" * 3
    )
    expect(page.locator(".cast-voice b")).to_have_count(4)
    problems += problems_of(page, "questions and cast", ".question")
    page.locator(".question button").last.click()
    expect(page.locator(".hear").first).to_be_visible()
    with page.expect_response("**/api/v1/previews"):
        page.locator(".cast .hear").first.click()
    expect(page.locator(".cast-foot .hear-result")).to_contain_text(".00")
    problems += problems_of(page, "answered, and heard", ".cast-foot .hear-result")
    page.get_by_role("button", name="All shows").click()
    problems += problems_of(page, "shows", "dialog li")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Drafts").click()
    problems += problems_of(page, "drafts", "dialog li")
    page.keyboard.press("Escape")
    page.locator(".shows-bar li .button").click()
    page.get_by_role("radio", name="One voice").check()
    expect(page.locator(".cast-voice b")).to_have_count(1)
    problems += problems_of(page, "one voice, with a show", ".shows-bar .button[aria-pressed=true]")

    assert problems == []


def test_jobs(stack: LocalStack, screens: Screens, client: ApiClient, watch: Watch, problems: list[str]) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    long = "今天天氣真好，我們一起去公園走走，好不好？" * 4
    titles: dict[str, Any] = {"title": LONG_TITLE, "author": "Lin" * 60, "album": "English"}
    completed = client.complete(dialogue(*[long] * 8, **titles))["id"]
    failed = client.submit(dialogue(voices=("zh-TW-HsiaoYuNeural", "zh-TW-NobodyNeural")))
    client.wait_for(failed, "failed")

    with stack.cloud.lambdas.pause("plan"):
        waiting = client.submit(dialogue())
        screens.open(f"/jobs/{waiting}")
        screens.expect_status("Waiting")
        problems += problems_of(page, "job, waiting", ".job-progress")

    screens.open(f"/jobs/{completed}")
    load_both_languages(page, ".job")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(screens.turn(0).locator("mark")).to_be_visible()
    problems += problems_of(page, "job, playing", ".job mark")
    page.get_by_role("button", name="Pause", exact=True).click()
    screens.unfold("Download as…")
    screens.unfold("Other music and cover")
    page.get_by_role("combobox", name="Format").select_option("wav")
    with page.expect_download():
        page.get_by_role("button", name="Make and download").click()
    problems += problems_of(page, "job, with another version", ".versions li")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Author").fill("\u200b")
    page.get_by_role("button", name="Save").click()
    problems += problems_of(page, "renaming, refused", "dialog [role=alert]")

    screens.open(f"/jobs/{failed}")
    screens.expect_status("Failed")
    problems += problems_of(page, "job, failed", ".job")
    screens.open("/jobs")
    expect(screens.jobs).to_have_count(4)
    page.locator(".job-line .button").last.click()
    problems += problems_of(page, "history, to be deleted", ".job-line fieldset")
    page.get_by_role("searchbox", name="Search titles").fill("elsewhere")
    expect(page.get_by_text("No jobs match")).to_be_visible()
    problems += problems_of(page, "history, nothing found")

    assert problems == []


def test_a_job_while_it_is_made_and_redone(
    stack: LocalStack, screens: Screens, client: ApiClient, problems: list[str]
) -> None:
    page = screens.page
    with stack.cloud.lambdas.pause("assemble") as hold:
        job_id = client.submit(dialogue("今天天氣真好。", "我們一起去公園走走。" * 12, title=LONG_TITLE))
        hold.wait_until_reached()
        screens.open(f"/jobs/{job_id}")
        load_both_languages(page, ".job")
        page.get_by_role("button", name="Play", exact=True).click()
        screens.hear_beyond(0)
        problems += problems_of(page, "job, heard while it is made", ".player-live")
        page.get_by_role("button", name="Stop").click()
        problems += problems_of(page, "job, to be stopped", ".job-progress fieldset")
    client.wait_for(job_id, "completed")

    screens.open("/jobs")
    screens.open(f"/jobs/{job_id}")
    screens.expect_status("Finished")
    load_both_languages(page, ".turn-more")
    page.get_by_role("button", name="Redo turn 2, B").click()
    problems += problems_of(page, "redo", ".retake-foot b")
    page.get_by_role("button", name="Make another take").click()
    problems += problems_of(page, "both takes", ".retake-takes")

    assert problems == []


def test_sounds_and_pronunciations(
    screens: Screens, client: ApiClient, watch: Watch, problems: list[str], tmp_path: Path
) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    name = "片頭音樂" * 20
    upload(client, write_tone(tmp_path / f"{name}.wav", seconds=0.2))
    upload(client, write_picture(tmp_path / "Cover.png"))
    screens.open("/sounds")
    page.get_by_label("Upload sounds").set_input_files(broken_file(tmp_path))
    expect(page.get_by_text("Cannot be used")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    page.get_by_label("Upload sounds").set_input_files(unknown_file(tmp_path))
    expect(page.get_by_role("list", name="Uploads").get_by_role("alert")).to_be_visible()
    load_both_languages(page, ".sound-list")
    page.get_by_role("button", name=f"Delete {name}").click()
    problems += problems_of(page, "sounds", ".sound-deleting")

    screens.open("/pronunciations")
    page.get_by_role("textbox", name="New set").fill("brands")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("textbox", name="Written").fill("AWS")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not saved. Please change")).to_be_visible()
    problems += problems_of(page, "pronunciation set, refused", "[aria-invalid=true]")
    screens.open("/pronunciations")
    expect(page.get_by_role("list", name="Pronunciation sets")).to_be_visible()
    problems += problems_of(page, "pronunciation sets", "main ul")

    assert problems == []


def test_usage_and_webhooks(screens: Screens, client: ApiClient, watch: Watch, problems: list[str]) -> None:
    watch.expected_statuses |= {400, 404}
    page = screens.page
    screens.open("/usage")
    expect(page.get_by_text("Nothing was billed in")).to_be_visible()
    problems += problems_of(page, "usage, none")
    screens.open("/webhooks")
    expect(page.get_by_text("No endpoints yet")).to_be_visible()
    problems += problems_of(page, "webhooks, none")
    screens.open("/webhooks/job")
    expect(page.get_by_role("button", name="Create the secret")).to_be_visible()
    problems += problems_of(page, "webhook of jobs, without a secret")

    with Receiver() as receiver:
        url = receiver.url(f"/503?{'tenant=slow-city-walks&' * 12}")
        webhook_id = client.post("/webhooks", json={"url": url, "description": "Build" * 40}).json()["id"]
        assert client.post(f"/webhooks/{webhook_id}/test").status_code == 202
        client.complete(dialogue())
        screens.open(f"/webhooks/{webhook_id}")
        delivery = page.get_by_role("list", name="Deliveries").get_by_role("group").filter(has_text="Test")
        expect(delivery).to_contain_text("HTTP 503")
        delivery.locator("summary").click()
        page.get_by_role("button", name="Delete").click()
        problems += problems_of(page, "webhook", "fieldset")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Replace the secret").click()
        page.get_by_role("button", name="Replace", exact=True).click()
        expect(page.get_by_role("dialog", name="The secret")).to_be_visible()
        problems += problems_of(page, "secret", "dialog")

    screens.open("/webhooks")
    expect(page.get_by_role("list", name="Endpoints")).to_be_visible()
    problems += problems_of(page, "webhooks", "main li")
    page.get_by_role("button", name="Add an endpoint").click()
    page.get_by_role("textbox", name="URL").fill("nowhere")
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    problems += problems_of(page, "endpoint, refused", "dialog [aria-invalid=true]")

    screens.open("/usage")
    expect(page.get_by_role("table", name="By day")).to_be_visible()
    problems += problems_of(page, "usage", "table")

    assert problems == []


def test_operators(stack: LocalStack, screens: Screens, client: ApiClient, user: str, problems: list[str]) -> None:
    page = screens.page
    client.complete(dialogue())
    screens.open()
    screens.be("operator")

    screens.open("/operators")
    page.get_by_role("list", name="By user and day").locator("summary").filter(has_text=user).click()
    problems += problems_of(page, "operators, usage", "details[open] table")

    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue("還沒有開始。"))
        screens.open(f"/operators/jobs?user={user}")
        page.get_by_role("button", name=f"Fail job {job_id}").click()
        problems += problems_of(page, "operators, jobs", "fieldset")
    screens.open("/operators/jobs?user=nobody")
    expect(page.get_by_text("No matching jobs")).to_be_visible()
    problems += problems_of(page, "operators, no jobs")

    screens.open(f"/operators/limits?user={user}")
    form = page.get_by_role("form", name=f"Limits of {user}")
    form.get_by_role("combobox", name="Characters a day").select_option("set")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Stop submissions").click()
    problems += problems_of(page, "operators, limits", "fieldset")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("New jobs are refused.")).to_be_visible()
    problems += problems_of(page, "operators, stopped")
    with ApiClient(stack.url, user_id="operator") as operator:
        assert operator.put("/admin/breaker", json={"state": "closed"}).status_code == 200

    assert problems == []
