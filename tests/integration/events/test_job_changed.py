"""Events of jobs: each start and each end is published once it has happened, and only then, at least once."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError

from castline import composition
from castline.dynamodb import serialize
from castline.events import job_changed
from castline.jobs import items
from castline.jobs.errors import JobNotActive
from castline.jobs.event_types import EventType
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.model import Batch, JobRecord, JobStatus, SpokenSegment, Titles
from castline.usecases.errors import InvalidRepublication
from local import resources
from local.cloud.lambda_context import LambdaContext
from tests.ended_jobs import RESULT, end_job
from tests.event_schema import violations
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline.jobs.model import Job
    from castline.jobs.repository import JobRepository
    from local.cloud.cloud import LocalCloud
    from local.cloud.streams import StreamMapping

STARTED, COMPLETED, FAILED, CANCELLED = EventType
NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)


class Subscriber:
    """A consumer on the bus that keeps what it gets."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.events: list[dict[str, Any]] = []
        cloud.on_event(resources.EVENT_BUS_NAME, self.events.append)

    def of(self, job: Job, *, count: int) -> list[dict[str, Any]]:
        """Return the details of a job's events, in the order in which they came, when there are so many."""

        def found() -> list[dict[str, Any]]:
            details = [event["detail"] for event in list(self.events)]
            return [detail for detail in details if detail["data"]["job_id"] == job.id]

        eventually(lambda: len(found()) >= count)
        return found()


@pytest.fixture(scope="module")
def mapping(functions_environment: LocalCloud) -> StreamMapping:
    return resources.map_job_events(functions_environment)


@pytest.fixture(scope="module")
def subscriber(functions_environment: LocalCloud) -> Subscriber:
    return Subscriber(functions_environment)


@pytest.fixture
def repository(mapping: StreamMapping) -> JobRepository:
    return composition.job_repository()


def submit(repository: JobRepository, **changes: Any) -> Job:
    job = make_job(**{"created_at": NOW} | changes)
    repository.create(job, make_dialogue(), max_active=3)
    return job


def start(repository: JobRepository, job: Job, now: datetime = NOW) -> None:
    repository.start(job, total_segments=1, now=now)


def types(details: list[dict[str, Any]]) -> list[str]:
    return [detail["type"] for detail in details]


def context(timeout_seconds: float = 300) -> Any:
    return LambdaContext(
        function_name="publish-events", function_arn="arn", memory_mb=128, timeout_seconds=timeout_seconds
    )


def republish(**request: Any) -> dict[str, Any]:
    return job_changed.handler({"republish": request}, context())


def dead_letters() -> list[dict[str, Any]]:
    client, url = clients.client("sqs"), composition.settings().event_dead_letters_url
    found = []
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


@contextmanager
def answers(operation: str, answer: Callable[[Callable[[], Any], dict[str, Any]], Any]) -> Iterator[None]:
    """Answer calls of an operation by ``answer``, which is given the real call and its parameters."""
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, name: str, parameters: dict[str, Any]) -> Any:
        if name != operation:
            return make_api_call(client, name, parameters)
        return answer(lambda: make_api_call(client, name, parameters), parameters)

    with patch.object(BaseClient, "_make_api_call", call):
        yield


def unreachable(_real: Any, _parameters: Any) -> Any:
    raise EndpointConnectionError(endpoint_url="https://events.us-east-1.amazonaws.com")


def forbidden(_real: Any, _parameters: Any) -> Any:
    error: Any = {"Error": {"Code": "AccessDeniedException", "Message": ""}, "ResponseMetadata": {}}
    raise ClientError(error, "PutEvents")


def refused(job: Job, code: str) -> Callable[[Callable[[], Any], dict[str, Any]], Any]:
    """Refuse the events of one job, and take the others."""

    def answer(real: Callable[[], Any], parameters: dict[str, Any]) -> Any:
        entries = parameters["Entries"]
        mine = [json.loads(entry["Detail"])["data"]["job_id"] == job.id for entry in entries]
        parameters["Entries"] = [entry for entry, is_mine in zip(entries, mine, strict=True) if not is_mine]
        taken = iter(real()["Entries"] if parameters["Entries"] else [])
        return {
            "FailedEntryCount": sum(mine),
            "Entries": [{"ErrorCode": code} if is_mine else next(taken) for is_mine in mine],
        }

    return answer


class TestWhatIsPublished:
    def test_a_job_that_is_completed(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        # Given a job that has started, and been completed 20 seconds later
        job = submit(repository, rendition_of="01900000-0000-7000-8000-000000000000")
        start(repository, job, NOW + timedelta(seconds=2))
        started = repository.get(job.id)
        assert started is not None
        end_job(repository, started, JobStatus.COMPLETED, now=NOW + timedelta(seconds=22))

        # When the stream is read only now
        mapping.deliver()

        # Then both events tell of the job as it was when they happened
        first, second = subscriber.of(job, count=2)
        envelope = next(each for each in subscriber.events if each["detail"] == first)
        assert (envelope["source"], envelope["detail-type"]) == ("castline", "job.started")
        assert envelope["time"] == "2026-01-20T10:30:02Z"
        assert first["type"] == "job.started"
        assert first["timestamp"] == "2026-01-20T10:30:02.000Z"
        same = {
            "job_id": job.id,
            "user_id": job.user_id,
            "job_type": "multi_role_tts",
            "provider": "azure",
            "output_format": "mp3",
            "rendition_of": "01900000-0000-7000-8000-000000000000",
            "created_at": "2026-01-20T10:30:00.000Z",
            "started_at": "2026-01-20T10:30:02.000Z",
            "error_code": None,
        }
        assert first["data"] == same | {
            "status": "processing",
            "completed_at": None,
            "duration_ms": None,
            "size_bytes": None,
            "characters": None,
            "billed_characters": None,
            "reused_segments": None,
        }
        assert (second["type"], second["timestamp"]) == ("job.completed", "2026-01-20T10:30:22.000Z")
        assert second["data"] == same | {
            "status": "completed",
            "completed_at": "2026-01-20T10:30:22.000Z",
            "duration_ms": RESULT.duration_ms,
            "size_bytes": RESULT.size_bytes,
            "characters": RESULT.characters,
            "billed_characters": RESULT.billed_characters,
            "reused_segments": RESULT.reused_segments,
        }

    def test_a_job_that_has_failed(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        job = submit(repository)
        start(repository, job)
        failure = JobFailure(code=FailureCode.VOICE_NOT_FOUND, turn_index=3, voice_id="a-voice")
        segment = SpokenSegment(number=0, fingerprint="f", samples=1, billed_characters=12)
        record = JobRecord(job=job, dialogue=None, batches=(Batch(number=0, segments=(segment,)),))
        repository.fail(record, failure, now=NOW)

        mapping.deliver()

        _, failed = subscriber.of(job, count=2)
        assert failed["data"]["billed_characters"] == 12
        assert (failed["type"], failed["data"]["status"]) == ("job.failed", "failed")
        assert failed["data"]["error_code"] == "VOICE_NOT_FOUND"

    def test_a_job_that_is_cancelled(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        job = submit(repository)
        end_job(repository, job, JobStatus.CANCELLED, now=NOW)

        mapping.deliver()

        (cancelled,) = subscriber.of(job, count=1)
        assert (cancelled["type"], cancelled["data"]["status"]) == ("job.cancelled", "cancelled")
        assert cancelled["data"]["started_at"] is None

    def test_nothing_of_a_job_that_waits_or_was_taken_back(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        waiting, taken_back, last = (submit(repository) for _ in range(3))
        repository.discard(taken_back)
        start(repository, last)

        mapping.deliver()

        assert types(subscriber.of(last, count=1)) == ["job.started"]
        assert subscriber.of(waiting, count=0) == subscriber.of(taken_back, count=0) == []

    def test_every_event_is_as_the_schema_says(self, subscriber: Subscriber) -> None:
        """All events of all the tests above."""
        assert {event["detail"]["type"] for event in subscriber.events} == set(EventType)
        for event in subscriber.events:
            assert violations(event["detail"]) == []

    def test_no_text_no_title_no_name_and_no_url(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        # Given a job with secrets wherever its user can write
        job = make_job(titles=Titles(title="SECRET title", author="SECRET author", album="SECRET album"))
        dialogue = make_dialogue("SECRET text", voice_id="SECRET-voice")
        turn = replace(dialogue.turns[0], speaker="SECRET speaker", chapter="SECRET chapter")
        voice = replace(dialogue.voice_assignments[0], speaker="SECRET speaker", voice_name="SECRET name")
        repository.create(job, replace(dialogue, turns=(turn,), voice_assignments=(voice,)), max_active=3)
        start(repository, job)
        failure = JobFailure(code=FailureCode.VOICE_NOT_FOUND, turn_index=0, voice_id="SECRET-voice")
        end_job(repository, job, JobStatus.FAILED, now=NOW, failure=failure)

        # When it is told of
        mapping.deliver()

        # Then none of them is
        told = json.dumps(subscriber.of(job, count=2))
        assert "SECRET" not in told
        assert "http" not in told


class TestWhatHasNotHappened:
    """Of two that want to change a job one wins, and only its event is published."""

    @pytest.mark.parametrize(
        ("rival", "outcomes"),
        [
            ("cancel against start", {("job.started",), ("job.cancelled",)}),
            ("complete against fail", {("job.started", "job.completed"), ("job.started", "job.failed")}),
            ("fail against cancel", {("job.failed",), ("job.cancelled",)}),
        ],
    )
    def test_races_publish_what_the_job_has_become(
        self,
        repository: JobRepository,
        mapping: StreamMapping,
        subscriber: Subscriber,
        rival: str,
        outcomes: set[tuple[str, ...]],
    ) -> None:
        jobs = []
        for _ in range(5):
            job = submit(repository)
            if rival.startswith("complete"):
                start(repository, job)
            self._race(repository, job, rival.split(" against "))
            jobs.append(job)

        mapping.deliver()

        for job in jobs:
            now = repository.get(job.id)
            assert now is not None
            told = subscriber.of(job, count=2 if rival.startswith("complete") else 1)
            assert tuple(types(told)) in outcomes
            assert told[-1]["data"]["status"] == now.status
            assert violations(told[-1]) == []

    def _race(self, repository: JobRepository, job: Job, rivals: list[str]) -> None:
        barrier = threading.Barrier(2)

        def run(deed: str) -> None:
            barrier.wait()
            try:
                if deed == "start":
                    start(repository, job)
                else:
                    ends = {
                        "cancel": JobStatus.CANCELLED,
                        "complete": JobStatus.COMPLETED,
                        "fail": JobStatus.FAILED,
                    }
                    end_job(repository, job, ends[deed], now=NOW)
            except JobNotActive:
                pass

        threads = [threading.Thread(target=run, args=(deed,)) for deed in rivals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class TestAtLeastOnce:
    def test_a_record_that_comes_again_gives_the_same_event(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        # Given a start that is published before the job ends, and a record of it that comes again afterwards
        job = submit(repository)
        start(repository, job)
        mapping.deliver()
        end_job(repository, job, JobStatus.COMPLETED, now=NOW + timedelta(minutes=1))
        mapping.deliver()
        record = {
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": serialize(items.job_key(job.id, "EVENT#job.started")),
                "SequenceNumber": "1",
            },
        }
        answer = job_changed.handler({"Records": [record]}, context())

        # Then both tell the same under the same id
        assert answer == {"batchItemFailures": []}
        first, _, again = subscriber.of(job, count=3)
        assert again == first

    @pytest.mark.parametrize("outage", [unreachable, forbidden])
    def test_an_outage_of_the_bus_loses_nothing(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber, outage: Any
    ) -> None:
        # Given more jobs than a call takes, which end while the bus cannot be reached
        jobs = [submit(repository) for _ in range(13)]
        for job in jobs:
            end_job(repository, job, JobStatus.CANCELLED, now=NOW)
        with answers("PutEvents", outage):
            for _ in range(2):
                mapping.deliver()

        # When it can
        mapping.deliver()

        # Then each event has come once
        for job in jobs:
            assert types(subscriber.of(job, count=1)) == ["job.cancelled"]
        assert mapping.dead_letters == dead_letters() == []

    def test_an_event_that_is_refused_for_now_comes_later_and_holds_up_no_other(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        before, throttled, after = (submit(repository) for _ in range(3))
        for job in (before, throttled, after):
            end_job(repository, job, JobStatus.CANCELLED, now=NOW)

        # Given a bus that takes all events but one
        with answers("PutEvents", refused(throttled, "ThrottlingException")):
            mapping.deliver()
            assert len(subscriber.of(before, count=1)) == len(subscriber.of(after, count=1)) == 1
            assert subscriber.of(throttled, count=0) == []

        # When it takes that one as well
        mapping.deliver()

        # Then it has come, and those after it may have come again, under the same id
        assert types(subscriber.of(throttled, count=1)) == ["job.cancelled"]
        assert len({event["id"] for event in subscriber.of(after, count=2)}) == 1
        assert dead_letters() == []

    def test_an_outage_of_the_table_loses_nothing(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        job = submit(repository)
        end_job(repository, job, JobStatus.CANCELLED, now=NOW)
        with answers("TransactGetItems", unreachable):
            mapping.deliver()
        assert subscriber.of(job, count=0) == []

        mapping.deliver()

        assert len(subscriber.of(job, count=1)) == 1

    def test_a_transaction_that_writes_the_job_at_the_same_time_delays_nothing(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        # Given a job of which DynamoDB refuses to read the items together, three times
        job = submit(repository)
        end_job(repository, job, JobStatus.CANCELLED, now=NOW)
        refusals = iter(range(3))

        def conflicting(real: Callable[[], Any], _parameters: Any) -> Any:
            if next(refusals, None) is None:
                return real()
            error: Any = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}],
                "ResponseMetadata": {},
            }
            client = boto3.client("dynamodb")
            raise client.exceptions.TransactionCanceledException(error, "TransactGetItems")

        # When the stream is read
        with answers("TransactGetItems", conflicting), patch("castline.dynamodb.time.sleep"):
            mapping.deliver()

        # Then its event is published at once
        assert types(subscriber.of(job, count=1)) == ["job.cancelled"]
        assert next(refusals, None) is None

    def test_a_job_that_is_gone_is_passed_over(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        gone, there = submit(repository), submit(repository)
        for job in (gone, there):
            end_job(repository, job, JobStatus.CANCELLED, now=NOW)
        clients.client("dynamodb").delete_item(TableName=resources.TABLE_NAME, Key=serialize(items.job_key(gone.id)))

        mapping.deliver()

        assert len(subscriber.of(there, count=1)) == 1
        assert subscriber.of(gone, count=0) == dead_letters() == []


class TestWhatCannotBePublished:
    def test_an_unreadable_job_is_put_aside_and_published_when_it_can_be_read(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        # Given a job that this release cannot read, between two others
        before, broken, after = (submit(repository) for _ in range(3))
        for job in (before, broken, after):
            end_job(repository, job, JobStatus.CANCELLED, now=NOW)
        set_status(broken, "of-a-newer-release")

        # When the stream is read
        mapping.deliver()

        # Then the others are told of, and it is in the queue of dead letters, once
        assert len(subscriber.of(before, count=1)) == len(subscriber.of(after, count=1)) == 1
        assert subscriber.of(broken, count=0) == []
        letter = {"job_id": broken.id, "event_type": "job.cancelled", "problem": "UnreadableItem"}
        assert dead_letters() == [letter]
        assert mapping.dead_letters == []

        # And when it can be read, an operator has it published
        set_status(broken, "cancelled")
        assert republish(job_ids=[broken.id])["published"] == 1
        assert types(subscriber.of(broken, count=1)) == ["job.cancelled"]

    def test_an_event_that_the_bus_will_never_take_is_put_aside(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        never, other = submit(repository), submit(repository)
        for job in (never, other):
            end_job(repository, job, JobStatus.CANCELLED, now=NOW)

        with answers("PutEvents", refused(never, "MalformedDetail")):
            mapping.deliver()

        assert len(subscriber.of(other, count=1)) == 1
        letter = {"job_id": never.id, "event_type": "job.cancelled", "problem": "MalformedDetail"}
        assert dead_letters() == [letter]

    def test_a_type_that_this_release_does_not_know_is_put_aside(self, mapping: StreamMapping) -> None:
        job = make_job()
        key = items.job_key(job.id, "EVENT#job.paused")
        clients.client("dynamodb").put_item(TableName=resources.TABLE_NAME, Item=serialize(key))

        mapping.deliver()

        assert dead_letters() == [{"job_id": job.id, "event_type": "job.paused", "problem": "ValueError"}]

    def test_what_cannot_be_put_aside_comes_again(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        broken = submit(repository)
        end_job(repository, broken, JobStatus.CANCELLED, now=NOW)
        set_status(broken, "of-a-newer-release")
        with answers("SendMessage", unreachable):
            mapping.deliver()
        assert dead_letters() == []

        mapping.deliver()

        assert [letter["job_id"] for letter in dead_letters()] == [broken.id]


class TestPublishingAgain:
    @pytest.fixture
    def jobs(self, repository: JobRepository, mapping: StreamMapping) -> list[Job]:
        """Return jobs of three days, each of which has started and been completed within its first minute."""
        jobs = []
        for days in (2, 1, 0):
            at = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days + 1)
            job = submit(repository, created_at=at)
            start(repository, job, at + timedelta(seconds=10))
            end_job(repository, job, JobStatus.COMPLETED, now=at + timedelta(seconds=50))
            jobs.append(job)
        mapping.deliver()
        return jobs

    def test_by_job(self, subscriber: Subscriber, jobs: list[Job]) -> None:
        before = subscriber.of(jobs[0], count=2)

        report = republish(job_ids=[jobs[0].id, "unknown", jobs[1].id])

        assert report == {"published": 4, "missing": ["unknown"], "next": None}
        again = subscriber.of(jobs[0], count=4)[2:]
        assert again == before
        assert len(subscriber.of(jobs[2], count=2)) == 2

    def test_by_time(self, subscriber: Subscriber, jobs: list[Job]) -> None:
        # Given a time that begins after the second job's start, and ends before the third one's end
        time = {
            "from": (jobs[1].created_at + timedelta(seconds=20)).isoformat(),
            "to": (jobs[2].created_at + timedelta(seconds=50)).isoformat(),
        }

        # When its events are published again
        report = republish(**time)

        # Then those between are, and no others
        assert report["next"] is None
        assert types(subscriber.of(jobs[1], count=3)[2:]) == ["job.completed"]
        assert types(subscriber.of(jobs[2], count=3)[2:]) == ["job.started"]
        assert len(subscriber.of(jobs[0], count=2)) == 2

    def test_by_type(self, subscriber: Subscriber, jobs: list[Job]) -> None:
        republish(**{"from": jobs[0].created_at.isoformat(), "types": ["job.completed"]})

        for job in jobs:
            assert types(subscriber.of(job, count=3)[2:]) == ["job.completed"]

    def test_a_job_counts_for_the_time_of_its_event_not_of_its_creation(
        self, repository: JobRepository, mapping: StreamMapping, subscriber: Subscriber
    ) -> None:
        now = datetime.now(UTC)
        job = submit(repository, created_at=now - timedelta(hours=24, minutes=5))
        end_job(repository, job, JobStatus.FAILED, now=now)
        mapping.deliver()

        republish(**{"from": (now - timedelta(seconds=1)).isoformat()})

        assert types(subscriber.of(job, count=2)) == ["job.failed", "job.failed"]

    @pytest.mark.parametrize("by", ["job", "time"])
    def test_it_goes_on_where_its_time_was_up(self, subscriber: Subscriber, jobs: list[Job], by: str) -> None:
        request: dict[str, Any] = (
            {"job_ids": [job.id for job in jobs]} if by == "job" else {"from": jobs[0].created_at.isoformat()}
        )
        publish = composition.republish_events()
        reports = []
        while True:
            left = iter([True])
            report = publish(request, has_time=lambda left=left: next(left, False))  # type: ignore[misc]
            reports.append(report)
            if report.next is None:
                break
            request = report.next

        assert len(reports) >= len(jobs)
        for job in jobs:
            assert len(subscriber.of(job, count=4)) == 4

    def test_it_goes_on_where_the_bus_was_lost(self, subscriber: Subscriber, jobs: list[Job]) -> None:
        with answers("PutEvents", refused(jobs[1], "InternalFailure")):
            report = republish(job_ids=[job.id for job in jobs])

        assert (report["published"], report["next"]) == (2, {"job_ids": [jobs[1].id, jobs[2].id]})
        assert republish(**report["next"])["published"] == 4

    def test_an_event_that_cannot_be_read_holds_up_no_other(self, subscriber: Subscriber, jobs: list[Job]) -> None:
        # Given a job with an event of a type that this release does not know
        unknown = serialize(items.job_key(jobs[0].id, "EVENT#job.paused") | {"event_type": "job.paused"})
        clients.client("dynamodb").put_item(TableName=resources.TABLE_NAME, Item=unknown)

        # When the events of a time are published again
        report = republish(**{"from": jobs[0].created_at.isoformat()})

        # Then the others of the job are, and those of the jobs after it
        assert report["next"] is None
        for job in jobs:
            assert len(subscriber.of(job, count=4)) == 4

    def test_a_time_that_ends_far_in_the_future_ends_now(self, subscriber: Subscriber, jobs: list[Job]) -> None:
        report = republish(**{"from": jobs[2].created_at.isoformat(), "to": "9999-12-31T00:00:00Z"})

        assert report["next"] is None
        assert len(subscriber.of(jobs[2], count=4)) == 4

    @pytest.mark.parametrize(
        "request_",
        [
            {},
            {"job_ids": ["a"], "from": "2026-01-01T00:00:00Z"},
            {"from": "yesterday"},
            {"from": "2026-01-01T00:00:00"},
            {"from": "9999-12-31T23:59:59-01:00"},
            {"from": "2026-01-01T00:00:00Z", "types": ["job.paused"]},
            {"job_ids": 7},
            {"since": "2026-01-01T00:00:00Z"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, mapping: StreamMapping, request_: dict[str, Any]) -> None:
        with pytest.raises(InvalidRepublication):
            republish(**request_)


def set_status(job: Job, status: str) -> None:
    clients.client("dynamodb").update_item(
        TableName=resources.TABLE_NAME,
        Key=serialize(items.job_key(job.id)),
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=serialize({":status": status}),
    )
