"""Place of a pending job in the queue."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.e2e.dialogues import dialogue
from tests.e2e.executions import ended_status
from tests.e2e.invocations import wait_until_invoked
from tests.e2e.places import place_of
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def two_batches() -> dict[str, Any]:
    return dialogue(*(f"第{number}句。" for number in range(17)))


def test_a_job_tells_its_place_until_its_first_batch_is_spoken(
    stack: LocalStack, new_client: Callable[[], ApiClient]
) -> None:
    first, second, third = (new_client() for _ in range(3))
    # A task notes how long a batch took when it takes the next one.
    first.complete(dialogue())
    first.complete(dialogue())

    # When a job of two batches waits, and then the jobs of two other users
    with stack.cloud.lambdas.pause("synthesize"):
        jobs: list[tuple[ApiClient, str]] = []
        for client in (first, second, third):
            jobs.append((client, client.submit(two_batches())))
            place_of(*jobs[-1])
        places = [place_of(*job) for job in jobs]
        submitted_at = datetime.fromisoformat(first.job(jobs[0][1])["created_at"])

    # Then each comes behind one batch of each job before it, and before all the others of these
    assert [place["ahead"] for place in places] == [0, 1, 2]
    # And it is told when it may start
    starts = [datetime.fromisoformat(place["estimated_start_at"]) for place in places]
    assert submitted_at < starts[0] <= starts[1] <= starts[2]
    # And it has no place any more from its first batch on
    for client, job_id in jobs:
        while (job := client.job(job_id))["status"] != "completed":
            assert job["status"] == "pending" or "queue" not in job
        assert "queue" not in job


def test_a_job_that_has_not_come_into_the_queue_has_no_place(stack: LocalStack, client: ApiClient) -> None:
    # Given
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue())

        # When
        job = client.job(job_id)
        client.cancel(job_id)

    # Then
    assert job["status"] == "pending"
    assert "queue" not in job


def test_a_job_in_the_queue_can_be_cancelled_and_is_not_spoken(
    stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient, new_client: Callable[[], ApiClient]
) -> None:
    # Given a job in the queue, and another behind it
    text, other = "輪不到這一句。", new_client()
    with stack.cloud.lambdas.pause("synthesize"):
        job_id = client.submit(dialogue(text))
        place_of(client, job_id)
        other_id = other.submit(dialogue())
        place_of(other, other_id)

        # When the first one is cancelled
        client.cancel(job_id)

    # Then the other one has its turn, and nothing of the first one is spoken
    wait_until_invoked(stack, "execution-ended", job_id, "ABORTED")
    other.wait_for(other_id, "completed")
    job = client.job(job_id)
    assert (job["status"], ended_status(job_id)) == ("cancelled", "ABORTED")
    assert not {"started_at", "queue"} & set(job)
    assert requests_with(speech, text) == []
    assert_all_slots_are_free(stack, client)
