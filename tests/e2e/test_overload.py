"""More work than the provider allows at a time: it waits and does not fail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from local.cloud.clock import Clock
from local.stack import LocalStack
from tests.e2e.dialogues import dialogue
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.e2e.api_client import ApiClient

TASKS, REQUESTS_A_TASK = 2, 4
BUDGET = TASKS * REQUESTS_A_TASK
USERS, JOBS_A_USER, TURNS = 10, 3, 20


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(wait_scale=0.02)


@pytest.fixture(scope="module")
def speech() -> AzureSpeechEmulator:
    """Return a slow provider that refuses requests above the concurrency limit."""
    return AzureSpeechEmulator(voice_engine="tone", max_requests_in_flight=BUDGET, latency_ms=50)


@pytest.fixture(scope="module")
def stack(clock: Clock, speech: AzureSpeechEmulator, log_file: Path) -> Iterator[LocalStack]:
    with LocalStack(
        clock=clock,
        speech=speech,
        log_file=log_file,
        speech_concurrency=REQUESTS_A_TASK,
        synthesize_concurrency=TASKS,
    ) as stack:
        yield stack


def test_a_crowd_of_our_own_uses_up_nobodys_retries(
    stack: LocalStack, speech: AzureSpeechEmulator, new_client: Callable[[], ApiClient]
) -> None:
    # Given ten users with three jobs of twenty turns each
    clients = [new_client() for _ in range(USERS)]

    # When all are submitted at once
    submitted = [
        (client, client.submit(dialogue(*(f"第 {job} 個工作的第 {turn} 句。" for turn in range(TURNS)))))
        for job in range(JOBS_A_USER)
        for client in clients
    ]
    jobs = [
        client.wait_for(job_id, "completed", timeout_seconds=2 * PATIENCE_SECONDS) for client, job_id in submitted
    ]

    # Then all complete, and none was refused by the provider
    assert len(jobs) == USERS * JOBS_A_USER
    assert {job["retry_count"] for job in jobs} == {0}
    assert 1 < speech.traffic.peak_in_flight <= BUDGET
    # And nobody had to ask twice for a task
    assert not [each for each in stack.cloud.lambdas.invocations if each.outcome == "throttled"]


def test_a_small_job_waits_no_longer_than_the_large_ones_own_batches_take(
    stack: LocalStack, new_client: Callable[[], ApiClient]
) -> None:
    # Given a large job that takes the whole budget
    hog, small_client = new_client(), new_client()
    large = hog.submit(dialogue(*(f"長篇的第 {turn} 句。" for turn in range(400))))
    hog.wait_for(large, "processing")
    time.sleep(0.3)

    # When a small one comes
    small = small_client.submit(dialogue("只有一句。"))
    small_client.wait_for(small, "completed", timeout_seconds=2 * PATIENCE_SECONDS)

    # Then the large one was not done before it, or only just
    done = hog.wait_for(large, "completed", timeout_seconds=2 * PATIENCE_SECONDS)
    assert small_client.job(small)["completed_at"] <= done["completed_at"]
