"""Cancelling: only a pending job, and then for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.dialogues import dialogue
from tests.e2e.ended_jobs import end_job
from tests.e2e.executions import ended_status
from tests.e2e.invocations import wait_until_invoked
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def test_a_pending_job_ends_with_its_execution_and_nothing_is_synthesized(
    stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
) -> None:
    text = "這句話沒有人聽到。"
    with stack.cloud.lambdas.pause("plan") as hold:
        # Given a job whose first task is just beginning
        job_id = client.submit(dialogue(text))
        hold.wait_until_reached()
        # When it is cancelled
        response = client.delete(f"/jobs/{job_id}")
    # And the task goes on, and the end of the execution is reacted to
    wait_until_invoked(stack, "plan", job_id)
    wait_until_invoked(stack, "execution-ended", job_id, "ABORTED")

    # Then it is cancelled, and so is its execution
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert ended_status(job_id) == "ABORTED"
    # And it stays so
    job = client.job(job_id)
    assert job["status"] == "cancelled"
    assert not {"started_at", "error_code", "error_message"} & set(job)
    assert job["completed_at"] >= job["created_at"]
    assert requests_with(speech, text) == []


def test_a_cancelled_job_gives_its_slot_back(stack: LocalStack, client: ApiClient) -> None:
    with stack.cloud.lambdas.pause("plan"):
        client.cancel(client.submit(dialogue()))

    assert_all_slots_are_free(stack, client)


def test_a_cancelled_job_has_no_audio(stack: LocalStack, client: ApiClient) -> None:
    with stack.cloud.lambdas.pause("plan"):
        client.cancel(job_id := client.submit(dialogue()))

    response = client.get(f"/jobs/{job_id}/download")

    assert (response.status_code, response.json()["error"]) == (404, "JOB_NOT_COMPLETED")


def test_a_processing_job_goes_on(stack: LocalStack, client: ApiClient) -> None:
    # Given
    with stack.cloud.lambdas.pause("assemble"):
        job_id = client.submit(dialogue())
        client.wait_for(job_id, "processing")
        # When
        response = client.delete(f"/jobs/{job_id}")

    # Then
    assert response.status_code == 409
    assert response.json()["error"] == "JOB_CANNOT_CANCEL"
    assert response.json()["details"] == {"status": "processing"}
    client.wait_for(job_id, "completed")


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_job_that_has_ended_stays_as_it_is(stack: LocalStack, client: ApiClient, status: str) -> None:
    # Given
    job_id = end_job(stack, client, status)
    before = client.job(job_id)

    # When
    response = client.delete(f"/jobs/{job_id}")

    # Then
    assert response.status_code == 409
    assert response.json()["details"] == {"status": status}
    assert client.job(job_id) == before


def test_somebody_elses_job_goes_on(
    stack: LocalStack, client: ApiClient, new_client: Callable[[], ApiClient]
) -> None:
    # Given
    with stack.cloud.lambdas.pause("plan"):
        job_id = client.submit(dialogue())
        # When
        response = new_client().delete(f"/jobs/{job_id}")

    # Then
    assert (response.status_code, response.json()["error"]) == (404, "JOB_NOT_FOUND")
    client.wait_for(job_id, "completed")
