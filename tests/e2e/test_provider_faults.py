"""Every known fault of the provider, through the whole workflow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from castline import composition
from local.azure_speech.faults import FAULTS
from local.cloud.clock import Clock
from local.resources import SECRET_ID
from local.stack import LocalStack
from tests.e2e.dialogues import dialogue
from tests.e2e.slots import assert_all_slots_are_free

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.azure_speech.server import AzureSpeechEmulator
    from tests.e2e.api_client import ApiClient

PERMANENT = {
    "bad-request": "PROVIDER_REJECTED_INPUT",
    "conflict": "PROVIDER_MISCONFIGURED",
    "empty-audio": "EMPTY_AUDIO",
    "forbidden": "PROVIDER_AUTH_FAILED",
    "malformed-ssml": "PROVIDER_REJECTED_INPUT",
    "not-found": "PROVIDER_MISCONFIGURED",
    "unauthorized": "PROVIDER_AUTH_FAILED",
    "unsupported-media-type": "PROVIDER_REJECTED_INPUT",
    "unsupported-voice": "VOICE_NOT_FOUND",
}
TRANSIENT = sorted(set(FAULTS) - set(PERMANENT) - {"throttled"})


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock(wait_scale=0.001)


@pytest.fixture(scope="module")
def stack(clock: Clock, speech: AzureSpeechEmulator, log_file: Path) -> Iterator[LocalStack]:
    """Yield a stack with short time-outs for the provider."""
    settings = {"SPEECH_FIRST_CHUNK_TIMEOUT_MS": "600", "SPEECH_ALL_CHUNKS_TIMEOUT_MS": "1500"}
    with LocalStack(clock=clock, speech=speech, log_file=log_file, settings=settings) as stack:
        yield stack


@pytest.fixture(autouse=True)
def new_connections(stack: LocalStack, speech: AzureSpeechEmulator) -> Iterator[None]:
    """Give each test new connections to the provider: some faults strike only while a connection is opened."""
    composition.reset()
    yield
    speech.faults.clear()


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_transient_fault_is_retried_and_forgotten(
    client: ApiClient, speech: AzureSpeechEmulator, fault: str
) -> None:
    # Given a provider that fails once
    speech.faults.add(f"{fault} times=1")

    # When
    job = client.complete(dialogue("只有一句。"))

    # Then
    assert job["retry_count"] == 1


def test_a_throttled_request_is_sent_again_by_the_same_task(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a provider that throttles one request
    speech.faults.add("throttled times=1")

    # When
    job = client.complete(dialogue("只有一句。"))

    # Then
    assert job["retry_count"] == 0


@pytest.mark.parametrize(("fault", "error_code"), sorted(PERMANENT.items()))
def test_a_permanent_fault_fails_the_job_at_once_and_says_what_to_do(
    stack: LocalStack, client: ApiClient, speech: AzureSpeechEmulator, fault: str, error_code: str
) -> None:
    # Given a provider that will not do it
    speech.faults.add(fault)
    text = "這句話不會外洩。"

    # When
    job = client.wait_for(client.submit(dialogue(text)), "failed")

    # Then its user is told in words, and of nothing that is not theirs to know
    assert (job["error_code"], job["retry_count"]) == (error_code, 0)
    assert "請" in job["error_message"]
    told = json.dumps({**job, "input_params": None}, ensure_ascii=False)
    assert not [secret for secret in (speech.key, speech.host, "Traceback", "Azure", text) if secret in told]
    speech.faults.clear()
    assert_all_slots_are_free(stack, client)


@pytest.mark.parametrize("content", ["{}", "not JSON", '{"key": null, "region": "eastasia"}'])
def test_a_broken_secret_fails_the_job_as_misconfigured_until_it_is_repaired(
    client: ApiClient, speech: AzureSpeechEmulator, content: str
) -> None:
    # Given a secret of no use
    secrets = boto3.Session().client("secretsmanager")
    secrets.put_secret_value(SecretId=SECRET_ID, SecretString=content)
    try:
        # When
        job = client.wait_for(client.submit(dialogue(f"沒有人聽過的話 {uuid4()}")), "failed")
    finally:
        repaired = json.dumps({"key": speech.key, "host": speech.host})
        secrets.put_secret_value(SecretId=SECRET_ID, SecretString=repaired)

    # Then
    assert job["error_code"] == "PROVIDER_MISCONFIGURED"
    assert client.complete(dialogue(f"聽得到的話 {uuid4()}"))
