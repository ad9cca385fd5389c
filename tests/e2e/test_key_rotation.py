"""The provider's key is rotated while the service runs."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from castline import composition
from local.azure_speech.server import AzureSpeechEmulator
from local.resources import SECRET_ID
from tests.e2e.dialogues import dialogue
from tests.e2e.executions import ended_status
from tests.e2e.metric_lines import total, written_metrics
from tests.e2e.traffic import requests_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.stack import LocalStack
    from tests.e2e.api_client import ApiClient


@pytest.fixture(scope="module")
def stack(own_stack: Callable[..., LocalStack]) -> LocalStack:
    """Return a stack with a slow provider, so that a batch needs several connections."""
    return own_stack(speech=AzureSpeechEmulator(voice_engine="tone", latency_ms=100))


@pytest.fixture(autouse=True)
def key_in_force(stack: LocalStack, speech: AzureSpeechEmulator) -> Iterator[None]:
    """Make service, secret and provider use the same key, with empty caches."""
    store_secret(speech.host, speech.key)
    composition.reset()
    yield
    composition.reset()


def store_secret(host: str, key: str) -> None:
    # A session of its own: the functions' threads may be using the default one.
    client = boto3.Session().client("secretsmanager")
    client.put_secret_value(SecretId=SECRET_ID, SecretString=json.dumps({"key": key, "host": host}))


def sentences(count: int) -> list[str]:
    """Return texts that have not been spoken yet."""
    return [f"第 {number} 句 {uuid4()}" for number in range(count)]


def test_a_job_is_spoken_with_the_new_key_as_soon_as_the_old_one_is_refused(
    client: ApiClient, speech: AzureSpeechEmulator, log_file: Path
) -> None:
    # Given a service that knows the old key, and keeps one connection that was opened with it
    client.complete(dialogue(*sentences(1)))

    # When the key is rotated at the provider and in the secret
    speech.key = f"rotated-{uuid4()}"
    store_secret(speech.host, speech.key)
    texts = sentences(6)
    job = client.complete(dialogue(*texts))
    ended_status(job["id"])

    # Then nobody notices, but for those who look at the metrics
    assert job["retry_count"] == 0
    assert [requests_with(speech, text) for text in texts] == [["completed"]] * 6
    metrics = [each for each in written_metrics(log_file) if each.job_id == job["id"]]
    assert total(metrics, "ProviderErrors", code="ProviderAuthFailed") >= 1
    assert total(metrics, "SegmentsSynthesized") == 6
    assert total(metrics, "JobsFailed") == 0


def test_a_key_that_is_refused_and_not_rotated_fails_the_job(client: ApiClient, speech: AzureSpeechEmulator) -> None:
    # Given a provider that does not take the key in the secret any more
    speech.key = f"unknown-{uuid4()}"

    # When
    job = client.wait_for(client.submit(dialogue(*sentences(1))), "failed")

    # Then
    assert (job["error_code"], job["retry_count"]) == ("PROVIDER_AUTH_FAILED", 0)

    # And the next job is spoken once the secret has been mended
    store_secret(speech.host, speech.key)
    client.complete(dialogue(*sentences(1)))


def test_jobs_go_on_while_the_secret_cannot_be_read(
    stack: LocalStack, client: ApiClient, speech: AzureSpeechEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a value that is too old at once
    monkeypatch.setenv("SPEECH_SECRET_MAX_AGE_SECONDS", "0")
    composition.reset()
    client.complete(dialogue(*sentences(1)))

    # When the secret cannot be read
    with secrets_manager_unavailable(monkeypatch) as refused:
        job = client.complete(dialogue(*sentences(3)))

    # Then the one that is known is used, and asked for seldom
    assert job["retry_count"] == 0
    assert refused == ["GetSecretValue"]


@contextmanager
def secrets_manager_unavailable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Make Secrets Manager answer only errors while the context lasts; yield the operations that it refused."""
    refused: list[str] = []
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def refuse(client: BaseClient, operation: str, parameters: Any) -> Any:
        if client.meta.service_model.service_name != "secretsmanager":
            return make_api_call(client, operation, parameters)
        refused.append(operation)
        raise ClientError({"Error": {"Code": "InternalServiceError", "Message": "broken"}}, operation)

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", refuse)
        yield refused
