"""The whole flow from a pasted script to a file, and back to the job later."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.console.screens import SCRIPT
from tests.e2e.decoded_audio import decode
from tests.large_subtitles import TEXT, make_subtitles_large

if TYPE_CHECKING:
    from local.stack import LocalStack
    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient


def test_from_a_pasted_script_to_a_file_and_back_to_it(
    stack: LocalStack, screens: Screens, client: ApiClient
) -> None:
    page = screens.page

    # Given the quickstart's dialogue, pasted
    screens.open()
    screens.write(SCRIPT)

    # Then its turns are seen, and each speaker has a voice
    turns = page.get_by_role("region", name="Turns").get_by_role("listitem")
    expect(turns).to_have_count(2)
    expect(turns.nth(1)).to_contain_text("是啊，要不要一起去公園走走？")
    cast = page.get_by_role("region", name="Cast").get_by_role("button", name="Voice of")
    expect(cast).to_have_count(2)
    assert cast.nth(0).inner_text() != cast.nth(1).inner_text()

    # When it is submitted, and the page loaded anew while it is being made
    with stack.cloud.lambdas.pause("assemble"):
        screens.submit.click()
        job_id = screens.wait_for_job()
        screens.expect_status("Processing")
        expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
        page.reload()
        screens.expect_status("Processing")

    # Then it is finished without anybody touching the page
    screens.expect_status("Finished")
    job = client.job(job_id)
    assert job["input_params"]["turns"] == [
        {"speaker": "A", "text": "你好，今天天氣真好！", "index": 0},
        {"speaker": "B", "text": "是啊，要不要一起去公園走走？", "index": 1},
    ]

    # And is heard, turn by turn
    assert screens.heard_ms == 0
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(screens.turn(0)).to_have_attribute("aria-current", "true")
    screens.hear_beyond(300)
    second = job["result_metadata"]["turn_timings"][1]
    screens.turn(1).click()
    expect(screens.turn(1)).to_have_attribute("aria-current", "true")
    expect(screens.turn(0)).not_to_have_attribute("aria-current", "true")
    screens.hear_beyond(second["start_ms"] + 100)
    assert second["start_ms"] < screens.heard_ms <= second["end_ms"] + 200
    expect(screens.turn(1).locator("mark")).to_have_text(re.compile("^[是啊，要不一起去公園走？]+$"))
    expect(screens.turn(1)).to_contain_text("是啊，要不要一起去公園走走？")
    page.get_by_role("button", name="Pause", exact=True).click()

    # And saved
    audio = screens.download("Download audio")
    content = Path(audio.path()).read_bytes()
    assert audio.suggested_filename.endswith(".mp3")
    assert len(content) == job["result_metadata"]["size_bytes"]
    assert decode(content).duration_ms == pytest.approx(job["result_metadata"]["duration_ms"], abs=1)
    for button, beginning in {"Subtitles (VTT)": "WEBVTT", "Subtitles (SRT)": "1\n"}.items():
        subtitles = Path(screens.download(button).path()).read_text("utf-8")
        assert subtitles.startswith(beginning)
        assert "要不要一起去公園走走" in subtitles

    # And what is too large for an answer is saved from where it is stored
    make_subtitles_large(job_id)
    for button in ("Subtitles (VTT)", "Subtitles (SRT)"):
        subtitles = Path(screens.download(button).path()).read_text("utf-8")
        assert subtitles.count("😀") == len(TEXT)

    # And found again in the history
    page.get_by_role("link", name="History").click()
    expect(screens.jobs).to_have_count(1)
    screens.jobs.get_by_role("link").click()
    assert screens.wait_for_job() == job_id
