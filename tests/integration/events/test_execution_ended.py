"""Executions that end without an outcome: each fails its job, once, and leaves no audio."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from uuid6 import uuid7

from castline import composition
from castline.events import execution_ended
from castline.jobs.failures import FailureCode
from castline.jobs.model import Job, JobStatus
from local import resources
from local.cloud.lambda_context import LambdaContext
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud import clients

if TYPE_CHECKING:
    from local.cloud.cloud import LocalCloud


@pytest.fixture
def job(functions_environment: LocalCloud) -> Job:
    job = make_job()
    composition.job_repository().create(job, make_dialogue(), max_active=3)
    return job


def announce(job_id: str, status: str) -> None:
    context: Any = LambdaContext(
        function_name="execution-ended", function_arn="arn", memory_mb=128, timeout_seconds=60
    )
    execution_ended.handler({"detail": {"name": job_id, "status": status}}, context)


def outcome_of(job: Job) -> tuple[JobStatus, FailureCode | None]:
    after = composition.job_repository().get(job.id)
    assert after is not None
    return after.status, after.failure.code if after.failure else None


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("TIMED_OUT", FailureCode.TIMEOUT),
        ("ABORTED", FailureCode.INTERRUPTED),
        ("FAILED", FailureCode.INTERRUPTED),
    ],
)
def test_the_job_fails_and_its_slot_is_free(job: Job, status: str, code: FailureCode, started: bool) -> None:
    if started:
        composition.job_repository().start(job, total_segments=1, now=datetime.now(UTC))

    announce(job.id, status)
    announce(job.id, status)

    assert outcome_of(job) == (JobStatus.FAILED, code)
    assert composition.job_repository().taken_slots(job.user_id) == frozenset()


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_other_changes_are_passed_over(job: Job, status: str) -> None:
    announce(job.id, status)

    assert outcome_of(job) == (JobStatus.PENDING, None)


def test_an_outcome_that_is_recorded_stands(job: Job) -> None:
    end_job(composition.job_repository(), job, JobStatus.CANCELLED, now=datetime.now(UTC))

    announce(job.id, "ABORTED")

    assert outcome_of(job) == (JobStatus.CANCELLED, None)


def test_half_finished_audio_goes_with_the_job(job: Job) -> None:
    storage = composition.audio_storage()
    storage.put_audio(f"audio/{job.id}/file.mp3", [b"audio"], "audio/mpeg")

    announce(job.id, "TIMED_OUT")

    answer = clients.client("s3").list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=f"audio/{job.id}/")
    assert answer["KeyCount"] == 0


def test_a_job_that_is_gone_is_no_error(functions_environment: LocalCloud) -> None:
    announce(str(uuid7()), "TIMED_OUT")
