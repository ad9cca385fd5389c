"""Ended jobs, made without a workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.model import Batch, Job, JobRecord, JobStatus, Result, SpokenSegment, SynthesisMode

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.repository import JobRepository

RESULT = Result(
    duration_ms=1_000,
    synthesis_mode=SynthesisMode.SEGMENTED,
    content_type="audio/mpeg",
    size_bytes=100,
    characters=10,
    billed_characters=20,
    reused_segments=0,
    turn_timings=(),
)
FAILURE = JobFailure(code=FailureCode.INTERNAL_ERROR)


def end_job(
    repository: JobRepository,
    job: Job,
    status: JobStatus,
    *,
    now: datetime,
    result: Result | None = None,
    failure: JobFailure = FAILURE,
    audio_file_id: str | None = None,
    completed_segments: int = 0,
    retry_count: int = 0,
) -> Job:
    """End ``job`` as ``status`` demands."""
    segments = tuple(SpokenSegment(number=number, fingerprint="f", samples=1) for number in range(completed_segments))
    batch = Batch(number=0, segments=segments, provider_failures=retry_count)
    record = JobRecord(job=job, dialogue=None, batches=(batch,))
    match status:
        case JobStatus.COMPLETED:
            return repository.complete(record, result or RESULT, audio_file_id=audio_file_id or str(uuid4()), now=now)
        case JobStatus.FAILED:
            return repository.fail(record, failure, now=now)
        case _:
            return repository.cancel(job, now=now)
