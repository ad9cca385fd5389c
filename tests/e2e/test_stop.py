"""Stopping: a job that has not ended is cancelled, its requests in flight end, and what they bill is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline import composition
from castline.usage.model import Figures, month_of
from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.audio_files import audio_files_of
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import ended_status
from tests.e2e.invocations import wait_until_invoked
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    """Return a stack that speaks slowly: two batches at a time, each with two requests."""
    speech = AzureSpeechEmulator(voice_engine="tone", latency_ms=400)
    return own_stack(speech=speech, synthesize_concurrency=2, speech_concurrency=2)


def usage_of(client: ApiClient) -> Figures:
    """Return the usage of a client's user in this month."""
    user_id = str(client.headers["X-User-Id"])
    return composition.usage_repository().month(user_id, month_of(composition.clock()())).total


def test_a_pending_job_is_cancelled(stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient) -> None:
    # Given a job whose first task is just beginning
    text = "這句話還沒輪到。"
    with stack.cloud.lambdas.pause("plan") as hold:
        job_id = client.submit(dialogue(text))
        hold.wait_until_reached()

        # When it is stopped
        response = client.post(f"/jobs/{job_id}/stop")
    wait_until_invoked(stack, "plan", job_id)

    # Then it is cancelled, with its execution, and nothing is spoken
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["billed_characters"]) == ("cancelled", 0)
    assert ended_status(job_id) == "ABORTED"
    assert client.job(job_id)["status"] == "cancelled"
    assert requests_with(speech, text) == []
    assert_all_slots_are_free(stack, client)


def test_a_processing_job_ends_after_the_requests_in_flight_and_all_that_they_bill_is_counted(
    stack: LocalStack, speech: AzureSpeechEmulator, client: ApiClient
) -> None:
    # Given a job of which some has been spoken, and some is being spoken
    texts = [f"第{number}句，停得下來嗎？" for number in range(100, 120)]
    job_id = client.submit(dialogue(*texts, quality="studio"))
    eventually(lambda: spoken_of(texts, speech))

    # When it is stopped
    response = client.post(f"/jobs/{job_id}/stop")

    # Then it has ended, and its slot is free at once
    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert response.json()["progress"]["total_segments"] == len(texts)
    assert taken_slots(client) == frozenset()

    # And what was in flight ends and is billed
    def is_settled() -> bool:
        return bool(client.job(job_id)["billed_characters"] == sum(map(charge_of, spoken_of(texts, speech))))

    eventually(lambda: not waiting_batches())
    eventually(is_settled)
    # And no more is spoken
    job, spoken = client.job(job_id), spoken_of(texts, speech)
    assert (job["status"], ended_status(job_id)) == ("cancelled", "ABORTED")
    assert len(spoken) < len(texts)
    usage = usage_of(client)
    assert usage.billed_characters == usage.committed_characters == job["billed_characters"]


def taken_slots(client: ApiClient) -> frozenset[str]:
    """Return the jobs that take the slots of a client's user."""
    return composition.job_repository().taken_slots(str(client.headers["X-User-Id"]))


def waiting_batches() -> list[Any]:
    """Return the batches that wait, or are being spoken."""
    return list(
        boto3.client("dynamodb").query(
            TableName=composition.settings().table_name,
            KeyConditionExpression="pk = :queue",
            ExpressionAttributeValues={":queue": {"S": "QUEUE"}},
        )["Items"]
    )


def spoken_of(texts: list[str], speech: AzureSpeechEmulator) -> list[str]:
    """Return those of the texts that have been spoken."""
    return [text for text in texts if requests_with(speech, text)]


def charge_of(text: str) -> int:
    """Return the characters that are billed for a text: a Han character counts twice."""
    return sum(2 if "\u4e00" <= each <= "\u9fff" else 1 for each in text)


def test_a_job_that_is_being_assembled_is_left_without_audio_and_can_be_submitted_again(
    stack: LocalStack, client: ApiClient
) -> None:
    # Given
    with stack.cloud.lambdas.pause("assemble") as hold:
        job_id = client.submit(dialogue("快完成了。"))
        hold.wait_until_reached()
        spoken = usage_of(client).committed_characters

        # When
        stopped = client.post(f"/jobs/{job_id}/stop").json()
    wait_until_invoked(stack, "assemble", job_id)

    # Then all that was spoken is billed, and there is no file
    assert stopped["status"] == "cancelled"
    assert stopped["billed_characters"] == spoken > 0
    assert client.get(f"/jobs/{job_id}/download").json()["error"] == "JOB_NOT_COMPLETED"
    assert audio_files_of(job_id) == []
    # And submitted again, it reuses what was spoken
    again = client.post(f"/jobs/{job_id}/resubmit").json()["id"]
    assert client.wait_for(again, "completed")["result_metadata"]["billed_characters"] == 0
