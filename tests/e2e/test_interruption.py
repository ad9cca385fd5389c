"""Executions that are stopped from outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from castline import composition
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import ended_status, stop_execution
from tests.e2e.invocations import wait_until_invoked
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.mark.parametrize(("task", "status"), [("plan", "pending"), ("assemble", "processing")])
def test_make_their_jobs_fail_for_good(
    stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient, task: str, status: str
) -> None:
    text = f"{task} 停在這裡。"
    with stack.cloud.lambdas.pause(task) as hold:
        # Given a job in the midst of a task
        job_id = client.submit(dialogue(text))
        hold.wait_until_reached()
        assert client.job(job_id)["status"] == status
        # When its execution is stopped
        stop_execution(job_id)
        # Then it has failed
        job = client.wait_for(job_id, "failed")
    assert (job["error_code"], job["error_message"]) == ("INTERRUPTED", "系統中斷")
    # And when the task goes on after all, it changes nothing
    wait_until_invoked(stack, task, job_id)
    assert client.job(job_id) == job
    assert len(requests_with(speech, text)) == (task == "assemble")
    assert_all_slots_are_free(stack, client)


def test_an_execution_that_takes_too_long_is_stopped_by_the_reconciler(stack: LocalStack, client: ApiClient) -> None:
    with stack.cloud.lambdas.pause("assemble") as hold:
        # Given a job that has been spoken, and whose file is not made
        job_id = client.submit(dialogue())
        hold.wait_until_reached()

        # When it has been processing for ten minutes
        with composition.given(clock=lambda: lambda: datetime.now(UTC) + timedelta(minutes=10)):
            report = stack.reconcile()

        # Then it has failed, and so has its execution
        assert report["failed"] == 1
        assert client.job(job_id)["error_code"] == "TIMEOUT"
        assert ended_status(job_id) == "ABORTED"
    wait_until_invoked(stack, "assemble", job_id)
    assert client.job(job_id)["status"] == "failed"
    assert_all_slots_are_free(stack, client)


def test_after_a_job_has_ended_change_nothing(stack: LocalStack, client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue())
    wait_until_invoked(stack, "execution-ended", job["id"], "SUCCEEDED")

    # When
    stop_execution(job["id"])

    # Then
    assert client.job(job["id"]) == job
