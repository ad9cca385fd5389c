"""Jobs that TTL has removed: their audio is deleted; failures are retried without delaying other jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from castline import composition
from castline.audio.stored_segment import encode_segment
from castline.aws_errors import ServiceUnavailable
from castline.jobs.model import JobStatus
from local import resources
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud import clients

if TYPE_CHECKING:
    from castline.jobs.model import Job
    from local.cloud.cloud import LocalCloud
    from local.cloud.streams import StreamMapping


@pytest.fixture(scope="module")
def mapping(functions_environment: LocalCloud) -> StreamMapping:
    return resources.map_ttl_removals(functions_environment)


def expired_job() -> Job:
    """Return a job whose retention has passed, and its audio."""
    long_ago = datetime.now(UTC) - timedelta(days=31)
    job = make_job(created_at=long_ago)
    repository = composition.job_repository()
    repository.create(job, make_dialogue(), max_active=3)
    end_job(repository, job, JobStatus.FAILED, now=long_ago)
    put_audio(job)
    return job


def put_audio(job: Job) -> None:
    composition.audio_storage().put_audio(f"audio/{job.id}/file.mp3", [b"audio"], "audio/mpeg")


def has_audio(job: Job) -> bool:
    answer = clients.client("s3").list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=f"audio/{job.id}/")
    return bool(answer["KeyCount"])


def break_deletion_of(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = composition.audio_storage()
    delete_audio = storage.delete_audio

    def delete_others(job_id: str) -> None:
        if job_id == job.id:
            raise ServiceUnavailable("S3")
        delete_audio(job_id)

    monkeypatch.setattr(storage, "delete_audio", delete_others)


def test_what_ttl_removes_takes_its_audio_along(functions_environment: LocalCloud, mapping: StreamMapping) -> None:
    job = expired_job()

    functions_environment.tick()

    assert composition.job_repository().get(job.id) is None
    assert not has_audio(job)


def test_a_removal_that_is_not_ttls_leaves_the_audio_alone(
    functions_environment: LocalCloud, mapping: StreamMapping
) -> None:
    job = expired_job()
    key: Any = {"pk": {"S": f"JOB#{job.id}"}, "sk": {"S": "JOB"}}
    clients.client("dynamodb").delete_item(TableName=resources.TABLE_NAME, Key=key)

    mapping.deliver()

    assert has_audio(job)


def test_a_deletion_that_fails_is_tried_again_and_holds_up_no_other(
    functions_environment: LocalCloud, mapping: StreamMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given three expired jobs, the second of which S3 will not let go
    before, stuck, after = (expired_job() for _ in range(3))
    with monkeypatch.context() as broken:
        break_deletion_of(stuck, broken)

        # When TTL removes them
        functions_environment.tick()

        # Then that one alone has its audio left
        assert [has_audio(job) for job in (before, stuck, after)] == [False, True, False]

    # And when S3 has recovered, it goes as well
    mapping.deliver()
    assert not has_audio(stuck)
    assert mapping.dead_letters == []


def test_what_never_succeeds_ends_as_a_dead_letter_that_names_the_job(
    functions_environment: LocalCloud, mapping: StreamMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = expired_job()
    break_deletion_of(job, monkeypatch)

    for _ in range(10):
        functions_environment.tick()

    assert f"JOB#{job.id}" in [letter["dynamodb"]["Keys"]["pk"]["S"] for letter in mapping.dead_letters]


def test_the_bucket_forgets_what_nobody_has_deleted(functions_environment: LocalCloud) -> None:
    # Given audio and a segment that no deletion has reached
    job = expired_job()
    storage = composition.audio_storage()
    put_audio(job)
    storage.put_segment("user", "ab", encode_segment(b"\0\0"), {})

    # When a segment is too old to be used again, and later too old to be kept
    functions_environment.clock.advance(timedelta(days=29))
    functions_environment.tick()
    segments = clients.client("s3").list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix="segments/user/")

    # Then it is gone before any job that it was spoken for, which lives for 30 days
    assert segments["KeyCount"] == 0
    functions_environment.clock.advance(timedelta(days=4))
    functions_environment.tick()
    assert not has_audio(job)
