"""Queue of deliveries: a message for each that is pending, which is sent anew until its next attempt is due.

It is a fair queue of SQS: messages are grouped by user, so that one with many deliveries does not delay the others'.
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
    """The queue, by a client of SQS.

    All methods raise ServiceUnavailable when SQS cannot serve them just now.
    """

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, user_id: str, webhook_id: str, delivery_id: str) -> None:
        """Send the message of a delivery that is due now."""
        self._send(DeliveryMessage(user_id, webhook_id, delivery_id), after_seconds=0)

    def send_again(self, message: DeliveryMessage, *, after: timedelta) -> None:
        """Send a message that has been received once more, to arrive after a time, or sooner.

        SQS delays a message by 15 minutes at most. It could hide the received one for longer, but such a message
        counts as one in flight, of which a queue may have 120,000: deliveries that wait would stop all others.
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
    """Return the message group of a user. An id may be longer than a group's name, or have other characters."""
    return hashlib.sha256(user_id.encode("utf-8")).hexdigest()
