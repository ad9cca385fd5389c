from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from castline.audio.formats import OutputFormat
from castline.jobs.model import Batch, Job, JobRecord, JobStatus, JobType, SpokenSegment
from castline.jobs.time_left import seconds_left

NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)


def record(
    done: int, total: int, *, elapsed_seconds: float = 20, status: JobStatus = JobStatus.PROCESSING
) -> JobRecord:
    job = Job(
        id="job",
        user_id="user",
        status=status,
        job_type=JobType.MULTI_ROLE_TTS,
        provider="azure",
        output_format=OutputFormat.MP3,
        created_at=NOW - timedelta(hours=1),
        started_at=None if status is JobStatus.PENDING else NOW - timedelta(seconds=elapsed_seconds),
        total_segments=total,
    )
    segments = tuple(SpokenSegment(number=number, fingerprint="f", samples=1) for number in range(done))
    return JobRecord(job=job, dialogue=None, batches=(Batch(number=0, segments=segments),))


def test_the_rest_is_as_fast_as_what_has_been_done() -> None:
    for done, total, elapsed_seconds, left in [
        (100, 200, 20, 20), (100, 1_000, 20, 180), (150, 200, 20, 10), (199, 200, 20, 5), (8, 1_000, 1, 125),
    ]:  # fmt: skip
        assert seconds_left(record(done, total, elapsed_seconds=elapsed_seconds), now=NOW) == left


def test_nothing_is_told_where_nothing_is_known() -> None:
    for untold in [
        record(0, 200), record(7, 200), record(200, 200), record(100, 200, elapsed_seconds=0),
        record(100, 200, elapsed_seconds=-1), record(0, 0, status=JobStatus.PENDING),
        record(100, 200, status=JobStatus.CANCELLED), record(100, 200, status=JobStatus.COMPLETED),
    ]:  # fmt: skip
        assert seconds_left(untold, now=NOW) is None


@given(done=st.integers(8, 998), total=st.just(1_000), elapsed=st.floats(0.1, 599))
def test_it_is_told_in_steps_and_never_too_short_by_more_than_one(done: int, total: int, elapsed: float) -> None:
    left = seconds_left(record(done, total, elapsed_seconds=elapsed), now=NOW)

    assert left is not None
    exact = (total - done) * elapsed / done
    assert left % 5 == 0
    assert -0.001 <= left - exact <= 5.001
