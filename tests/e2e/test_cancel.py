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
    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


def test_a_pending_job_ends_with_its_execution_and_nothing_is_spoken(
    stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
) -> None:
    # Given a job whose first task is just beginning
    text = "這句話沒有人聽到。"
    with stack.cloud.lambdas.pause("plan") as hold:
        job_id = client.submit(dialogue(text))
        hold.wait_until_reached()

        # When it is cancelled, and the task goes on
        response = client.delete(f"/jobs/{job_id}")
    wait_until_invoked(stack, "plan", job_id)
    wait_until_invoked(stack, "execution-ended", job_id, "ABORTED")

    # Then it is cancelled, and so is its execution
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert ended_status(job_id) == "ABORTED"
    # And it stays so, without audio
    job = client.job(job_id)
    assert job["status"] == "cancelled"
    assert not {"started_at", "error_code", "error_message"} & set(job)
    assert job["completed_at"] >= job["created_at"]
    assert client.get(f"/jobs/{job_id}/download").json()["error"] == "JOB_NOT_COMPLETED"
    assert requests_with(speech, text) == []
    assert_all_slots_are_free(stack, client)


def test_a_processing_job_goes_on(stack: LocalStack, client: ApiClient) -> None:
    # Given
    with stack.cloud.lambdas.pause("assemble"):
        job_id = client.submit(dialogue())
        client.wait_for(job_id, "processing")

        # When
        response = client.delete(f"/jobs/{job_id}")

    # Then
    assert (response.status_code, response.json()["error"]) == (409, "JOB_CANNOT_CANCEL")
    assert response.json()["details"] == {"status": "processing"}
    client.wait_for(job_id, "completed")


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_job_that_has_ended_stays_as_it_is(stack: LocalStack, client: ApiClient, status: str) -> None:
    # Given
    job_id = end_job(stack, client, status)
    before = client.job(job_id)

    # When it is cancelled or stopped
    cancelled, stopped = client.delete(f"/jobs/{job_id}"), client.post(f"/jobs/{job_id}/stop")

    # Then
    assert (cancelled.status_code, cancelled.json()["error"]) == (409, "JOB_CANNOT_CANCEL")
    assert (stopped.status_code, stopped.json()["error"]) == (409, "JOB_HAS_ENDED")
    assert cancelled.json()["details"] == stopped.json()["details"] == {"status": status}
    assert client.job(job_id) == before
