"""Guarantees of the table: the cap, conditional transitions, lists and retention."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from uuid6 import uuid7

from castline.audio.formats import OutputFormat
from castline.dynamodb import deserialize, serialize
from castline.jobs import items
from castline.jobs.errors import JobLimitExceeded, JobNotActive
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.model import (
    Batch,
    Dialogue,
    Job,
    JobStatus,
    Result,
    SpokenSegment,
    SynthesisMode,
    Turn,
    TurnTiming,
    VoiceAssignment,
)
from castline.jobs.repository import JobRepository
from castline.table import OPEN_JOBS, OPEN_SHARDS
from local import resources
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job

if TYPE_CHECKING:
    from local.cloud.cloud import LocalCloud

NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
MAX_ACTIVE = 3

DIALOGUE = Dialogue(
    provider="azure",
    turns=(Turn(speaker="A", text="你好 😀", index=0), Turn(speaker="B", text="Hi", index=7)),
    voice_assignments=(
        VoiceAssignment(speaker="A", voice_id="zh-TW-HsiaoYuNeural", voice_name="曉雨"),
        VoiceAssignment(speaker="B", voice_id="en-US-AvaNeural"),
    ),
    language="zh-TW",
    output_format=OutputFormat.MP3,
    gap_ms=300,
    crossfade_ms=50,
)
RESULT = Result(
    duration_ms=1234,
    synthesis_mode=SynthesisMode.SEGMENTED,
    content_type="audio/mpeg",
    size_bytes=5678,
    billed_characters=4,
    reused_segments=0,
    characters=6,
    turn_timings=(
        TurnTiming(turn_index=0, speaker="A", start_ms=0, end_ms=500),
        TurnTiming(turn_index=7, speaker="B", start_ms=750, end_ms=1234),
    ),
)


@pytest.fixture(scope="module")
def repository(cloud: LocalCloud) -> JobRepository:
    resources.create_table("jobs")
    return JobRepository(boto3.client("dynamodb"), "jobs")


@pytest.fixture
def user() -> str:
    return f"user-{uuid4()}"


def new_job(user: str) -> Job:
    return make_job(user_id=user, created_at=NOW)


def create(repository: JobRepository, user: str) -> Job:
    job = new_job(user)
    repository.create(job, DIALOGUE, max_active=MAX_ACTIVE)
    return job


def active_jobs(user: str) -> set[str]:
    answer = boto3.client("dynamodb").get_item(TableName="jobs", Key=serialize(items.active_key(user)))
    return set(deserialize(answer.get("Item", {})).get("job_ids", set()))


def raw_items(job_id: str) -> dict[str, dict[str, Any]]:
    answer = boto3.client("dynamodb").query(
        TableName="jobs",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=serialize({":pk": items.job_key(job_id)["pk"]}),
    )
    return {item["sk"]["S"]: deserialize(item) for item in answer["Items"]}


def open_items(partition: str) -> list[dict[str, Any]]:
    answer = boto3.client("dynamodb").query(
        TableName="jobs",
        IndexName=OPEN_JOBS.name,
        KeyConditionExpression=f"{OPEN_JOBS.partition_key} = :partition",
        ExpressionAttributeValues=serialize({":partition": partition}),
    )
    return [deserialize(item) for item in answer["Items"]]


def test_a_new_job_reads_back_as_it_was_written(repository: JobRepository, user: str) -> None:
    job = create(repository, user)

    record = repository.get_record(job.id)

    assert record is not None
    assert record.job == job == repository.get(job.id)
    assert record.dialogue == DIALOGUE
    assert (record.batches, record.result, record.completed_segments, record.retry_count) == ((), None, 0, 0)
    assert active_jobs(user) == {job.id}


def test_the_largest_dialogue_fits(repository: JobRepository, user: str) -> None:
    # Given text that hardly compresses: 100,000 characters from all over Unicode
    letters = random.Random(7)
    text = "".join(chr(letters.randrange(0x10000, 0x2FFFF)) for _ in range(100_000))
    dialogue = make_dialogue(text)
    job = new_job(user)

    repository.create(job, dialogue, max_active=MAX_ACTIVE)

    size_bytes = len(bytes(raw_items(job.id)["INPUT"]["dialogue"]))
    assert size_bytes < 400_000
    record = repository.get_record(job.id)
    assert record is not None
    assert record.dialogue == dialogue


def test_an_unknown_job_is_none(repository: JobRepository) -> None:
    assert repository.get(str(uuid7())) is None
    assert repository.get_record(str(uuid7())) is None


def test_the_cap_refuses_one_more_and_leaves_nothing_behind(repository: JobRepository, user: str) -> None:
    for _ in range(MAX_ACTIVE):
        create(repository, user)
    refused = new_job(user)

    with pytest.raises(JobLimitExceeded) as refusal:
        repository.create(refused, DIALOGUE, max_active=MAX_ACTIVE)

    assert (refusal.value.current_jobs, refusal.value.max_jobs) == (3, 3)
    assert raw_items(refused.id) == {}
    assert len(active_jobs(user)) == 3


def test_the_cap_is_exact_under_concurrency(repository: JobRepository, user: str) -> None:
    barrier = threading.Barrier(12)
    outcomes: list[str] = []

    def submit() -> None:
        barrier.wait()
        try:
            create(repository, user)
            outcomes.append("accepted")
        except JobLimitExceeded as refusal:
            outcomes.append(f"refused at {refusal.current_jobs}")

    threads = [threading.Thread(target=submit) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["accepted"] * 3 + ["refused at 3"] * 9
    assert repository.list_page(user, now=NOW, limit=100).total == 3


def test_users_do_not_count_against_each_other(repository: JobRepository, user: str) -> None:
    for _ in range(MAX_ACTIVE):
        create(repository, user)

    create(repository, f"{user}-other")

    assert len(active_jobs(f"{user}-other")) == 1


def test_discarding_a_pending_job_undoes_its_creation(repository: JobRepository, user: str) -> None:
    job = create(repository, user)

    repository.discard(job)

    assert raw_items(job.id) == {}
    assert active_jobs(user) == set()


def test_discarding_a_job_that_has_moved_on_changes_nothing(repository: JobRepository, user: str) -> None:
    job = create(repository, user)
    repository.start(job, total_segments=2, now=NOW)

    repository.discard(job)

    assert set(raw_items(job.id)) == {"JOB", "INPUT", "EVENT#job.started"}
    assert active_jobs(user) == {job.id}


def test_starting_twice_keeps_the_first_start(repository: JobRepository, user: str) -> None:
    job = create(repository, user)

    repository.start(job, total_segments=2, now=NOW)
    repository.start(job, total_segments=2, now=NOW + timedelta(seconds=9))

    started = repository.get(job.id)
    assert started is not None
    assert (started.status, started.started_at, started.total_segments) == (JobStatus.PROCESSING, NOW, 2)
    event = raw_items(job.id)["EVENT#job.started"]
    assert datetime.fromisoformat(event["occurred_at"]) == NOW


@pytest.mark.parametrize("status", [JobStatus.CANCELLED, JobStatus.FAILED])
def test_a_job_that_has_ended_cannot_be_started(repository: JobRepository, user: str, status: JobStatus) -> None:
    job = create(repository, user)
    end_job(repository, job, status, now=NOW)

    with pytest.raises(JobNotActive) as refusal:
        repository.start(job, total_segments=2, now=NOW)

    assert refusal.value.status is status


def test_a_job_that_is_gone_cannot_be_started(repository: JobRepository, user: str) -> None:
    with pytest.raises(JobNotActive) as refusal:
        repository.start(new_job(user), total_segments=2, now=NOW)

    assert refusal.value.status is None


def test_completion_stores_the_result_and_frees_the_slot(repository: JobRepository, user: str) -> None:
    job = create(repository, user)
    repository.start(job, total_segments=2, now=NOW)
    batch = Batch(number=0, segments=(SpokenSegment(number=0, fingerprint="ab", samples=24_000),))
    repository.record_batch(job.id, batch, now=NOW)

    later = NOW + timedelta(seconds=20, milliseconds=7)
    ended = end_job(
        repository, job, JobStatus.COMPLETED, now=later, completed_segments=2, audio_file_id="file", result=RESULT
    )

    record = repository.get_record(job.id)
    assert record is not None
    assert record.result == RESULT
    assert record.batches == (batch,)
    assert (record.job.status, record.job.completed_at) == (ended.status, ended.completed_at)
    assert (record.job.completed_at, record.job.audio_file_id) == (later, "file")
    assert active_jobs(user) == set()


@pytest.mark.parametrize(
    ("status", "days"), [(JobStatus.CANCELLED, 7), (JobStatus.FAILED, 30), (JobStatus.COMPLETED, 30)]
)
def test_every_item_of_an_ended_job_expires(
    repository: JobRepository, user: str, status: JobStatus, days: int
) -> None:
    job = create(repository, user)
    if status is JobStatus.COMPLETED:
        repository.start(job, total_segments=1, now=NOW)
    repository.record_batch(job.id, Batch(number=0), now=NOW)

    end_job(repository, job, status, now=NOW, result=RESULT)

    expiries = {key: int(item["expires_at"]) for key, item in raw_items(job.id).items()}
    until = int(datetime(NOW.year, NOW.month, NOW.day + 1, tzinfo=UTC).timestamp()) + days * 86_400
    assert expiries.pop("BATCH#0000") == int((NOW + timedelta(days=1)).timestamp())
    if status is JobStatus.COMPLETED:
        assert expiries.pop("EVENT#job.started") == int((NOW + timedelta(days=30)).timestamp())
    assert expiries == dict.fromkeys(expiries, until)
    assert {"JOB", "INPUT"} <= set(expiries)


def test_an_active_job_never_expires(repository: JobRepository, user: str) -> None:
    job = create(repository, user)
    repository.start(job, total_segments=1, now=NOW)

    assert all("expires_at" not in raw_items(job.id)[name] for name in ("JOB", "INPUT"))


def test_the_first_outcome_stands(repository: JobRepository, user: str) -> None:
    # Given a job that has timed out
    job = create(repository, user)
    repository.start(job, total_segments=1, now=NOW)
    end_job(repository, job, JobStatus.FAILED, now=NOW, failure=JobFailure(code=FailureCode.TIMEOUT))

    # When its last task finishes late
    with pytest.raises(JobNotActive) as refusal:
        end_job(repository, job, JobStatus.COMPLETED, now=NOW, result=RESULT, audio_file_id="late")

    # Then nothing changes
    assert refusal.value.status is JobStatus.FAILED
    record = repository.get_record(job.id)
    assert record is not None
    assert record.job.failure == JobFailure(code=FailureCode.TIMEOUT)
    assert (record.job.audio_file_id, record.result) == (None, None)


def test_a_pending_job_cannot_be_completed(repository: JobRepository, user: str) -> None:
    job = create(repository, user)

    with pytest.raises(JobNotActive):
        end_job(repository, job, JobStatus.COMPLETED, now=NOW, result=RESULT)


def test_cancel_and_start_have_one_winner(repository: JobRepository, user: str) -> None:
    for _ in range(6):
        job = create(repository, user)
        barrier = threading.Barrier(2)
        wins: list[str] = []

        def attempt(name: str, barrier: threading.Barrier = barrier, job: Job = job, wins: list[str] = wins) -> None:
            barrier.wait()
            try:
                if name == "start":
                    repository.start(job, total_segments=1, now=NOW)
                else:
                    end_job(repository, job, JobStatus.CANCELLED, now=NOW)
                wins.append(name)
            except JobNotActive:
                pass

        threads = [threading.Thread(target=attempt, args=(name,)) for name in ("start", "cancel")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        after = repository.get(job.id)
        assert after is not None
        assert len(wins) == 1
        assert after.status is (JobStatus.PROCESSING if wins == ["start"] else JobStatus.CANCELLED)
        events = [name for name in raw_items(job.id) if name.startswith("EVENT#")]
        assert events == ["EVENT#job.started" if wins == ["start"] else "EVENT#job.cancelled"]
        if wins == ["start"]:
            end_job(repository, job, JobStatus.FAILED, now=NOW)


def test_batches_count_progress_and_the_worst_luck(repository: JobRepository, user: str) -> None:
    job = create(repository, user)
    segments = tuple(SpokenSegment(number=n, fingerprint=f"f{n}", samples=n + 1) for n in range(3))
    repository.record_batch(job.id, Batch(number=0, segments=segments[:1]), now=NOW, failed=True)
    repository.record_batch(job.id, Batch(number=0, segments=segments[:1]), now=NOW, failed=True)
    repository.record_batch(job.id, Batch(number=0, segments=segments[:2]), now=NOW)
    repository.record_batch(job.id, Batch(number=1, segments=segments[2:]), now=NOW, failed=True)

    record = repository.get_record(job.id)

    assert record is not None
    assert [batch.provider_failures for batch in record.batches] == [2, 1]
    assert record.batches[0].segments == segments[:2]
    assert (record.completed_segments, record.retry_count) == (3, 2)


def test_a_batch_that_comes_late_changes_nothing_of_an_ended_job(repository: JobRepository, user: str) -> None:
    job = create(repository, user)
    repository.start(job, total_segments=3, now=NOW)
    end_job(repository, job, JobStatus.FAILED, now=NOW, completed_segments=1, retry_count=2)

    late = Batch(number=0, segments=(SpokenSegment(number=0, fingerprint="f", samples=1),))
    repository.record_batch(job.id, late, now=NOW, failed=True)

    record = repository.get_record(job.id)
    assert record is not None
    assert (record.completed_segments, record.retry_count) == (1, 2)


def test_open_jobs_are_in_the_index_with_the_time_of_their_next_check(repository: JobRepository, user: str) -> None:
    jobs = [create(repository, user) for _ in range(3)]
    failed = jobs.pop()
    end_job(repository, failed, JobStatus.FAILED, now=NOW)
    cancelled = create(repository, user)
    end_job(repository, cancelled, JobStatus.CANCELLED, now=NOW)
    pending, processing = jobs
    repository.start(processing, total_segments=1, now=NOW)
    planned = create(repository, user)
    assert repository.mark_planned(planned, now=NOW)
    assert not repository.mark_planned(cancelled, now=NOW)

    found = {
        item["open_sort"]
        for shard in range(OPEN_SHARDS)
        for item in open_items(f"OPEN#{shard}")
        if item["user_id"] == user
    }

    assert found == {
        f"2026-01-20T10:31:00.000Z#{pending.id}",
        f"2026-01-20T11:30:00.000Z#{planned.id}",
        f"2026-01-20T10:40:00.000Z#{processing.id}",
        f"2026-01-20T10:45:00.000Z#{failed.id}",
    }


class TestLists:
    @pytest.fixture
    def jobs(self, repository: JobRepository, user: str) -> list[Job]:
        """Create eleven jobs, oldest first: the first four cancelled, the next five failed, two pending."""
        jobs = []
        for number in range(11):
            job = create(repository, user)
            if number < 9:
                end_job(repository, job, JobStatus.CANCELLED if number < 4 else JobStatus.FAILED, now=NOW)
            jobs.append(job)
        return jobs

    def test_newest_first_with_a_true_total(self, repository: JobRepository, user: str, jobs: list[Job]) -> None:
        page = repository.list_page(user, now=NOW, limit=4)

        assert [job.id for job in page.jobs] == [job.id for job in jobs[:-5:-1]]
        assert page.total == 11
        assert page.next_after == page.jobs[-1].id

    @pytest.mark.parametrize("limit", [3, 11])
    def test_offsets_visit_every_job_once(
        self, repository: JobRepository, user: str, jobs: list[Job], limit: int
    ) -> None:
        seen = [
            job.id
            for offset in range(0, 11, limit)
            for job in repository.list_page(user, now=NOW, limit=limit, offset=offset).jobs
        ]

        assert seen == [job.id for job in reversed(jobs)]

    def test_an_offset_beyond_the_end_gives_an_empty_page(
        self, repository: JobRepository, user: str, jobs: list[Job]
    ) -> None:
        page = repository.list_page(user, now=NOW, limit=5, offset=10_000)

        assert (page.jobs, page.total, page.next_after) == ((), 11, None)

    def test_walking_by_position_is_not_disturbed_by_new_jobs(
        self, repository: JobRepository, user: str, jobs: list[Job]
    ) -> None:
        seen: list[str] = []
        after = None
        while True:
            page = repository.list_page(user, now=NOW, limit=3, after=after)
            seen += [job.id for job in page.jobs]
            if len(seen) == 3:
                create(repository, user)
            if page.next_after is None:
                break
            after = page.next_after

        assert seen == [job.id for job in reversed(jobs)]

    @pytest.mark.parametrize(
        ("status", "part"),
        [(JobStatus.CANCELLED, slice(0, 4)), (JobStatus.FAILED, slice(4, 9)), (JobStatus.PENDING, slice(9, 11))],
    )
    def test_a_status_selects(
        self, repository: JobRepository, user: str, jobs: list[Job], status: JobStatus, part: slice
    ) -> None:
        page = repository.list_page(user, now=NOW, limit=100, status=status)

        assert [job.id for job in page.jobs] == [job.id for job in reversed(jobs[part])]
        assert page.total == len(jobs[part])
        assert {job.status for job in page.jobs} == {status}

    def test_what_has_expired_is_neither_listed_nor_counted(
        self, repository: JobRepository, user: str, jobs: list[Job]
    ) -> None:
        after_a_week = repository.list_page(user, now=NOW + timedelta(days=8), limit=100)
        after_a_month = repository.list_page(user, now=NOW + timedelta(days=31), limit=2, offset=1)

        assert [job.id for job in after_a_week.jobs] == [job.id for job in reversed(jobs[4:])]
        assert after_a_week.total == 7
        assert [job.id for job in after_a_month.jobs] == [jobs[9].id]
        assert after_a_month.total == 2

    def test_nobody_else_sees_them(self, repository: JobRepository, user: str, jobs: list[Job]) -> None:
        page = repository.list_page(f"{user}-other", now=NOW, limit=100, after=jobs[5].id)

        assert (page.jobs, page.total) == ((), 0)
