"""Another user's job is asked for with the same calls of AWS as an unknown id: not even time tells them apart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from uuid6 import uuid7

from castline import composition
from castline.api.contract import PREFIX
from castline.api.operations import OPERATIONS
from castline.dynamodb import serialize
from castline.jobs import items
from castline.jobs.model import JobStatus
from local import resources
from tests.ended_jobs import end_job
from tests.integration.api.client import Answer, call
from tests.integration.aws_calls import observed_calls
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from castline.jobs.model import Job
    from local.cloud.cloud import LocalCloud

OF_ONE_JOB = [
    (method, route.path.removeprefix(PREFIX))
    for route in OPERATIONS
    if "{job_id}" in route.path and not route.for_operators
    for method in route.methods
]


@pytest.fixture(scope="module")
def jobs_of_somebody(service: LocalCloud) -> dict[str, str]:
    """Return the ids of a pending job, of a completed one, and of one whose row a newer release has written."""
    pending, completed, unreadable = (store_job() for _ in range(3))
    now = datetime.now(UTC)
    composition.job_repository().start(completed, total_segments=1_000, now=now)
    end_job(composition.job_repository(), completed, JobStatus.COMPLETED, now=now, audio_file_id=str(uuid4()))
    boto3.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.job_key(unreadable.id)),
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=serialize({":status": "humming"}),
    )
    return {"pending": pending.id, "completed": completed.id, "unreadable": unreadable.id}


def store_job() -> Job:
    """Store a pending job of the largest number of turns."""
    job = make_job()
    composition.job_repository().create(job, make_dialogue(*["長" * 100] * 1_000), max_active=3)
    return job


def ask(method: str, path: str, accept: str, job_id: str) -> tuple[Answer, list[str]]:
    """Return the answer to somebody else, and the calls of AWS that it took."""
    bodies: dict[str, Any] = {"PATCH /jobs/{job_id}": {"title": "Mine"}, "POST /jobs/{job_id}/renditions": {}}
    key = f"{method} {path}"
    body = {"json": bodies[key]} if key in bodies else {}
    with observed_calls() as operations:
        answer = call(
            method, path.replace("{job_id}", job_id), user="somebody else", headers={"Accept": accept}, **body
        )
    return answer, operations


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
@pytest.mark.parametrize(("method", "path"), OF_ONE_JOB)
def test_a_foreign_job_takes_the_calls_of_an_unknown_id(
    jobs_of_somebody: dict[str, str], method: str, path: str, accept: str
) -> None:
    # Given what is answered about a job that never was
    unknown, calls_for_unknown = ask(method, path, accept, str(uuid7()))
    assert (unknown.status, calls_for_unknown) == (404, ["GetItem"])

    for status, job_id in jobs_of_somebody.items():
        # When somebody else asks for a job
        foreign, calls_for_foreign = ask(method, path, accept, job_id)

        # Then the answer is the same, and takes the same small read
        assert calls_for_foreign == calls_for_unknown, status
        assert (foreign.status, foreign.text) == (unknown.status, unknown.text), status
        assert foreign.headers.keys() == unknown.headers.keys(), status
