"""Deleting: a job that has ended is gone for its user at once, with its text and its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from castline import composition
from castline.dynamodb import deserialize
from castline.jobs.items import job_key
from castline.usage.model import month_of
from local.gateway import OPERATOR
from tests.e2e.api_client import ApiClient
from tests.e2e.audio_files import audio_files_of
from tests.e2e.dialogues import dialogue
from tests.e2e.ended_jobs import end_job
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from typing import Any

    from local.stack import LocalStack


def items_of(job_id: str) -> dict[str, dict[str, Any]]:
    """Return a job's items, by sort key."""
    answer = boto3.client("dynamodb").query(
        TableName=composition.settings().table_name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": job_key(job_id)["pk"]}},
        ConsistentRead=True,
    )
    return {item["sk"]["S"]: deserialize(item) for item in answer["Items"]}


def total(client: ApiClient, **query: str) -> int:
    return int(client.get("/jobs", params=query).json()["total"])


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_an_ended_job_leaves_lists_totals_and_search_at_once(
    stack: LocalStack, client: ApiClient, status: str
) -> None:
    # Given two jobs that have ended
    kept, deleted = (end_job(stack, client, status, title="Secret plans") for _ in range(2))
    assert total(client) == total(client, status=status) == total(client, q="secret") == 2

    # When one is deleted
    answer = client.post(f"/jobs/{deleted}/delete")

    # Then it does not exist any more, anywhere
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.list_ids() == client.list_ids(status=status) == client.list_ids(q="secret") == [kept]
    assert total(client) == total(client, status=status) == total(client, q="secret") == 1
    # And its files, its text and its titles are gone
    assert audio_files_of(deleted) == []
    left = items_of(deleted)
    assert "INPUT" not in left
    assert "Secret" not in str(left["JOB"])
    assert bool(audio_files_of(kept)) == (status == "completed")


def test_a_deleted_job_is_unknown_to_every_call(client: ApiClient) -> None:
    # Given a job, and another version of it
    job_id = client.complete(dialogue("另一個版本。"))["id"]
    version = client.post(f"/jobs/{job_id}/renditions", json={"output_format": "wav"}).json()["id"]
    client.wait_for(version, "completed")

    # When the job is deleted
    client.post(f"/jobs/{job_id}/delete")

    # Then
    for method, path, body in [
        ("GET", "", None),
        ("PATCH", "", {"title": "New"}),
        ("DELETE", "", None),
        ("GET", "/download", None),
        ("GET", "/subtitles", None),
        ("GET", "/timings", None),
        ("GET", "/playlist.m3u8", None),
        ("POST", "/resubmit", None),
        ("POST", "/renditions", {}),
        ("POST", "/stop", None),
        ("POST", "/delete", None),
    ]:
        answer = client.request(method, f"/jobs/{job_id}{path}", json=body)
        assert (answer.status_code, answer.json()["error"]) == (404, "JOB_NOT_FOUND"), path
    # And its version stays
    assert client.download(version).content.startswith(b"RIFF")


@pytest.mark.parametrize(("task", "status"), [("plan", "pending"), ("assemble", "processing")])
def test_a_job_that_has_not_ended_is_not_deleted(
    stack: LocalStack, client: ApiClient, task: str, status: str
) -> None:
    # Given
    with stack.cloud.lambdas.pause(task):
        job_id = client.submit(dialogue())
        client.wait_for(job_id, status)

        # When
        answer = client.post(f"/jobs/{job_id}/delete")

    # Then
    assert (answer.status_code, answer.json()["error"]) == (409, "JOB_STILL_ACTIVE")
    assert answer.json()["details"] == {"status": status}
    client.wait_for(job_id, "completed")


def test_what_was_billed_still_counts_and_what_was_spoken_is_reused(client: ApiClient) -> None:
    # Given
    job = client.complete(dialogue("刪了也算數。"))
    billed = job["result_metadata"]["billed_characters"]
    client.post(f"/jobs/{job['id']}/delete")

    # When the same is submitted again
    again = client.complete(dialogue("刪了也算數。"))

    # Then
    assert again["result_metadata"]["billed_characters"] == 0
    month = month_of(composition.clock()())
    usage = composition.usage_repository().month(str(client.headers["X-User-Id"]), month).total
    assert (usage.billed_characters, usage.jobs) == (billed, 2)


def test_deleting_twice_at_the_same_time_counts_once(stack: LocalStack, client: ApiClient) -> None:
    # Given two requests that have read the same job
    kept, deleted = (end_job(stack, client, "cancelled") for _ in range(2))
    repository = composition.job_repository()
    job = repository.get(deleted)
    assert job is not None

    # When both delete it
    outcomes = [repository.delete(job, now=composition.clock()()) for _ in range(2)]

    # Then
    assert outcomes == [True, False]
    assert (total(client), client.list_ids()) == (1, [kept])


def test_operators_do_not_see_it_either(stack: LocalStack, client: ApiClient) -> None:
    # Given a job that operators see
    job_id = end_job(stack, client, "cancelled")
    with ApiClient(stack.url, user_id=OPERATOR) as operator:
        seen = f"/admin/jobs?user_id={client.headers['X-User-Id']}"
        eventually(lambda: operator.get(seen).json()["items"])

        # When it is deleted
        client.post(f"/jobs/{job_id}/delete")

        # Then
        assert operator.get(seen).json()["items"] == []
