"""A provider that throttles or is gone: jobs are slower, and neither fail nor use up their retries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from castline import composition
from local.azure_speech.server import AzureSpeechEmulator
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import ended_status, execution_arn
from tests.e2e.metric_lines import total, written_metrics
from tests.e2e.slots import assert_all_slots_are_free
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient

MAX_PROCESSING_SECONDS = 20
"""The time limit of the job that shall run out of time."""


@pytest.fixture(scope="module")
def other() -> AzureSpeechEmulator:
    """Return a second Speech resource."""
    return AzureSpeechEmulator(voice_engine="tone", key="another-key-0123456789")


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack], other: AzureSpeechEmulator) -> LocalStack:
    # The SDK does not always notice that a connection is refused. Such a request ends with this time-out.
    settings = {"SPEECH_FIRST_CHUNK_TIMEOUT_MS": "15000"}
    return own_stack(more_speech=[other], settings=settings)


@pytest.fixture(autouse=True)
def sound_resources(speech: AzureSpeechEmulator, other: AzureSpeechEmulator) -> Iterator[None]:
    """End all faults after each test, and forget its settings."""
    yield
    composition.reset()
    speech.faults.clear()
    other.faults.clear()


def lines(count: int) -> list[str]:
    """Return texts that nobody has had spoken before."""
    return [f"第 {number} 句 {uuid4()}。" for number in range(count)]


def test_throttled_requests_are_sent_again_without_a_retry_of_their_batch(
    stack: LocalStack,
    speech: AzureSpeechEmulator,
    other: AzureSpeechEmulator,
    client: ApiClient,
    log_file: Path,
) -> None:
    # Given resources that throttle three requests in ten
    for each in (speech, other):
        each.faults.add("throttled probability=0.3")
    before = total(written_metrics(log_file), "ThrottledRequests")

    # When
    job = client.complete(dialogue(*lines(24)))

    # Then
    assert job["retry_count"] == 0
    assert job["progress"] == {"completed_segments": 24, "total_segments": 24}
    assert stack.cloud.clock.retry_delays_seconds(execution_arn(job["id"])) == []
    # And the requests that were throttled are counted
    throttled = [each for emulator in (speech, other) for each in emulator.traffic.requests if "4429" in each.outcome]
    assert total(written_metrics(log_file), "ThrottledRequests") - before >= len(throttled) > 0
    assert total(written_metrics(log_file), "ThrottledRequests", provider="azure") > 0


def test_a_job_whose_requests_are_throttled_until_the_end_runs_out_of_time(
    speech: AzureSpeechEmulator,
    other: AzureSpeechEmulator,
    stack: LocalStack,
    client: ApiClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given little time, and a turn that is always throttled
    monkeypatch.setenv("MAX_PROCESSING_SECONDS", str(MAX_PROCESSING_SECONDS))
    composition.reset()
    text = f"{{fault throttled}}{uuid4()}"

    # When
    job_id = client.submit(dialogue("這一句沒有問題。", text))
    job = client.wait_for(job_id, "failed")

    # Then it was tried for as long as the job might take, without using up its retries
    assert (job["error_code"], job["retry_count"]) == ("TIMEOUT", 0)
    assert job["progress"] == {"completed_segments": 1, "total_segments": 2}
    assert stack.cloud.clock.retry_delays_seconds(execution_arn(job_id)) == []
    assert len(requests_with(speech, text) + requests_with(other, text)) > 5
    assert ended_status(job_id) == "SUCCEEDED"
    assert_all_slots_are_free(stack, client)


@pytest.mark.parametrize("trouble", ["throttled", "unavailable", "gone"])
def test_a_job_completes_on_the_other_resource_when_one_refuses_everything(
    speech: AzureSpeechEmulator, other: AzureSpeechEmulator, client: ApiClient, trouble: str
) -> None:
    # Given a resource that refuses everything, or that does not answer any more
    if trouble == "gone":
        speech.stop()
    else:
        speech.faults.add(trouble)
    texts = lines(12)

    # When
    job = client.complete(dialogue(*texts))

    # Then
    assert job["retry_count"] == 0
    assert not any(requests_with(speech, text).count("completed") for text in texts)
    assert all(requests_with(other, text).count("completed") == 1 for text in texts)
