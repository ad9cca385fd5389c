"""Queue of deliveries: one message for each pending delivery. It is sent again until the next attempt is due.

The queue is an SQS fair queue: messages are grouped by user, so that many deliveries of one do not delay the others.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from castline.aws_errors import translated_aws_errors
from castline.sqs import delay_seconds
from castline.webhooks.delivery_message import DeliveryMessage

if TYPE_CHECKING:
    from datetime import timedelta

    from mypy_boto3_sqs import SQSClient


class DeliveryQueue:
    """The SQS queue of deliveries.

    All methods raise ServiceUnavailable if SQS is temporarily unavailable.
    """

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, user_id: str, webhook_id: str, delivery_id: str) -> None:
        """Send the message of a delivery that is due now."""
        self._send(DeliveryMessage(user_id, webhook_id, delivery_id), after_seconds=0)

    def send_again(self, message: DeliveryMessage, *, after: timedelta) -> None:
        """Send a received message again, to arrive after ``after``, but at most after 15 minutes.

        SQS delays a message by at most 15 minutes. It could hide the received message for longer, but a hidden
        message counts as in flight, and a queue may have 120,000 of those. Waiting deliveries would then block all
        others.
        """
        self._send(message, after_seconds=after.total_seconds())

    def _send(self, message: DeliveryMessage, *, after_seconds: float) -> None:
        with translated_aws_errors():
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=message.to_json(),
                MessageGroupId=_group(message.user_id),
                DelaySeconds=delay_seconds(after_seconds),
            )


def _group(user_id: str) -> str:
    """Return the message group of a user: a hash, because SQS limits the length and characters of group names."""
    return hashlib.sha256(user_id.encode("utf-8")).hexdigest()
