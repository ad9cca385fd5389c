"""Jobs in the console: edited, refused, failed, cancelled, of another user."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from castline import composition
from castline.jobs.model import JobStatus
from tests.console.screens import SCRIPT
from tests.e2e.dialogues import dialogue
from tests.e2e.places import place_of
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.console.watched_page import Watch
    from tests.e2e.api_client import ApiClient

NOBODY = "zh-TW-NobodyNeural"


def store_cancelled_job(user: str) -> None:
    """Store a job of the user that was cancelled, without running it."""
    repository, job = composition.job_repository(), make_job(user_id=user)
    repository.create(job, make_dialogue(), max_active=1)
    end_job(repository, job, JobStatus.CANCELLED, now=datetime.now(UTC))


def see_it_finished(screens: Screens, client: ApiClient) -> dict[str, Any]:
    """Return the completed job on the screen; reload the page to skip its polling interval."""
    job = client.wait_for(screens.wait_for_job(), "completed")
    screens.page.reload()
    screens.expect_status("Finished")
    return job


def test_a_wrong_line_is_named_and_gone_to_however_lines_end(screens: Screens, watch: Watch) -> None:
    watch.expected_statuses.add(400)
    # Given a script whose third line is wrong
    screens.open()
    screens.script.fill("A: 早安。\u2028\nB:\nA: 你好。")
    problem = screens.page.get_by_role("list", name="Problems").get_by_role("button")
    expect(problem).to_contain_text(re.compile(r"\bline 3\b", re.IGNORECASE))
    expect(screens.submit).to_have_attribute("aria-disabled", "true")

    # When the problem is clicked, then its line is chosen
    problem.click()
    script = screens.page.evaluate("(({value, selectionStart: from, selectionEnd: to}) => [value, from, to])(script)")
    assert script == ["A: 早安。\n\nB:\nA: 你好。", len("A: 早安。\n\n"), len("A: 早安。\n\nB:")]

    # And a script with problems survives a reload, too
    screens.page.reload()
    expect(screens.script).to_have_value("A: 早安。\n\nB:\nA: 你好。")


def test_a_submission_is_refused_at_its_turn(screens: Screens, watch: Watch, user: str) -> None:
    watch.expected_statuses.add(400)
    # Given a draft that the browser has kept, with a volume for B that there is not
    loud = {"position": 1, "speaker": "B", "text": "你好。", "delivery": {"volume": 9}}
    draft = {"script": "A: 早安。\nB: 你好。", "voices": {}, "turns": [loud]}
    options = {"format": "mp3", "gapMs": 300, "crossfadeMs": 50}
    kept = [f"castline.draft.{user}", json.dumps(draft | options)]
    screens.page.evaluate("item => localStorage.setItem(...item)", kept)
    screens.open()

    # When
    expect(screens.submit).not_to_have_attribute("aria-disabled", "true")
    screens.submit.click()

    # Then
    expect(screens.page.get_by_role("alert").get_by_role("listitem")).to_contain_text("Turn 2, B: ")


def test_a_job_that_waits_tells_its_place(stack: LocalStack, screens: Screens, client: ApiClient) -> None:
    # Given a job in the queue, where batches have been spoken before
    for _ in range(2):
        client.complete(dialogue())
    with stack.cloud.lambdas.pause("synthesize"):
        job_id = client.submit(dialogue())
        place_of(client, job_id)

        # When
        screens.open(f"/jobs/{job_id}")

        # Then
        screens.expect_status("Waiting")
        place = screens.page.get_by_text(re.compile(r"^Next in the queue, starts at about \d+:\d\d(\s[AP]M)?$"))
        expect(place).to_be_visible()

    # And the place is gone when the job has had its turn
    screens.expect_status("Finished")
    expect(place).to_be_hidden()


def test_a_user_at_the_cap_is_told_so_and_loses_nothing(
    stack: LocalStack, screens: Screens, watch: Watch, client: ApiClient
) -> None:
    watch.expected_statuses.add(429)
    page = screens.page

    # Given three jobs that cannot begin
    with stack.cloud.lambdas.pause("plan"):
        running = [client.submit(dialogue()) for _ in range(3)]

        # When a fourth is submitted
        screens.open()
        screens.write(SCRIPT)
        screens.submit.click()

        # Then the user is told, and shown what is running
        notice = page.get_by_role("alert").filter(has_text="You have 3 jobs in progress.")
        expect(notice.get_by_role("link")).to_have_count(3)
        links = {link.get_attribute("href") for link in notice.get_by_role("link").all()}
        assert links == {f"#/jobs/{job_id}" for job_id in running}
        expect(screens.script).to_have_value(SCRIPT)

    # And once they are done, the same can be submitted
    for job_id in running:
        client.wait_for(job_id, "completed")
    expect(page.get_by_text("There is room now")).to_be_visible()
    screens.submit.click()
    screens.wait_for_job()
    screens.expect_status("Finished")


def test_a_failure_is_put_in_plain_words_and_mended(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a dialogue in which B has a voice that does not exist
    dialogue_of_nobody = dialogue("早安。", "你好。", voices=("zh-TW-HsiaoYuNeural", NOBODY))
    failed = client.wait_for(client.submit(dialogue_of_nobody), "failed")

    # When its user looks at it
    screens.open(f"/jobs/{failed['id']}")

    # Then it says what is wrong, of which voice, and what to do
    screens.expect_status("Failed")
    wrong = page.get_by_role("region", name="What went wrong")
    expect(wrong).to_contain_text(NOBODY)
    expect(wrong).to_contain_text("choose another voice")

    # And with another voice it is spoken
    page.get_by_role("button", name="Edit and submit again").click()
    page.get_by_role("button", name="Voice of B").click()
    picker = page.get_by_role("dialog", name="Voice of B")
    picker.get_by_role("combobox", name="Search voices").fill("YunJhe")
    picker.get_by_role("listbox", name="Voices").get_by_role("option").first.click()
    expect(page.get_by_role("button", name="Voice of B: 雲哲")).to_be_visible()
    screens.submit.click()
    see_it_finished(screens, client)


def test_a_speaker_keeps_the_voice_however_the_name_is_spelled(screens: Screens, client: ApiClient) -> None:
    page = screens.page

    # Given a voice that was chosen for a speaker
    screens.open()
    screens.write("Ana: 早安。\nJos\u00e9: 早。")
    page.get_by_role("button", name="Voice of Jos").click()
    picker = page.get_by_role("dialog", name="Voice of Jos")
    picker.get_by_role("combobox", name="Search voices").fill("曉雨")
    picker.get_by_role("listbox", name="Voices").get_by_role("option").first.click()
    expect(page.get_by_role("button", name="Voice of Jos\u00e9: 曉雨")).to_be_visible()

    # When the name is written with an accent of its own, and with a mark that nobody sees
    screens.write("Ana: 早安。\nJose\u0301: 早。\n\u200fJos\u00e9: 走吧。")

    # Then it is the same speaker, with the same voice and in one colour
    expect(page.get_by_role("button", name="Voice of")).to_have_count(2)
    expect(page.get_by_role("button", name="Voice of Jos").last).to_contain_text("曉雨")
    lines = page.locator("[data-line]")
    assert lines.nth(1).get_attribute("data-hue") == lines.nth(2).get_attribute("data-hue") == "1"

    # And the job is made so
    screens.submit.click()
    input_params = client.job(screens.wait_for_job())["input_params"]
    assert [each["voice_name"] for each in input_params["voice_assignments"]][1:] == ["曉雨"]
    assert len({turn["speaker"] for turn in input_params["turns"]}) == 2


def test_a_job_that_has_not_begun_is_cancelled(stack: LocalStack, screens: Screens, client: ApiClient) -> None:
    with stack.cloud.lambdas.pause("plan"):
        job_id = screens.make_audio()
        screens.expect_status("Waiting")
        screens.page.get_by_role("button", name="Cancel").click()
        screens.expect_status("Cancelled")

    assert client.job(job_id)["status"] == "cancelled"
    expect(screens.page.get_by_role("button", name="Submit again unchanged")).to_be_visible()


def test_users_see_their_own_jobs_and_drafts_only(
    screens: Screens, client: ApiClient, watch: Watch, user: str
) -> None:
    # Given somebody with a job and a draft
    watch.expected_statuses.add(404)
    job_id = client.submit(dialogue("這是我的。"))
    client.wait_for(job_id, "completed")
    screens.open()
    screens.write("A: 這也是我的。")
    screens.page.get_by_role("link", name="History").click()
    expect(screens.jobs).to_have_count(1)

    # When somebody else takes over
    screens.be(f"{user}-colleague")

    # Then there is nothing
    expect(screens.page.get_by_role("link", name="Write the first script")).to_be_visible()
    screens.open(f"/jobs/{job_id}")
    expect(screens.page.get_by_role("heading", name="There is no such job")).to_be_visible()
    screens.open()
    expect(screens.script).to_have_value("")

    # And when the first is back, all is there
    screens.be(user)
    expect(screens.script).to_have_value("A: 這也是我的。")
    screens.open("/jobs")
    expect(screens.jobs).to_have_count(1)


def test_the_history_is_filtered_and_goes_back_page_by_page(screens: Screens, client: ApiClient, user: str) -> None:
    # Given more jobs than a page shows, one of which has failed
    failed = client.submit(dialogue(voices=(NOBODY, NOBODY)))
    client.wait_for(failed, "failed")
    for _ in range(20):
        store_cancelled_job(user)
    screens.open("/jobs")
    expect(screens.jobs).to_have_count(20)

    # When older ones are asked for
    screens.page.get_by_role("button", name="Show older").click()
    expect(screens.jobs).to_have_count(21)

    # And then those that failed
    screens.page.get_by_role("navigation", name="Filter by status").get_by_role("link", name="Failed").click()
    expect(screens.jobs).to_have_count(1)
    assert screens.jobs.get_by_role("link").get_attribute("href") == f"#/jobs/{failed}"
