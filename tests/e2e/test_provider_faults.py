"""Faults of the provider, through the whole workflow: those that pass are forgotten, the others are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from castline import composition
from local.resources import SECRET_ID
from tests.e2e.dialogues import dialogue
from tests.e2e.slots import assert_all_slots_are_free

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.azure_speech.server import AzureSpeechEmulator
    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.fixture(autouse=True)
def new_connections(stack: LocalStack, speech: AzureSpeechEmulator) -> Iterator[None]:
    """Give each test new connections to the provider: some faults strike only while a connection is opened."""
    composition.reset()
    yield
    speech.faults.clear()


@pytest.mark.parametrize(
    ("fault", "retries"), [("bad-gateway", 1), ("reset-amid-audio", 1), ("odd-audio", 1), ("throttled", 0)]
)
def test_a_transient_fault_is_retried_and_forgotten(
    client: ApiClient, speech: AzureSpeechEmulator, fault: str, retries: int
) -> None:
    # Given a provider that fails once
    speech.faults.add(f"{fault} times=1")

    # When
    job = client.complete(dialogue("只有一句。"))

    # Then only a throttled request is sent again by the same task
    assert job["retry_count"] == retries


@pytest.mark.parametrize(
    ("fault", "error_code"),
    [
        ("empty-audio", "EMPTY_AUDIO"),
        ("malformed-ssml", "PROVIDER_REJECTED_INPUT"),
        ("not-found", "PROVIDER_MISCONFIGURED"),
        ("unauthorized", "PROVIDER_AUTH_FAILED"),
        ("unsupported-voice", "VOICE_NOT_FOUND"),
    ],
)
def test_a_permanent_fault_fails_the_job_at_once_and_says_what_to_do(
    client: ApiClient, speech: AzureSpeechEmulator, fault: str, error_code: str
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


def test_a_broken_secret_fails_the_job_as_misconfigured_until_it_is_repaired(
    stack: LocalStack, client: ApiClient, speech: AzureSpeechEmulator
) -> None:
    # Given a secret of no use
    secrets = boto3.Session().client("secretsmanager")
    secrets.put_secret_value(SecretId=SECRET_ID, SecretString="not JSON")
    try:
        # When
        job = client.wait_for(client.submit(dialogue(f"沒有人聽過的話 {uuid4()}")), "failed")
    finally:
        repaired = json.dumps({"key": speech.key, "host": speech.host})
        secrets.put_secret_value(SecretId=SECRET_ID, SecretString=repaired)

    # Then
    assert job["error_code"] == "PROVIDER_MISCONFIGURED"
    assert_all_slots_are_free(stack, client)
    assert client.complete(dialogue(f"聽得到的話 {uuid4()}"))
