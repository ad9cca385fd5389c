"""Batches whose requests are throttled until the time is up, of the task or of the job."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

import pytest

from castline import composition
from castline.jobs.errors import JobNotActive
from castline.jobs.model import JobStatus
from castline.synthesis.segments import BatchRange
from castline.usecases.errors import BatchPaused, JobOverdue
from local.cloud.lambda_context import LambdaContext
from tests.e2e.traffic import requests_with
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from castline.jobs.model import Job, JobRecord
    from local.azure_speech.server import AzureSpeechEmulator

pytestmark = pytest.mark.usefixtures("functions_environment")


def submit(*texts: str) -> Job:
    """Return a pending job, without its execution."""
    job = make_job()
    dialogue = make_dialogue(*texts, voice_id="zh-TW-HsiaoYuNeural")
    composition.job_repository().create(job, dialogue, max_active=3)
    return job


def speak(job: Job, *, seconds: float) -> None:
    """Speak the only batch of a job, in a task that has so many seconds."""
    from castline.workflow import plan

    context: Any = LambdaContext(function_name="plan", function_arn="arn", memory_mb=128, timeout_seconds=60)
    (batch,) = plan.handler({"job_id": job.id}, context)["batches"]
    give_up_at = datetime.now(UTC) + timedelta(seconds=seconds)
    composition.synthesize_batch()(job.id, BatchRange(**batch), give_up_at=give_up_at)


def speak_until_it_fails(job: Job) -> NoReturn:
    """Let one task after another continue the batch, as each is put off whose next attempt would come too late."""
    while True:
        with suppress(BatchPaused):
            speak(job, seconds=60)


def record_of(job: Job) -> JobRecord:
    record = composition.job_repository().get_record(job.id)
    assert record is not None
    return record


def test_a_task_without_time_pauses_its_batch_and_another_one_goes_on(speech: AzureSpeechEmulator) -> None:
    # Given a provider that throttles everything
    text = f"好的 {uuid4()}"
    job = submit(text)
    speech.faults.add("throttled")

    # When the time of a task is up
    try:
        with pytest.raises(BatchPaused):
            speak(job, seconds=3)
    finally:
        speech.faults.clear()

    # Then the next one speaks the batch, and nothing counts as failed
    assert "completed" not in requests_with(speech, text)
    speak(job, seconds=60)
    record = record_of(job)
    assert (record.completed_segments, record.retry_count) == (1, 0)
    assert requests_with(speech, text).count("completed") == 1


def test_a_job_whose_time_is_up_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_PROCESSING_SECONDS", "4")
    composition.reset()
    try:
        job = submit("{fault throttled}這一句永遠太多。")
        with pytest.raises(JobOverdue):
            speak_until_it_fails(job)
    finally:
        monkeypatch.undo()
        composition.reset()


def test_a_job_that_ends_meanwhile_is_left(speech: AzureSpeechEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a batch that is throttled
    monkeypatch.setattr("castline.synthesis.paced_requests._CHECK_SECONDS", 0.2)
    text = f"{{fault throttled}}{uuid4()}"
    job = submit(text)

    # When its job ends
    def end() -> None:
        eventually(lambda: requests_with(speech, text))
        end_job(composition.job_repository(), record_of(job).job, JobStatus.FAILED, now=datetime.now(UTC))

    ending = threading.Thread(target=end)
    ending.start()

    # Then it ends long before its time
    with pytest.raises(JobNotActive):
        speak(job, seconds=120)
    ending.join()
    assert requests_with(speech, text)
