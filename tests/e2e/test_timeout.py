"""Timeouts: a job fails ten minutes after its first batch began, whatever used up its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from castline import composition
from local.cloud.clock import Clock
from tests.e2e.dialogues import dialogue
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


class FiftyfoldClock(Clock):
    """A clock on which timeouts are fifty times shorter, but long enough for a busy machine's ordinary work."""

    _AT_LEAST_SECONDS = 6.0

    def __init__(self) -> None:
        super().__init__(timeout_scale=0.02)

    def scale_timeout(self, seconds: float) -> float:
        return max(self._AT_LEAST_SECONDS, super().scale_timeout(seconds))


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    return own_stack(clock=FiftyfoldClock(), settings={})


def assert_timed_out(job: dict[str, Any]) -> None:
    assert (job["status"], job["error_code"], job["error_message"]) == ("failed", "TIMEOUT", "執行逾時")
    assert not {"result_metadata", "audio_file_id"} & set(job)


def test_a_task_that_hangs(stack: LocalStack, client: ApiClient) -> None:
    # Given a task that does not come to its end
    with stack.cloud.lambdas.pause("assemble"):
        # When
        job_id = client.submit(dialogue())
        job = client.wait_for(job_id, "failed")

    # Then somebody has noticed
    assert_timed_out(job)
    assert_all_slots_are_free(stack, client)
    # And when the task goes on after all, it changes nothing
    client.complete(dialogue())
    assert client.job(job_id) == job


def test_a_job_that_waits_for_its_turn_uses_up_no_time(stack: LocalStack, client: ApiClient) -> None:
    waited = timedelta()
    with composition.given(clock=lambda: lambda: datetime.now(UTC) + waited):
        # Given a job that waits for its turn
        with stack.cloud.lambdas.pause("synthesize") as hold:
            job_id = client.submit(dialogue())
            hold.wait_until_reached()

            # When it has waited for longer than it may be processing
            waited = timedelta(minutes=11)
            stack.reconcile()

        # Then it has all its time when its turn comes
        client.wait_for(job_id, "completed")


def test_a_job_that_takes_more_than_ten_minutes_as_a_whole(
    stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
) -> None:
    # Given retries that wait for longer than the job may take here: 5 + 10 s against 12 s
    text = "{fault unavailable}這一句要等很久。"

    # When
    job_id = client.submit(dialogue(text))
    job = client.wait_for(job_id, "failed")

    # Then it has been noticed between them
    assert_timed_out(job)
    assert len(requests_with(speech, text)) == 2
    assert_all_slots_are_free(stack, client)
