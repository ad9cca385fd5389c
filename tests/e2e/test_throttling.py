"""A provider that throttles: jobs take longer and do not fail, and a pool sends less to what refuses or is gone."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.azure_speech.throttling import Throttling
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.e2e.api_client import ApiClient
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USERS, JOBS_A_USER, TURNS = 4, 2, 12
PATIENCE_SECONDS = 120
# The SDK does not always notice that a connection is refused: about one of 80 such requests ends with this time-out.
SETTINGS = {"SPEECH_FIRST_CHUNK_TIMEOUT_MS": "15000"}


@pytest.fixture
def run_crowd(log_file: Path) -> Callable[..., list[int]]:
    """Have jobs of several users at once be spoken by some Speech resources; return their workflows' retries."""

    def run(*resources: AzureSpeechEmulator, stop: AzureSpeechEmulator | None = None) -> list[int]:
        speech, *more_speech = resources
        clock = Clock(wait_scale=0.02)
        with (
            LocalStack(
                clock=clock, speech=speech, more_speech=more_speech, settings=SETTINGS, log_file=log_file
            ) as stack,
            ExitStack() as opened,
        ):
            if stop is not None:
                stop.stop()
            clients = [
                opened.enter_context(ApiClient(stack.url, user_id=f"user-{number}")) for number in range(USERS)
            ]
            submitted = [
                (client, client.submit(dialogue(*(f"{user}-{job}-{turn}" for turn in range(TURNS)))))
                for job in range(JOBS_A_USER)
                for user, client in enumerate(clients)
            ]
            jobs = [
                client.wait_for(job_id, "completed", timeout_seconds=PATIENCE_SECONDS) for client, job_id in submitted
            ]
            return [job["retry_count"] for job in jobs]

    return run


def spoken(emulator: AzureSpeechEmulator) -> int:
    return sum(request.outcome == "completed" for request in emulator.traffic.requests)


def test_a_crowd_at_a_provider_that_ramps_up_completes_without_a_retry(run_crowd: Callable[..., list[int]]) -> None:
    # Given a provider that admits three requests a second at first
    speech = AzureSpeechEmulator(voice_engine="tone", throttling=Throttling(floor=3))

    # When more come at once than it admits
    retries = run_crowd(speech)

    # Then it refuses some, and no batch fails for it
    assert speech.traffic.refusals
    assert set(retries) == {0}
    assert spoken(speech) == USERS * JOBS_A_USER * TURNS


def test_a_resource_that_throttles_gets_less_than_another(run_crowd: Callable[..., list[int]]) -> None:
    # Given a pool of a resource that admits little, and one that admits all
    slow = AzureSpeechEmulator(voice_engine="tone", throttling=Throttling(requests_per_second=0.5, growth=None))
    fast = AzureSpeechEmulator(voice_engine="tone")

    retries = run_crowd(slow, fast)

    assert set(retries) == {0}
    assert spoken(slow) + spoken(fast) == USERS * JOBS_A_USER * TURNS
    assert 0 < spoken(slow) < spoken(fast)


def test_a_resource_that_is_gone_is_replaced_by_another(run_crowd: Callable[..., list[int]]) -> None:
    # Given a pool of which one resource does not answer
    gone, left = (AzureSpeechEmulator(voice_engine="tone") for _ in range(2))

    retries = run_crowd(gone, left, stop=gone)

    assert set(retries) == {0}
    assert spoken(left) == USERS * JOBS_A_USER * TURNS
