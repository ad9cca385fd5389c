"""Resubmission of a dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from castline import composition
from castline.jobs.model import Turn, VoiceAssignment
from local.quickstart import DIALOGUE
from tests.e2e.dialogues import HSIAO_YU, dialogue
from tests.e2e.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440000"


def test_a_completed_job_is_made_again_from_what_was_spoken(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given
    first = client.complete(DIALOGUE | {"gap_ms": 700, "output_format": "wav"})
    spoken = len(speech.traffic.requests)

    # When
    response = client.post(f"/jobs/{first['id']}/resubmit")
    second = client.wait_for(response.json()["id"], "completed")

    # Then it is a new job of the same input, the same to the sample, and nothing was spoken again
    assert response.status_code == 201
    assert set(response.json()) == {"id", "status", "job_type", "provider", "created_at"}
    assert second["id"] != first["id"]
    assert second["input_params"] == first["input_params"]
    assert client.download(second["id"]).content == client.download(first["id"]).content
    assert len(speech.traffic.requests) == spoken


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_job_without_audio_can_be_submitted_again(stack: LocalStack, client: ApiClient, status: str) -> None:
    # Given
    job_id = end_job(stack, client, status)

    # When
    with stack.cloud.lambdas.pause("plan"):
        again = client.post(f"/jobs/{job_id}/resubmit")
        client.cancel(again.json()["id"])

    # Then
    assert (again.status_code, again.json()["status"]) == (201, "pending")


def test_a_job_that_has_not_ended_cannot(stack: LocalStack, client: ApiClient) -> None:
    # When
    with stack.cloud.lambdas.pause("assemble"):
        with stack.cloud.lambdas.pause("plan"):
            job = client.submit(dialogue())
            pending = client.post(f"/jobs/{job}/resubmit")
        client.wait_for(job, "processing")
        processing = client.post(f"/jobs/{job}/resubmit", headers={"Accept-Language": "en"})
    client.wait_for(job, "completed")

    # Then
    assert (pending.status_code, processing.status_code) == (409, 409)
    assert pending.json() == {
        "error": "JOB_CANNOT_RESUBMIT",
        "message": "無法重新提交，請等待工作結束",
        "details": {"status": "pending"},
    }
    assert processing.json()["details"] == {"status": "processing"}
    assert processing.json()["message"] == "Only a job that has ended can be submitted again."


def test_the_dialogue_of_an_older_release_needs_to_keep_no_rule_of_today(client: ApiClient) -> None:
    # Given an ended job with two speakers whose names are the same by the rules of today
    job = make_job(user_id=client.headers["X-User-Id"])
    names = ("A", "\uff21")
    stored = make_dialogue(
        turns=tuple(Turn(speaker=name, text="**一**", index=index) for index, name in enumerate(names)),
        voice_assignments=tuple(VoiceAssignment(speaker=name, voice_id=HSIAO_YU) for name in names),
        is_stored=True,
    )
    composition.job_repository().create(job, stored, max_active=3)
    client.cancel(job.id)

    # When
    response = client.post(f"/jobs/{job.id}/resubmit")

    # Then it is spoken as it was, and as it stands
    assert response.status_code == 201
    again = client.wait_for(response.json()["id"], "completed")["input_params"]
    assert again == client.job(job.id)["input_params"]
    assert again["markup"] == "literal"


def test_the_limit_of_active_jobs_holds(stack: LocalStack, client: ApiClient) -> None:
    # Given
    ended = end_job(stack, client, "cancelled")

    # When
    with stack.cloud.lambdas.pause("plan"):
        answers = [client.post(f"/jobs/{ended}/resubmit") for _ in range(4)]
        for answer in answers[:3]:
            client.cancel(answer.json()["id"])

    # Then
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]


def test_under_a_key_it_happens_once(stack: LocalStack, client: ApiClient) -> None:
    # Given
    ended, other = (end_job(stack, client, "cancelled", title=title) for title in ("One", "Two"))
    key = {"Idempotency-Key": "again"}

    # When
    with stack.cloud.lambdas.pause("plan"):
        first, again, reused = (client.post(f"/jobs/{job}/resubmit", headers=key) for job in (ended, ended, other))
        client.cancel(first.json()["id"])

    # Then
    assert first.json()["id"] == again.json()["id"]
    assert (reused.status_code, reused.json()["error"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_a_bad_key_is_named(client: ApiClient) -> None:
    response = client.post(f"/jobs/{UNKNOWN_ID}/resubmit", headers={"Idempotency-Key": "k" * 256})

    assert (response.status_code, response.json()["details"]["errors"][0]["field"]) == (400, "idempotency-key")
