"""Fixtures of the tests about webhooks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest

from castline import composition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.cloud.cloud import LocalCloud


@pytest.fixture(scope="module")
def queue_url(functions_environment: LocalCloud) -> Iterator[str]:
    """Yield the URL of the queue of deliveries, which nobody reads but the test."""
    url = boto3.client("sqs").create_queue(QueueName="webhooks-of-tests")["QueueUrl"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEBHOOK_QUEUE_URL", url)
        composition.reset()
        yield url
    composition.reset()


@pytest.fixture
def messages(queue_url: str) -> Callable[[], list[dict[str, str]]]:
    """Return what takes all messages out of the queue."""

    def take() -> list[dict[str, str]]:
        sqs, found = boto3.client("sqs"), []
        while received := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
            for message in received:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    take()
    return take
