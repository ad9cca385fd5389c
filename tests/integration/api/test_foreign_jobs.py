"""Another user's job is asked for with the same calls of AWS as an unknown id: not even time tells them apart."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import boto3
import pytest
from botocore.client import BaseClient
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
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("functions_environment")

OF_ONE_JOB = [
    (method, route.path.removeprefix(PREFIX), accept)
    for route in OPERATIONS
    if "{job_id}" in route.path and not route.for_operators
    for method in route.methods
    for accept in ("*/*", "application/json")
]


def pending() -> str:
    """Store a job of the largest number of turns; return its id."""
    job = make_job()
    composition.job_repository().create(job, make_dialogue(*["長" * 100] * 1_000), max_active=3)
    return job.id


def completed() -> str:
    job_id, repository = pending(), composition.job_repository()
    job = repository.get(job_id)
    assert job is not None
    repository.start(job, total_segments=1_000, now=datetime.now(UTC))
    end_job(repository, job, JobStatus.COMPLETED, now=datetime.now(UTC), audio_file_id=str(uuid4()))
    return job_id


def unreadable() -> str:
    """Store a job whose row a newer release has written."""
    job_id = pending()
    boto3.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.job_key(job_id)),
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=serialize({":status": "humming"}),
    )
    return job_id


@contextmanager
def observed_calls() -> Iterator[list[str]]:
    """Note the operation of every call of AWS."""
    operations: list[str] = []
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def observed(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        operations.append(operation)
        return make_api_call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", observed):
        yield operations


def ask(method: str, path: str, accept: str, job_id: str) -> tuple[Answer, list[str]]:
    with observed_calls() as operations:
        body: dict[str, Any] = {"json": {"title": "Mine"}} if method == "PATCH" else {}
        if path.endswith("/renditions"):
            body = {"json": {}}
        headers = {"Accept": accept}
        answer = call(method, path.replace("{job_id}", job_id), user="somebody else", headers=headers, **body)
    return answer, operations


@pytest.mark.parametrize("store", [pending, completed, unreadable])
@pytest.mark.parametrize(("method", "path", "accept"), OF_ONE_JOB)
def test_a_foreign_job_takes_the_calls_of_an_unknown_id(
    store: Callable[[], str], method: str, path: str, accept: str
) -> None:
    # Given a job of somebody
    job_id = store()

    # When somebody else asks for it, and for one that never was
    foreign, calls_for_foreign = ask(method, path, accept, job_id)
    unknown, calls_for_unknown = ask(method, path, accept, str(uuid7()))

    # Then both take one small read, and have one answer
    assert calls_for_foreign == calls_for_unknown == ["GetItem"]
    assert (foreign.status, foreign.text) == (unknown.status, unknown.text)
    assert foreign.status == 404
    assert foreign.headers.keys() == unknown.headers.keys()
