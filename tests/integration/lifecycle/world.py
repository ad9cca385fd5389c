"""World of the lifecycle tests: DynamoDB and S3 by moto, and surroundings under the test's control.

The test controls time, executions and the voice, so that events can come in any order, which is rare on AWS. All of
Castline's own code is real: service, repository, handlers, storage.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from uuid6 import uuid7

from castline import composition
from castline.audio.formats import OutputFormat
from castline.dynamodb import deserialize, serialize
from castline.events import execution_ended, expire, reconcile
from castline.jobs import items
from castline.jobs.model import Dialogue, Job, JobStatus, JobType, Turn, VoiceAssignment
from castline.pcm import SAMPLE_RATE_HZ
from castline.speech.providers.base import SpeechSession
from castline.speech.utterances import Speech
from castline.synthesis.segments import BatchRange
from castline.table import OPEN_JOBS, shard_of
from castline.workflow import assemble, plan, record_failure
from infra import functions
from local import resources
from local.cloud.clock import Clock
from local.cloud.lambda_context import LambdaContext
from local.cloud.streams import StreamMapping
from local.cloud.ttl import delete_expired_items
from tests.integration.scripted_executions import Crash, ScriptedExecutions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from castline.jobs.repository import JobRepository
    from castline.speech.utterances import Utterance
    from castline.usecases.cancel_job import CancelJob
    from castline.usecases.delete_job import DeleteJob
    from castline.usecases.stop_job import StopJob
    from castline.usecases.view_jobs import ViewJobs
    from local.cloud.cloud import LocalCloud

Table = dict[tuple[str, str], dict[str, Any]]

MAX_ACTIVE = 3
SETTLED = timedelta(seconds=60)
"""The age at which the reconciler checks a job: RECONCILE_AFTER_SECONDS."""
MAX_PROCESSING = timedelta(minutes=10)
"""The time from a job's start at which the reconciler checks it: MAX_PROCESSING_SECONDS."""

_START = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)


class StandingClock(Clock):
    """A clock that only `advance` moves."""

    def start_again(self) -> None:
        """Go back to the first moment."""
        self._offset = timedelta()

    def now(self) -> datetime:
        return _START + self._offset


class Hum(SpeechSession):
    """A voice that says anything in a hundredth of a second."""

    concurrency = 2

    def synthesize(
        self, utterance: Utterance, *, with_words: bool = True, sample_rate_hz: int = SAMPLE_RATE_HZ
    ) -> Speech:
        return Speech(pcm=b"\0\x40" * (sample_rate_hz // 100), words=(), sample_rate_hz=sample_rate_hz)

    def close(self) -> None: ...


class World:
    """A table, a bucket, and access to every event of a job."""

    def __init__(self, cloud: LocalCloud, clock: StandingClock) -> None:
        self.clock = clock
        self.executions = ScriptedExecutions()
        self.s3 = boto3.client("s3")
        self.dynamodb = boto3.client("dynamodb")
        self._cloud = cloud
        resources.create_bucket()
        spec = functions.EXPIRE
        cloud.lambdas.register(spec.name, expire.handler, timeout_seconds=spec.timeout_seconds)
        self._create_table()

    @property
    def repository(self) -> JobRepository:
        return composition.job_repository()

    @property
    def view(self) -> ViewJobs:
        return composition.view_jobs()

    def submit(self, user_id: str, dialogue: Dialogue, *, idempotency_key: str | None = None) -> Job:
        return composition.submit_job()(user_id, dialogue, idempotency_key=idempotency_key).job

    def resubmit(self, user_id: str, job_id: str, *, idempotency_key: str | None = None) -> Job:
        return composition.resubmit_job()(user_id, job_id, idempotency_key=idempotency_key).job

    @property
    def cancel(self) -> CancelJob:
        return composition.cancel_job()

    @property
    def delete(self) -> DeleteJob:
        return composition.delete_job()

    @property
    def stop(self) -> StopJob:
        return composition.stop_job()

    def forget_everything(self) -> None:
        """Empty the table and the bucket, and remove all executions."""
        self.dynamodb.delete_table(TableName=resources.TABLE_NAME)
        self._create_table()
        for key in self.objects():
            self.s3.delete_object(Bucket=resources.BUCKET_NAME, Key=key)
        self.executions.statuses.clear()
        self.executions.described.clear()
        self.executions.unreadable.clear()

    # What happens by itself

    def plan(self, job_id: str) -> Any:
        return plan.handler({"job_id": job_id}, _context())

    def begin(self, job_id: str) -> None:
        """Plan a job, and make it processing as its first batch does."""
        self.plan(job_id)
        self.repository.start(self.job(job_id), total_segments=len(DIALOGUE.turns), now=self.clock.now())

    def synthesize(self, job_id: str) -> None:
        """Speak the only batch of a short dialogue, without waiting for its turn."""
        batch = BatchRange(number=0, first_utterance=0, utterance_count=len(DIALOGUE.turns))
        composition.synthesize_batch()(job_id, batch, give_up_at=self.clock.now() + timedelta(minutes=5))

    def assemble(self, job_id: str) -> None:
        assemble.handler({"job_id": job_id}, _context())

    def record_failure(self, job_id: str, error: str = "ProviderUnavailable") -> None:
        record_failure.handler({"job_id": job_id, "failure": {"Error": error, "Cause": ""}}, _context())

    def report_status(self, job_id: str, status: str) -> None:
        """Deliver EventBridge's event that the job's execution is now in ``status``."""
        execution_ended.handler({"detail": {"name": job_id, "status": status}}, _context())

    def reconcile(self, *, timeout_seconds: float = 300) -> dict[str, int]:
        return reconcile.handler({}, _context(timeout_seconds))

    def expire(self) -> None:
        """Delete the expired items as DynamoDB's TTL does, and deliver the table's stream."""
        delete_expired_items(self.dynamodb, self.clock.now())
        self._stream.deliver()
        assert self._stream.dead_letters == []

    def complete(self, job_id: str) -> None:
        """Run the whole workflow."""
        self.plan(job_id)
        self.synthesize(job_id)
        self.assemble(job_id)
        self.executions.statuses[job_id] = "SUCCEEDED"

    def store_pending_jobs(self, count: int, *, check_at: datetime | None = None) -> list[str]:
        """Store pending jobs of as many users, without executions, in bulk; they are to be checked now, or then."""
        now = self.clock.now()
        jobs = [
            Job(
                id=str(uuid7()),
                user_id=new_user(),
                status=JobStatus.PENDING,
                job_type=JobType.MULTI_ROLE_TTS,
                provider="azure",
                output_format=OutputFormat.WAV,
                created_at=now,
            )
            for _ in range(count)
        ]
        with boto3.resource("dynamodb").Table(resources.TABLE_NAME).batch_writer() as writer:
            for job in jobs:
                writer.put_item(Item=items.new_job_item(job, check_at=check_at))
                writer.put_item(Item=items.input_item(job.id, DIALOGUE))
        return [job.id for job in jobs]

    def leak_slot(self, user_id: str, job_id: str) -> None:
        """Take a slot for a job that has no right to one. The user is due to be checked."""
        self.dynamodb.update_item(
            TableName=resources.TABLE_NAME,
            Key=serialize(items.active_key(user_id)),
            UpdateExpression=(
                f"SET {OPEN_JOBS.partition_key} = :slots, {OPEN_JOBS.sort_key} = :due, user_id = :user "
                "ADD job_ids :ids"
            ),
            ExpressionAttributeValues=serialize(
                {
                    ":due": items.due_key(self.clock.now(), user_id),
                    ":ids": {job_id},
                    ":slots": items.taken_slots_key(shard_of(user_id)),
                    ":user": user_id,
                }
            ),
        )

    # What is there

    def job(self, job_id: str) -> Job:
        job = self.repository.get(job_id)
        assert job is not None
        return job

    def status_of(self, job_id: str) -> JobStatus | None:
        job = self.repository.get(job_id)
        return job.status if job else None

    def table(self) -> Table:
        """Return every item by its key, read directly from moto, because a scan takes as long as a whole step."""
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][self._cloud.region].get_table(resources.TABLE_NAME)
        found = [deserialize(item.to_json()["Attributes"]) for item in table.all_items()]
        return {(item["pk"], item["sk"]): item for item in found}

    def objects(self, prefix: str = "") -> list[str]:
        answer = self.s3.list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=prefix)
        return [each["Key"] for each in answer.get("Contents", ())]

    def open_jobs(self) -> list[str]:
        return sorted(item["job_id"] for item in self._open("OPEN#"))

    def users_with_slots_taken(self) -> set[str]:
        return {item["user_id"] for item in self._open("SLOTS#")}

    def _open(self, prefix: str) -> list[dict[str, Any]]:
        return [item for item in self.table().values() if item.get(OPEN_JOBS.partition_key, "").startswith(prefix)]

    def _create_table(self) -> None:
        resources.create_table()
        self._stream = StreamMapping(
            self._cloud.lambdas,
            region=self._cloud.region,
            table_name=resources.TABLE_NAME,
            function_name=functions.EXPIRE.name,
        )


@contextmanager
def overtaken(
    part: object, method: str, event: Callable[[], object], *, after_effect: bool = False
) -> Iterator[None]:
    """Run ``event`` just before, or just after, the next call of a part's method does its work."""
    real = getattr(part, method)
    happened = False

    def overtaken_once(*args: Any, **kwargs: Any) -> Any:
        nonlocal happened
        due, happened = not happened, True
        if due and not after_effect:
            event()
        result = real(*args, **kwargs)
        if due and after_effect:
            event()
        return result

    with patch.object(part, method, overtaken_once):
        yield
    assert happened, f"{method} was never called"


def crash() -> None:
    """Crash the invocation: an event for `overtaken`."""
    raise Crash


def new_user() -> str:
    return f"user-{uuid4()}"


def dialogue(text: str = "你好") -> Dialogue:
    """Return a short dialogue: two segments, one batch."""
    return Dialogue(
        provider="azure",
        turns=(Turn(speaker="A", text=text, index=0), Turn(speaker="B", text=f"{text}！", index=1)),
        voice_assignments=(
            VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural"),
            VoiceAssignment(speaker="B", voice_id="en-US-AvaNeural"),
        ),
        language="zh-TW",
        output_format=OutputFormat.WAV,
        gap_ms=0,
        crossfade_ms=0,
    )


DIALOGUE = dialogue()


def _context(timeout_seconds: float = 300) -> Any:
    return LambdaContext(function_name="f", function_arn="arn", memory_mb=128, timeout_seconds=timeout_seconds)
