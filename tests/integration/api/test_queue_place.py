"""Place in the queue that a pending job tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError

from castline import composition
from castline.batch_queue import queue
from castline.batch_queue.model import WaitingBatch
from castline.usecases import view_jobs
from local.quickstart import DIALOGUE
from tests.integration.api.client import call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cloud.cloud import LocalCloud

FRONT = 5


@pytest.fixture(autouse=True)
def an_empty_queue(service: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every answer given after a fresh look at the queue, of which a few batches are read."""
    monkeypatch.setattr(view_jobs, "_FRONT_MAX_AGE", timedelta(0))
    monkeypatch.setattr(queue, "_FRONT", FRONT)
    yield
    while taken := composition.batch_queue().take(now=now(), until=now() + timedelta(minutes=1)):
        composition.batch_queue().remove(taken)


def now() -> datetime:
    return datetime.now(UTC)


def submit(user: str) -> str:
    job_id: str = call("POST", "/jobs", user=user, json=DIALOGUE).json()["id"]
    return job_id


def put(job_id: str, number: int = 0) -> None:
    composition.batch_queue().put(
        WaitingBatch(
            job_id=job_id,
            user_id="somebody",
            batch={"number": number, "first_utterance": 0, "utterance_count": 2},
            task_token="token",
            cost=2,
            queued_at=now(),
        )
    )


def told(user: str, job_id: str) -> Any:
    """Return the place that the job tells; None if it tells none."""
    answer = call("GET", f"/jobs/{job_id}", user=user)
    assert (answer.status, answer.json()["status"]) == (200, "pending")
    return answer.json().get("queue")


def test_a_job_counts_the_batches_before_it() -> None:
    # Given a job that is not in the queue yet
    user = str(uuid4())
    job_id = submit(user)
    put(str(uuid4()))
    assert told(user, job_id) is None

    # When it comes into the queue
    put(job_id)

    # Then
    assert told(user, job_id) == {"ahead": 1, "estimated_start_at": None}


def test_a_job_tells_when_it_may_start_once_a_batch_has_been_spoken() -> None:
    # Given batches that were spoken in 25 s each
    for _ in range(2):
        put(str(uuid4()))
        taken = composition.batch_queue().take(now=now(), until=now() + timedelta(minutes=1))
        assert taken is not None
        composition.batch_queue().remove(taken, took=timedelta(seconds=25))

    # When a job is next
    user = str(uuid4())
    job_id = submit(user)
    put(job_id)
    asked_at = now()

    # Then it is told a time that is rounded to ten seconds
    place = told(user, job_id)
    start = datetime.fromisoformat(place["estimated_start_at"])
    assert place["ahead"] == 0
    assert asked_at + timedelta(seconds=20) < start < now() + timedelta(seconds=40)
    assert start.timestamp() % 10 == 0


def test_a_job_behind_the_front_is_told_how_long_that_is() -> None:
    other = str(uuid4())
    for number in range(FRONT):
        put(other, number)
    user = str(uuid4())
    job_id = submit(user)

    assert told(user, job_id) == {"ahead": FRONT, "estimated_start_at": None}


def test_a_job_is_shown_without_its_place_while_the_queue_cannot_be_read() -> None:
    # Given
    user = str(uuid4())
    job_id = submit(user)
    put(job_id)

    def fail(params: Any, **_: object) -> None:
        if b'"QUEUE"' in params["body"]:
            raise EndpointConnectionError(endpoint_url="https://dynamodb")

    events = composition.batch_queue()._client.meta.events

    # When
    events.register("before-call.dynamodb.Query", fail)
    try:
        place = told(user, job_id)
    finally:
        events.unregister("before-call.dynamodb.Query", fail)

    # Then
    assert place is None
    assert told(user, job_id) is not None
