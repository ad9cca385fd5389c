"""Every screen in light and dark, on desktop and phone: axe finds nothing serious, and nothing overflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect

from tests.console.accessibility import grave_findings
from tests.console.clips import CHECKED_WITHIN_MS, broken_file, unknown_file, upload, write_picture, write_tone
from tests.console.screens import SCRIPT
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue
from tests.integration.webhooks.receiver import Receiver

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch

Scheme = Literal["light", "dark"]


@pytest.fixture(params=[1440, 390], ids=lambda width: f"{width}px")
def width(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Scheme:
    found: Scheme = request.param
    return found


@pytest.fixture
def context_options(width: int, scheme: Scheme) -> dict[str, Any]:
    return {
        "viewport": {"width": width, "height": 844 if width < 500 else 900},
        "color_scheme": scheme,
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }


def background_brightness(page: Page) -> float:
    """Return the brightness of the background, from 0 (black) to 255."""
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    brightness: float = page.evaluate(
        """(colour) => {
             const context = new OffscreenCanvas(1, 1).getContext("2d");
             context.fillStyle = colour;
             context.fillRect(0, 0, 1, 1);
             const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
             return (red + green + blue) / 3;
           }""",
        colour,
    )
    return brightness


def look(page: Page, where: str) -> list[str]:
    """Return the problems of the page as it is shown."""
    faults = [f"{where}: {finding}" for finding in grave_findings(page)]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*faults, f"{where}: {overflow} pixels stick out"] if overflow > 0 else faults


def test_every_screen(
    stack: LocalStack, screens: Screens, client: ApiClient, watch: Watch, scheme: Scheme, tmp_path: Path
) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    long = "今天天氣真好，我們一起去公園走走，好不好？" * 4
    titles: dict[str, Any] = {"title": "Slow City Walks " * 12, "author": "Lin" * 60, "album": "English"}
    completed = client.complete(dialogue(*[long] * 12, **titles))["id"]
    failed = client.submit(dialogue(voices=("zh-TW-HsiaoYuNeural", "zh-TW-NobodyNeural")))
    client.wait_for(failed, "failed")
    long_name = "片頭音樂" * 20
    jingle = upload(client, write_tone(tmp_path / f"{long_name}.wav"))
    upload(client, write_picture(tmp_path / "Cover.png"))
    faults: list[str] = []

    screens.open("/sounds")
    expect(page.get_by_role("img", name="Cover")).to_be_visible()
    page.get_by_label("Upload sounds").set_input_files(broken_file(tmp_path))
    expect(page.get_by_text("Cannot be used")).to_be_visible(timeout=CHECKED_WITHIN_MS)
    page.get_by_label("Upload sounds").set_input_files(unknown_file(tmp_path))
    expect(page.get_by_role("list", name="Uploads").get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name=f"Delete {long_name}").click()
    faults += look(page, "sounds")

    screens.open()
    expect(screens.script).to_be_visible()
    assert (background_brightness(page) < 80) == (scheme == "dark")
    faults += look(page, "compose, empty")
    screens.write(f"## Intro\n{SCRIPT} [pause 20s] [applause] (輕聲) 走吧。")
    screens.more_options()
    faults += look(page, "compose")
    screens.unfold("Sound")
    page.get_by_role("combobox", name="Cover").select_option("Cover")
    screens.unfold("Music")
    page.get_by_role("combobox", name="Intro").select_option(jingle)
    page.get_by_role("button", name="Volume and fades: Intro").click()
    page.get_by_role("slider", name="Fade in").fill("1000")
    faults += look(page, "volume and fades")
    page.keyboard.press("Escape")
    expect(page.get_by_role("img", name="Cover: Cover")).to_be_visible()
    faults += look(page, "compose, with music and a cover")
    screens.draft_turn(1).click()
    page.get_by_role("slider", name="Volume").fill("0.5")
    page.get_by_role("button", name="Another take").click()
    faults += look(page, "delivery")
    page.keyboard.press("Escape")
    faults += look(page, "compose, with a delivery")
    page.get_by_role("button", name="Voice of A").click()
    expect(page.get_by_role("listbox", name="Voices").get_by_role("option").first).to_be_visible()
    faults += look(page, "voices")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    faults += look(page, "settings")
    page.keyboard.press("Escape")

    with stack.cloud.lambdas.pause("plan"):
        screens.submit.click()
        screens.wait_for_job()
        screens.expect_status("Waiting")
        faults += look(page, "job, waiting")

    screens.open(f"/jobs/{completed}")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(screens.turn(0).locator("mark")).to_be_visible()
    faults += look(page, "job, playing")
    screens.unfold("Download as…")
    screens.unfold("Other music and cover")
    page.get_by_role("combobox", name="Format").select_option("wav")
    with page.expect_download():
        page.get_by_role("button", name="Make and download").click()
    faults += look(page, "job, with another version")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Author").fill("\u200b")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    faults += look(page, "renaming, refused")

    screens.open(f"/jobs/{failed}")
    screens.expect_status("Failed")
    faults += look(page, "job, failed")

    screens.open("/pronunciations")
    page.get_by_role("textbox", name="New set").fill("brands")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("textbox", name="Written").fill("AWS")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not saved. Please change")).to_be_visible()
    faults += look(page, "pronunciation set, refused")
    screens.open("/pronunciations")
    expect(page.get_by_role("list", name="Pronunciation sets")).to_be_visible()
    faults += look(page, "pronunciation sets")

    screens.open("/jobs")
    expect(screens.jobs).to_have_count(4)
    faults += look(page, "history")
    page.get_by_role("searchbox", name="Search titles").fill("elsewhere")
    expect(page.get_by_text("No jobs match")).to_be_visible()
    faults += look(page, "history, nothing found")

    assert faults == []


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_writing_in_both_languages(
    screens: Screens, client: ApiClient, watch: Watch, language: str, tmp_path: Path
) -> None:
    watch.expected_statuses.add(400)
    page = screens.page
    assert client.put("/shows/walks", json={"title": "城市慢走 " * 12}).status_code == 201
    upload(client, write_tone(tmp_path / "creak.wav"))
    faults: list[str] = []

    def open_from(selector: str, place: str) -> None:
        page.locator(selector).click()
        expect(page.locator("dialog")).to_be_visible()
        faults.extend(look(page, f"{language}, {place}"))
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)

    page.goto(f"{screens.url}/?lang={language}#/")
    script = page.locator("#script")
    script.fill("nobody says this\nEve: Hello.\nEve:\n")
    expect(page.locator("#script-problems button").first).to_be_visible()
    faults += look(page, f"{language}, problems")

    script.fill(f"{SCRIPT}\nMAYA: Good morning to all of you.\nMaya: Shall we begin?\nSFX: a door creaks\n" * 3)
    expect(page.locator(".cast-voice b")).to_have_count(4)
    faults += look(page, f"{language}, questions and cast")
    page.locator(".question button").last.click()
    expect(page.locator(".hear").first).to_be_visible()
    with page.expect_response("**/api/v1/previews"):
        page.locator(".cast .hear").first.click()
    expect(page.locator(".cast-foot .hear-result")).to_contain_text(".00")
    faults += look(page, f"{language}, answered, and heard")
    open_from(".cast-voice >> nth=0", "voices")
    open_from(".cast-tools .icon-button >> nth=1", "delivery")
    open_from(".shows-bar > .button", "shows")
    open_from(".drafts-bar .button >> nth=1", "drafts")
    page.locator(".shows-bar li .button").click()
    expect(page.locator(".shows-bar .button[aria-pressed=true]")).to_be_visible()
    page.locator(".editor .choice-option").last.click()
    expect(page.locator(".cast-voice b")).to_have_count(1)
    faults += look(page, f"{language}, one voice, with a show")

    assert faults == []


def test_usage_and_webhooks(screens: Screens, client: ApiClient, watch: Watch) -> None:
    watch.expected_statuses |= {400, 404}
    page = screens.page
    faults: list[str] = []

    screens.open("/usage")
    expect(page.get_by_text("Nothing was billed in")).to_be_visible()
    faults += look(page, "usage, none")
    screens.open("/webhooks")
    expect(page.get_by_text("No endpoints yet")).to_be_visible()
    faults += look(page, "webhooks, none")
    screens.open("/webhooks/job")
    expect(page.get_by_role("button", name="Create the secret")).to_be_visible()
    faults += look(page, "webhook of jobs, without a secret")

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
        faults += look(page, "webhook")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Replace the secret").click()
        page.get_by_role("button", name="Replace", exact=True).click()
        expect(page.get_by_role("dialog", name="The secret")).to_be_visible()
        faults += look(page, "secret")

    screens.open("/webhooks")
    expect(page.get_by_role("list", name="Endpoints")).to_be_visible()
    faults += look(page, "webhooks")
    page.get_by_role("button", name="Add an endpoint").click()
    page.get_by_role("textbox", name="URL").fill("nowhere")
    page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("textbox", name="URL")).to_have_attribute("aria-invalid", "true")
    faults += look(page, "endpoint, refused")

    screens.open("/usage")
    expect(page.get_by_role("table", name="By day")).to_be_visible()
    faults += look(page, "usage")

    assert faults == []


def test_operators(stack: LocalStack, screens: Screens, client: ApiClient, user: str) -> None:
    page = screens.page
    faults: list[str] = []
    client.complete(dialogue())
    client.wait_for(client.submit(dialogue(voices=("zh-TW-HsiaoYuNeural", "zh-TW-NobodyNeural"))), "failed")
    screens.open()
    screens.be("operator")

    screens.open("/operators")
    page.get_by_role("list", name="By user and day").locator("summary").filter(has_text=user).click()
    faults += look(page, "operators, usage")

    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue("還沒有開始。"))
        screens.open(f"/operators/jobs?user={user}")
        page.get_by_role("button", name=f"Fail job {job_id}").click()
        faults += look(page, "operators, jobs")
    screens.open("/operators/jobs?user=nobody")
    expect(page.get_by_text("No matching jobs")).to_be_visible()
    faults += look(page, "operators, no jobs")

    screens.open(f"/operators/limits?user={user}")
    form = page.get_by_role("form", name=f"Limits of {user}")
    form.get_by_role("combobox", name="Characters a day").select_option("set")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Stop submissions").click()
    faults += look(page, "operators, limits")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("New jobs are refused.")).to_be_visible()
    faults += look(page, "operators, stopped")
    with ApiClient(stack.url, user_id="operator") as operator:
        assert operator.put("/admin/breaker", json={"state": "closed"}).status_code == 200

    assert faults == []


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_a_job_heard_while_it_is_made_redone_and_deleted(
    stack: LocalStack, screens: Screens, client: ApiClient, language: str
) -> None:
    page = screens.page
    faults: list[str] = []

    def see(route: str) -> None:
        page.goto(f"{screens.url}/?lang={language}#{route}")

    # While it is made
    with stack.cloud.lambdas.pause("assemble") as hold:
        job_id = client.submit(dialogue("今天天氣真好。", "我們一起去公園走走。" * 12, title="Slow City Walks " * 12))
        hold.wait_until_reached()
        see(f"/jobs/{job_id}")
        page.locator(".player-play").click()
        screens.hear_beyond(0)
        expect(page.locator(".player-live")).to_be_visible()
        faults += look(page, "job, heard while it is made")
        page.locator(".job-progress .button").click()
        expect(page.locator(".job-progress fieldset")).to_be_visible()
        faults += look(page, "job, to be stopped")
    client.wait_for(job_id, "completed")

    # Redone
    see("/jobs")
    see(f"/jobs/{job_id}")
    page.locator(".turn-more").nth(1).click()
    expect(page.locator(".retake-foot b")).to_be_visible()
    faults += look(page, "redo")
    page.locator(".retake-foot .button-primary").click()
    expect(page.locator(".retake-takes")).to_be_visible()
    faults += look(page, "both takes")
    page.keyboard.press("Escape")

    # And deleted
    see("/jobs")
    expect(screens.page.locator(".job-line")).to_have_count(2)
    page.locator(".job-line .button").last.click()
    expect(page.locator(".job-line fieldset")).to_be_visible()
    faults += look(page, "history, to be deleted")

    assert faults == []
