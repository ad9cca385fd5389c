"""Batches on their way through the queue, with the real handlers, state machine and queue of tickets."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest

from castline import composition
from castline.jobs.model import Job, JobRecord, JobStatus
from castline.usecases import keeping
from castline.usecases.refill_tickets import RefillTickets
from infra.queue_settings import SYNTHESIS
from local import resources
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure_speech.server import AzureSpeechEmulator
    from local.cloud.cloud import LocalCloud
    from local.cloud.queues import QueueMapping


@pytest.fixture(scope="module")
def tickets(functions_environment: LocalCloud) -> QueueMapping:
    """Return the mapping of the queue of tickets, which delivers when it is told to."""
    return resources.map_synthesis_queue(functions_environment, max_concurrency=2)


@pytest.fixture(autouse=True)
def _empty_queue(tickets: QueueMapping) -> Iterator[None]:
    yield
    lose_tickets()
    table: Any = boto3.resource("dynamodb").Table(resources.TABLE_NAME)
    for item in waiting_items():
        table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})


def refilled_later(delta: timedelta = timedelta(minutes=3)) -> int:
    """Refill the tickets as it were some time later, and return how many were sent."""
    later = datetime.now(UTC) + delta
    return RefillTickets(composition.batch_queue(), composition.tickets(), now=lambda: later)()


def lose_tickets() -> None:
    sqs, url = boto3.client("sqs"), composition.settings().synthesis_queue_url
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def submit(*texts: str) -> Job:
    """Return a job whose execution runs; its batches are in the queue, with a ticket."""
    job = make_job()
    composition.job_repository().create(job, make_dialogue(*texts), max_active=3)
    composition.executions().start(job.id)
    eventually(lambda: [each for each in waiting_items() if each["job_id"] == job.id], PATIENCE_SECONDS)
    eventually(lambda: composition.tickets().count() > 0, PATIENCE_SECONDS)
    return job


def waiting_items() -> list[dict[str, Any]]:
    table: Any = boto3.resource("dynamodb").Table(resources.TABLE_NAME)
    found: list[dict[str, Any]] = table.query(
        KeyConditionExpression="pk = :queue", ExpressionAttributeValues={":queue": "QUEUE"}
    )["Items"]
    return found


def tickets_left() -> int:
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=composition.settings().synthesis_queue_url, AttributeNames=["All"]
    )["Attributes"]
    return sum(int(value) for name, value in attributes.items() if name.startswith("ApproximateNumber"))


def record_of(job: Job) -> JobRecord:
    record = composition.job_repository().get_record(job.id)
    assert record is not None
    return record


def status_of(job: Job) -> JobStatus:
    return record_of(job).job.status


def ends(job: Job, status: JobStatus) -> None:
    eventually(lambda: status_of(job) is status, PATIENCE_SECONDS)


def spoken(speech: AzureSpeechEmulator, text: str) -> int:
    return sum(text in request.ssml for request in speech.traffic.requests)


def break_lease() -> None:
    """Let the time pass for which batches are kept from others."""
    table: Any = boto3.resource("dynamodb").Table(resources.TABLE_NAME)
    for item in waiting_items():
        table.update_item(
            Key={"pk": item["pk"], "sk": item["sk"]},
            UpdateExpression="SET claimed_until_ms = :past",
            ExpressionAttributeValues={":past": 1},
        )


def test_a_job_is_pending_until_its_first_batch_has_its_turn(tickets: QueueMapping) -> None:
    job = submit("一", "二")
    assert status_of(job) is JobStatus.PENDING

    tickets.deliver()

    ends(job, JobStatus.COMPLETED)
    assert waiting_items() == []
    assert tickets_left() == 0


def test_a_pending_job_that_is_cancelled_is_not_spoken(speech: AzureSpeechEmulator, tickets: QueueMapping) -> None:
    job = submit("取消的這一句")
    end_job(composition.job_repository(), job, JobStatus.CANCELLED, now=datetime.now(UTC))

    tickets.deliver()

    eventually(lambda: composition.executions().status(job.id) == "SUCCEEDED", PATIENCE_SECONDS)
    assert (spoken(speech, "取消的這一句"), waiting_items()) == (0, [])
    assert status_of(job) is JobStatus.CANCELLED


def test_a_ticket_that_comes_twice_changes_nothing(speech: AzureSpeechEmulator, tickets: QueueMapping) -> None:
    # Given a job with one batch, and a ticket too many
    job = submit("只說一次的這一句")
    composition.tickets().send()

    # When
    tickets.deliver()

    # Then
    ends(job, JobStatus.COMPLETED)
    assert spoken(speech, "只說一次的這一句") == 1
    assert tickets_left() == 0


def test_a_batch_that_was_queued_twice_is_spoken_once(speech: AzureSpeechEmulator, tickets: QueueMapping) -> None:
    # Given a task that was called again after it had queued its batch
    job = submit("排了兩次的這一句")
    [item] = waiting_items()
    tag, rank, queued_at, batch = item["sk"].split("#", 3)
    table: Any = boto3.resource("dynamodb").Table(resources.TABLE_NAME)
    table.put_item(Item=item | {"sk": "#".join((tag, rank, queued_at.replace("Z", "1Z"), batch))})
    composition.tickets().send()

    # When
    tickets.deliver()
    composition.tickets().send()
    tickets.deliver()

    # Then
    ends(job, JobStatus.COMPLETED)
    assert spoken(speech, "排了兩次的這一句") == 1
    assert (waiting_items(), tickets_left()) == ([], 0)


def test_a_batch_that_was_queued_twice_needs_no_second_ticket(
    speech: AzureSpeechEmulator, tickets: QueueMapping
) -> None:
    # Given a task that broke down when it had queued its batch, before it sent a ticket; another token is valid now
    job = submit("只有一張票的這一句")
    [item] = waiting_items()
    tag, rank, _, batch = item["sk"].split("#", 3)
    table: Any = boto3.resource("dynamodb").Table(resources.TABLE_NAME)
    table.put_item(
        Item=item | {"sk": "#".join((tag, rank, "2020-01-01T00:00:00.000Z", batch)), "task_token": "no longer valid"}
    )

    # When
    tickets.deliver()

    # Then
    ends(job, JobStatus.COMPLETED)
    assert spoken(speech, "只有一張票的這一句") == 1
    assert (waiting_items(), tickets_left()) == ([], 0)


def test_what_a_broken_task_had_is_taken_by_another(
    cloud: LocalCloud, speech: AzureSpeechEmulator, tickets: QueueMapping
) -> None:
    # Given a task that breaks down when it has spoken, before it could tell of it
    job = submit("壞掉之前說的這一句")
    with patch.object(composition.synthesize_batch().__class__, "__call__", side_effect=SystemExit):
        tickets.deliver()
    assert len(waiting_items()) == 1

    # When its time and that of its ticket are up
    break_lease()
    cloud.clock.advance(timedelta(seconds=SYNTHESIS.visibility_seconds + 1))
    tickets.deliver()

    # Then
    ends(job, JobStatus.COMPLETED)
    assert spoken(speech, "壞掉之前說的這一句") == 1


def test_a_broken_task_is_replaced_before_its_ticket_comes_back(
    speech: AzureSpeechEmulator, tickets: QueueMapping
) -> None:
    # Given a task that breaks down
    job = submit("一分多鐘後再說的這一句")
    with patch.object(composition.synthesize_batch().__class__, "__call__", side_effect=SystemExit):
        tickets.deliver()

    # When its lease has been over for half a minute
    sent = (
        refilled_later(keeping.LEASE + timedelta(seconds=20)),
        refilled_later(keeping.LEASE + timedelta(seconds=40)),
    )
    break_lease()
    tickets.deliver()

    # Then
    assert sent == (0, 1)
    ends(job, JobStatus.COMPLETED)
    assert spoken(speech, "一分多鐘後再說的這一句") == 1


def test_a_batch_with_which_every_task_breaks_down_is_given_up(cloud: LocalCloud, tickets: QueueMapping) -> None:
    job = submit("毒藥")
    with patch.object(composition.synthesize_batch().__class__, "__call__", side_effect=SystemExit):
        for _ in range(5):
            tickets.deliver()
            break_lease()
            cloud.clock.advance(timedelta(seconds=SYNTHESIS.visibility_seconds + 1))

        ends(job, JobStatus.FAILED)

    failure = record_of(job).job.failure
    assert failure is not None
    assert failure.code == "INTERNAL_ERROR"
    assert (waiting_items(), tickets_left()) == ([], 0)


def test_the_outcome_of_an_execution_that_is_gone_is_passed_over(
    speech: AzureSpeechEmulator, tickets: QueueMapping
) -> None:
    # Given a job whose execution is stopped, which nobody has noticed
    job = submit("沒有人等的這一句")
    composition.executions().stop(job.id, error="ByHand")

    # When its batch has its turn
    tickets.deliver()

    # Then the batch is spoken, and nothing stays in the queue
    assert spoken(speech, "沒有人等的這一句") == 1
    assert (waiting_items(), tickets_left()) == ([], 0)


def test_a_batch_that_takes_long_is_kept_by_heartbeats(
    speech: AzureSpeechEmulator, tickets: QueueMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a lease that is much shorter than the batch takes
    monkeypatch.setattr(keeping, "_FIRST_BEAT_SECONDS", 0.05)
    monkeypatch.setattr(keeping, "_BEAT_SECONDS", 0.05)
    release = threading.Event()
    beats: list[int] = []
    hide = composition.tickets().hide

    def noted(receipt_handle: str, *, seconds: int) -> None:
        hide(receipt_handle, seconds=seconds)
        beats.append(seconds)
        if len(beats) == 3:
            release.set()

    monkeypatch.setattr(composition.tickets(), "hide", noted)
    synthesize = composition.synthesize_batch().__class__.__call__

    def slow(*arguments: Any, **options: Any) -> None:
        assert release.wait(PATIENCE_SECONDS)
        break_lease()  # what would be without the heartbeat
        eventually(lambda: int(waiting_items()[0]["claimed_until_ms"]) > 1, PATIENCE_SECONDS)
        synthesize(*arguments, **options)

    job = submit("很慢的這一句")
    with patch.object(composition.synthesize_batch().__class__, "__call__", slow):
        # When
        tickets.deliver()

    # Then
    ends(job, JobStatus.COMPLETED)
    assert spoken(speech, "很慢的這一句") == 1
    assert set(beats) == {75}


def test_lost_tickets_are_replaced(tickets: QueueMapping) -> None:
    # Given a batch whose ticket is lost
    job = submit("票丟了的這一句")
    lose_tickets()
    assert composition.refill_tickets()() == 0

    # When it has waited for long
    sent = refilled_later()
    tickets.deliver()

    # Then
    assert sent == 1
    ends(job, JobStatus.COMPLETED)


def test_a_backlog_with_tickets_gets_no_more_of_them() -> None:
    submit("排隊的這一句")

    assert refilled_later() == 0
