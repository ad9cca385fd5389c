"""More work than the provider allows at a time: it waits and does not fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.dialogues import dialogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

TASKS, REQUESTS_A_TASK = 2, 2
BUDGET = TASKS * REQUESTS_A_TASK
USERS, JOBS_A_USER, TURNS = 4, 3, 4


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    """Return a stack with a slow provider, which refuses requests above the concurrency limit."""
    return own_stack(
        speech=AzureSpeechEmulator(voice_engine="tone", max_requests_in_flight=BUDGET, latency_ms=50),
        speech_concurrency=REQUESTS_A_TASK,
        synthesize_concurrency=TASKS,
    )


def test_a_crowd_of_our_own_uses_up_nobodys_retries(
    stack: LocalStack, speech: AzureSpeechEmulator, new_client: Callable[[], ApiClient]
) -> None:
    # Given several users with three jobs each
    clients = [new_client() for _ in range(USERS)]

    # When all are submitted at once
    submitted = [
        (client, client.submit(dialogue(*(f"第 {job} 個工作的第 {turn} 句。" for turn in range(TURNS)))))
        for job in range(JOBS_A_USER)
        for client in clients
    ]
    jobs = [client.wait_for(job_id, "completed") for client, job_id in submitted]

    # Then all complete, and none was refused by the provider
    assert len(jobs) == USERS * JOBS_A_USER
    assert {job["retry_count"] for job in jobs} == {0}
    assert 1 < speech.traffic.peak_in_flight <= BUDGET
    # And nobody had to ask twice for a task
    assert not [each for each in stack.cloud.lambdas.invocations if each.outcome == "throttled"]
