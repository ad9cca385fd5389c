"""Rows that this release cannot read: each costs one job, not the list, and not the reconciliation of others."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import serialize
from castline.jobs import items
from castline.jobs.errors import InputUnreadable
from castline.jobs.failures import FailureCode
from castline.jobs.model import JobStatus
from local import resources
from tests.integration.lifecycle.world import DIALOGUE, MAX_PROCESSING, World, new_user

if TYPE_CHECKING:
    from castline.jobs.model import Job


@pytest.fixture(autouse=True)
def _an_empty_world(world: World) -> None:
    world.forget_everything()


def put(world: World, job_id: str, sort_key: str, **values: Any) -> None:
    """Overwrite attributes of one of a job's items, as another release or an accident would."""
    names = {f"#{name}": name for name in values}
    world.dynamodb.update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.job_key(job_id, sort_key)),
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=serialize({f":{name}": value for name, value in values.items()}),
    )


def delete(world: World, job_id: str, sort_key: str) -> None:
    world.dynamodb.delete_item(TableName=resources.TABLE_NAME, Key=serialize(items.job_key(job_id, sort_key)))


def newer(value: Any) -> bytes:
    return zlib.compress(json.dumps(value).encode())


def dead_jobs(world: World, count: int) -> list[Job]:
    """Store processing jobs of as many users, whose executions have died."""
    jobs = [world.submit(new_user(), DIALOGUE) for _ in range(count)]
    for job in jobs:
        world.begin(job.id)
        world.executions.statuses[job.id] = "ABORTED"
    return jobs


UNREADABLE_JOBS: list[dict[str, Any]] = [
    {"status": "paused"},
    {"job_type": "opera"},
    {"created_at": "yesterday"},
    {"started_at": "soon"},
]


@pytest.mark.parametrize("values", UNREADABLE_JOBS, ids=lambda values: next(iter(values)))
def test_a_job_that_cannot_be_read_stops_nobody_elses_rescue(world: World, values: dict[str, Any]) -> None:
    # Given three dead jobs, one of which a newer release has changed
    odd, *others = dead_jobs(world, 3)
    put(world, odd.id, items.JOB, **values)
    world.clock.advance(MAX_PROCESSING)

    # When the reconciler runs
    report = world.reconcile()

    # Then the others are failed and their slots freed
    assert report["errors"] == 0
    assert [world.status_of(job.id) for job in others] == [JobStatus.FAILED] * 2
    assert [world.repository.taken_slots(job.user_id) for job in others] == [frozenset()] * 2

    # And its user's list works without it, though it is counted, and a poll of it is asked to come again
    page = world.view.page(odd.user_id, limit=10)
    assert (page.jobs, page.total) == ((), 1)
    with pytest.raises(ServiceUnavailable):
        world.view.record(odd.user_id, odd.id)


def test_fields_of_a_newer_release_are_passed_over(world: World) -> None:
    # Given a completed job, every part of which a newer release has written with a field more
    job = world.submit(new_user(), DIALOGUE)
    world.complete(job.id)
    before = world.view.record(job.user_id, job.id)
    assert before.dialogue is not None
    assert before.result is not None
    dialogue, result = asdict(before.dialogue), asdict(before.result)
    for part in (dialogue, *dialogue["turns"], *dialogue["voice_assignments"], dialogue["delivery"]):
        part["mood"] = "cheerful"
    for part in (result, *result["turn_timings"]):
        part["lufs"] = -16
    put(world, job.id, items.JOB, title="Lesson 1")
    put(world, job.id, items.INPUT, dialogue=newer(dialogue))
    put(world, job.id, items.RESULT, result=newer(result))

    # Then it is read as before, and can be submitted again
    after = world.view.record(job.user_id, job.id)
    assert (after.dialogue, after.result) == (before.dialogue, before.result)
    assert world.resubmit(job.user_id, job.id).status is JobStatus.PENDING


LOST_INPUTS = [None, b"garbage", newer([]), newer({"turns": 3}), newer({**asdict(DIALOGUE), "job_type": "opera"})]


@pytest.mark.parametrize("content", LOST_INPUTS, ids=["missing", "garbage", "list", "incomplete", "unknown type"])
def test_a_job_whose_input_is_lost_can_be_seen_and_is_failed(world: World, content: bytes | None) -> None:
    # Given a processing job whose input cannot be read any more
    (job,) = dead_jobs(world, 1)
    if content is None:
        delete(world, job.id, items.INPUT)
    else:
        put(world, job.id, items.INPUT, dialogue=content)

    # Then it can be seen
    assert world.view.record(job.user_id, job.id).dialogue is None

    # And the reconciler fails it and frees its slot
    world.clock.advance(MAX_PROCESSING)
    assert world.reconcile()["failed"] == 1
    record = world.view.record(job.user_id, job.id)
    assert record.job.failure is not None
    assert record.job.failure.code is FailureCode.INTERRUPTED
    assert world.repository.taken_slots(job.user_id) == frozenset()

    # And what cannot be read cannot be submitted again
    with pytest.raises(InputUnreadable):
        world.resubmit(job.user_id, job.id)


def test_a_failure_of_a_newer_release_is_an_internal_error(world: World) -> None:
    job = world.submit(new_user(), DIALOGUE)
    world.record_failure(job.id)
    put(world, job.id, items.JOB, failure_code="MUSIC_MISSING", failure_details=b"garbage")

    failure = world.view.record(job.user_id, job.id).job.failure

    assert failure is not None
    assert failure.code is FailureCode.INTERNAL_ERROR
    assert failure.details == {}
