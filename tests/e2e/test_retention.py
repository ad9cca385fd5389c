"""Retention of a job and its audio."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest

from local.resources import TABLE_NAME
from tests.e2e.audio_files import audio_files_of
from tests.e2e.ended_jobs import end_job
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    """Return a stack whose date no other module minds."""
    return own_stack()


def items_kept(job_id: str) -> int:
    dynamodb = boto3.Session().client("dynamodb")
    return dynamodb.query(
        TableName=TABLE_NAME,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"JOB#{job_id}"}},
    )["Count"]


def test_completed_and_failed_jobs_stay_for_30_days_and_cancelled_ones_for_7(
    stack: LocalStack, client: ApiClient
) -> None:
    # Given
    completed, failed, cancelled = (end_job(stack, client, status) for status in ("completed", "failed", "cancelled"))
    download_url = client.get(f"/jobs/{completed}/download").headers["Location"]
    assert httpx.get(download_url, timeout=PATIENCE_SECONDS).status_code == 200
    assert len(audio_files_of(completed)) == 3  # the file, its cues and its words

    def kept_after(days: int) -> set[str]:
        elapsed = stack.cloud.clock.now() - start
        stack.cloud.clock.advance(timedelta(days=days) - elapsed)
        stack.cloud.tick()
        return set(client.list_ids())

    # When time passes / Then
    start = stack.cloud.clock.now()
    assert kept_after(days=6) == {completed, failed, cancelled}
    assert kept_after(days=8) == {completed, failed}
    assert kept_after(days=29) == {completed, failed}
    assert len(audio_files_of(completed)) == 3  # the file, its cues and its words
    assert kept_after(days=31) == set()

    # And then nothing is left of any
    for job_id in (completed, failed, cancelled):
        assert client.get(f"/jobs/{job_id}").json()["error"] == "JOB_NOT_FOUND"
        assert client.get(f"/jobs/{job_id}/download").json()["error"] == "JOB_NOT_FOUND"
        assert items_kept(job_id) == 0
        assert len(audio_files_of(job_id)) == 0
