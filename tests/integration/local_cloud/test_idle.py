"""A cloud in which nothing happens does nothing."""

import threading
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient

from local.cloud import cloud as module
from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.sqs import holds_messages
from tests.integration.local_cloud.eventually import eventually
from tests.patience import PATIENCE_SECONDS


def test_an_empty_queue_is_not_asked_for_messages(clock: Clock) -> None:
    # Given a queue whose messages call a function
    with LocalCloud(clock=clock, poll_interval_seconds=0.01) as cloud:
        received: list[str] = []

        def receive(event: Any, _context: Any) -> None:
            received.extend(record["body"] for record in event["Records"])

        cloud.lambdas.register("receiver", receive, timeout_seconds=90)
        sqs: Any = boto3.client("sqs")
        url = sqs.create_queue(QueueName="queue", Attributes={"VisibilityTimeout": "90"})["QueueUrl"]
        cloud.map_queue("queue", "receiver")

        # When the queue is looked at again and again while it is empty
        looks, enough = [0], threading.Event()

        def look(region: str, queue_name: str) -> bool:
            looks[0] += 1
            if looks[0] > 5:
                enough.set()
            return holds_messages(region, queue_name)

        with patch.object(module, "holds_messages", look), patch.object(BaseClient, "_make_api_call") as called:
            assert enough.wait(PATIENCE_SECONDS)
            # Then SQS is not asked
            assert called.call_count == 0

        # And messages are received, at once or when their delay is over
        sqs.send_message(QueueUrl=url, MessageBody="now")
        sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
        eventually(lambda: sorted(received) == ["later", "now"])
