"""Jobs that are being made, in the console: turns come one after the other, time is left, and they are stopped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.screens import Screens
    from tests.e2e.api_client import ApiClient

TURNS = 60


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Yield a stack whose speech takes its time."""
    log_file = tmp_path_factory.mktemp("logs") / "functions.log"
    speech = AzureSpeechEmulator(voice_engine="tone", latency_ms=700)
    with LocalStack(
        clock=Clock(wait_scale=0.01),
        speech=speech,
        log_file=log_file,
        synthesize_concurrency=2,
        speech_concurrency=2,
    ) as stack:
        yield stack


def test_a_job_that_is_being_made_tells_its_time_and_is_stopped(screens: Screens, client: ApiClient) -> None:
    page = screens.page
    # Given a long job that is being made
    job_id = client.submit(dialogue(*(f"第{number}句，我們一起去看海吧。" for number in range(TURNS))))
    screens.open(f"/jobs/{job_id}")
    expect(screens.job_status).to_have_text("Processing", timeout=PATIENCE_MS)

    # Then it says how much is left
    expect(page.get_by_text(re.compile(r"^\d+ of \d+ clips spoken · About .+ left$"))).to_be_visible(
        timeout=PATIENCE_MS
    )

    # When it is stopped, which is asked for twice
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    page.get_by_role("button", name="Keep going").click()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop", exact=True).click()

    # Then it has ended, and says what was billed
    expect(screens.job_status).to_have_text("Cancelled", timeout=PATIENCE_MS)
    expect(page.get_by_text("This job was stopped.")).to_be_visible()
    billed = client.job(job_id)["billed_characters"]
    assert billed > 0
    details = page.get_by_role("region", name="Details")
    expect(details.get_by_text("Characters billed")).to_be_visible()
    expect(page.get_by_role("button", name="Submit again unchanged")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Delete: "))).to_be_visible()


def test_turns_can_be_heard_as_they_come(screens: Screens, client: ApiClient) -> None:
    # Given a long job that is being made
    job_id = client.submit(dialogue(*(f"第{number}句，我們一起去爬山吧。" for number in range(TURNS))))
    screens.open(f"/jobs/{job_id}")

    # When its first turn is heard, then its last is still to come
    screens.page.get_by_role("button", name="Play", exact=True).click()
    screens.hear_beyond(100)
    expect(screens.turn(0)).to_have_attribute("aria-current", "true")
    expect(screens.turn(TURNS - 1)).to_have_attribute("aria-disabled", "true")

    # And it comes
    expect(screens.turn(TURNS - 1)).not_to_have_attribute("aria-disabled", "true", timeout=2 * PATIENCE_MS)
