"""Each task through its handler, in situations that are rare in the whole workflow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from castline import composition
from castline.audio.errors import BrokenSegment
from castline.audio.stored_segment import encode_segment
from castline.jobs.errors import JobNotActive
from castline.jobs.failures import FailureCode
from castline.jobs.model import Job, JobRecord, JobStatus
from castline.scripts.parts import Markup
from castline.speech.errors import ProviderUnavailable, VoiceNotFound
from castline.usecases.errors import JobOverdue
from local import resources
from tests.ended_jobs import end_job
from tests.integration.examples import make_dialogue, make_job
from tests.spoken_batches import speak_batch

if TYPE_CHECKING:
    from local.azure_speech.server import AzureSpeechEmulator
    from local.cloud.cloud import LocalCloud


@pytest.fixture
def cloud_with_functions(functions_environment: LocalCloud) -> LocalCloud:
    return functions_environment


def submit(*texts: str, voice_id: str = "zh-TW-HsiaoYuNeural", **changes: Any) -> Job:
    """Return a pending job, without its execution."""
    job = make_job()
    composition.job_repository().create(job, make_dialogue(*texts, voice_id=voice_id, **changes), max_active=3)
    return job


def run(name: str, job: Job, **more: Any) -> Any:
    """Call a task's handler as the state machine does."""
    import importlib

    from local.cloud.lambda_context import LambdaContext

    context = LambdaContext(function_name=name, function_arn="arn", memory_mb=128, timeout_seconds=60)
    return importlib.import_module(f"castline.workflow.{name}").handler({"job_id": job.id, **more}, context)


def record_of(job: Job) -> JobRecord:
    record = composition.job_repository().get_record(job.id)
    assert record is not None
    return record


def objects(prefix: str) -> list[str]:
    answer = boto3.client("s3").list_objects_v2(Bucket=resources.BUCKET_NAME, Prefix=prefix)
    return [each["Key"] for each in answer.get("Contents", ())]


def audio_of(job: Job) -> list[str]:
    """Return the keys of the job's audio; what lies beside it goes when the failure is recorded."""
    return [key for key in objects(f"audio/{job.id}/") if key.endswith(".mp3")]


def spoken_texts(speech: AzureSpeechEmulator) -> int:
    return len(speech.traffic.requests)


pytestmark = pytest.mark.usefixtures("cloud_with_functions")


def test_a_cancelled_job_is_neither_planned_nor_spoken(speech: AzureSpeechEmulator) -> None:
    job = submit("你好")
    end_job(composition.job_repository(), job, JobStatus.CANCELLED, now=datetime.now(UTC))
    before = spoken_texts(speech)

    with pytest.raises(JobNotActive):
        run("plan", job)
    with pytest.raises(JobNotActive):
        speak_batch(job.id, {"number": 0, "first_utterance": 0, "utterance_count": 1})
    with pytest.raises(JobNotActive):
        run("assemble", job)

    assert spoken_texts(speech) == before
    assert record_of(job).job.status is JobStatus.CANCELLED


def test_only_ids_and_ranges_are_in_the_plan() -> None:
    job = submit(*(f"第 {n} 句" for n in range(40)))

    plan = run("plan", job)

    assert [list(batch) for batch in plan["batches"]] == [["number", "first_utterance", "utterance_count"]] * 3
    assert sum(batch["utterance_count"] for batch in plan["batches"]) == 40
    assert record_of(job).job.status is JobStatus.PENDING


def test_the_first_batch_makes_the_job_processing() -> None:
    job = submit(*(f"第 {n} 句" for n in range(40)))
    first, second, _ = run("plan", job)["batches"]

    speak_batch(job.id, second)
    started = record_of(job).job
    speak_batch(job.id, first)

    assert (started.status, started.total_segments) == (JobStatus.PROCESSING, 40)
    assert record_of(job).job.started_at == started.started_at


def test_a_batch_that_comes_after_ten_minutes_is_not_spoken(speech: AzureSpeechEmulator) -> None:
    job = submit("一")
    (batch,) = run("plan", job)["batches"]
    started_at = datetime.now(UTC) - timedelta(minutes=10, seconds=1)
    composition.job_repository().start(job, total_segments=1, now=started_at)
    before = spoken_texts(speech)

    with pytest.raises(JobOverdue):
        speak_batch(job.id, batch)

    assert spoken_texts(speech) == before


def test_a_dialogue_of_pauses_has_no_batches_and_is_assembled() -> None:
    job = submit("[pause 2s]", markup=Markup.AUTO)

    assert run("plan", job)["batches"] == []
    run("assemble", job)

    assert record_of(job).job.status is JobStatus.COMPLETED


def test_planning_twice_gives_the_same_plan() -> None:
    job = submit("一", "二")

    assert run("plan", job) == run("plan", job)


def test_identical_turns_are_spoken_once_and_a_stored_segment_never_again(speech: AzureSpeechEmulator) -> None:
    text = f"重複 {uuid4()}"
    job = submit(text, text, f"不同 {uuid4()}", text)
    (batch,) = run("plan", job)["batches"]

    before = spoken_texts(speech)
    speak_batch(job.id, batch)
    speak_batch(job.id, batch)

    assert spoken_texts(speech) - before == 2
    assert record_of(job).completed_segments == 4


def test_another_user_does_not_hear_what_is_stored_for_one(speech: AzureSpeechEmulator) -> None:
    text = f"同一句 {uuid4()}"
    before = spoken_texts(speech)
    for job in (submit(text), submit(text)):
        (batch,) = run("plan", job)["batches"]
        speak_batch(job.id, batch)

    assert spoken_texts(speech) - before == 2


def test_a_transient_failure_keeps_what_was_spoken_and_names_its_turn(speech: AzureSpeechEmulator) -> None:
    job = submit("好的", f"壞的 {uuid4()} {{fault unavailable times=1}}", "也好")
    (batch,) = run("plan", job)["batches"]

    with pytest.raises(ProviderUnavailable) as failure:
        speak_batch(job.id, batch)

    assert json.loads(str(failure.value))["details"] == {"turn_index": 10, "voice_id": "zh-TW-HsiaoYuNeural"}
    assert (record_of(job).completed_segments, record_of(job).retry_count) == (2, 1)

    # And a second attempt does only what is missing
    before = spoken_texts(speech)
    speak_batch(job.id, batch)
    assert spoken_texts(speech) - before == 1
    assert record_of(job).completed_segments == 3


def test_a_permanent_failure_outranks_a_transient_one(speech: AzureSpeechEmulator) -> None:
    job = submit("{fault unavailable} 一", "{fault unsupported-voice} 二")
    (batch,) = run("plan", job)["batches"]

    with pytest.raises(VoiceNotFound) as failure:
        speak_batch(job.id, batch)

    assert json.loads(str(failure.value))["details"]["turn_index"] == 10
    assert "二" not in str(failure.value)


def test_a_lost_segment_breaks_the_assembly_and_is_named() -> None:
    job = submit(f"一 {uuid4()}", f"二 {uuid4()}")
    (batch,) = run("plan", job)["batches"]
    speak_batch(job.id, batch)
    lost = record_of(job).batches[0].segments[1].fingerprint
    boto3.client("s3").delete_object(Bucket=resources.BUCKET_NAME, Key=f"segments/{job.user_id}/{lost}")

    with pytest.raises(BrokenSegment) as failure:
        run("assemble", job)

    assert json.loads(str(failure.value))["details"] == {"turn_index": 10}
    assert audio_of(job) == []


def test_a_segment_of_another_length_breaks_the_assembly_and_is_named() -> None:
    job = submit(f"一 {uuid4()}", f"二 {uuid4()}")
    (batch,) = run("plan", job)["batches"]
    speak_batch(job.id, batch)
    short = record_of(job).batches[0].segments[0].fingerprint
    composition.audio_storage().put_segment(job.user_id, short, encode_segment(b"\0\0" * 7), {})

    with pytest.raises(BrokenSegment) as failure:
        run("assemble", job)

    assert json.loads(str(failure.value))["details"] == {"turn_index": 0}
    assert audio_of(job) == []


def test_a_segment_that_was_never_recorded_breaks_the_assembly() -> None:
    job = submit("一")
    run("plan", job)

    with pytest.raises(BrokenSegment):
        run("assemble", job)


def test_an_assembly_that_comes_too_late_leaves_no_audio(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a job that times out while its audio is being written
    job = submit("一")
    (batch,) = run("plan", job)["batches"]
    speak_batch(job.id, batch)
    storage = composition.audio_storage()
    put_audio = storage.put_audio

    def time_out_meanwhile(*args: Any, **kwargs: Any) -> int:
        size_bytes = put_audio(*args, **kwargs)
        end_job(composition.job_repository(), job, JobStatus.FAILED, now=datetime.now(UTC))
        return size_bytes

    monkeypatch.setattr(storage, "put_audio", time_out_meanwhile)

    # When it finishes
    with pytest.raises(JobNotActive):
        run("assemble", job)

    # Then the job stays failed and nothing is stored
    assert record_of(job).job.status is JobStatus.FAILED
    assert objects(f"audio/{job.id}/") == []


def test_assembling_again_leaves_one_file_and_the_first_outcome() -> None:
    job = submit("一")
    (batch,) = run("plan", job)["batches"]
    speak_batch(job.id, batch)
    run("assemble", job)
    completed = record_of(job)

    with pytest.raises(JobNotActive):
        run("assemble", job)

    assert record_of(job) == completed
    assert len(objects(f"audio/{job.id}/")) == 3  # the file, its cues and its words


@pytest.mark.parametrize("failure", [{"Error": "States.Timeout", "Cause": ""}, {"Error": "States.Timeout"}])
def test_recording_a_failure(failure: dict[str, str]) -> None:
    job = submit("一")
    run("plan", job)

    run("record_failure", job, failure=failure)
    run("record_failure", job, failure={"Error": "VoiceNotFound"})

    recorded = record_of(job).job
    assert recorded.failure is not None
    assert (recorded.status, recorded.failure.code) == (JobStatus.FAILED, FailureCode.TIMEOUT)


def test_a_failure_of_a_job_that_is_gone_is_no_failure() -> None:
    job = submit("一")
    composition.job_repository().discard(job)

    run("record_failure", job, failure={"Error": "States.Timeout"})

    assert composition.job_repository().get(job.id) is None
