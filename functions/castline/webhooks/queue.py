"""Queue of deliveries: a message for each that is pending, which comes back when its next attempt is due.

It is a fair queue of SQS: messages are grouped by user, so that one with many deliveries does not delay the others'.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from castline.aws_errors import error_code, translated_aws_errors
from castline.webhooks.delivery_message import DeliveryMessage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_LONGEST_HIDDEN_SECONDS: Final = 12 * 3600 - 300
"""SQS hides a message for 12 hours from its receipt; an attempt takes part of them."""
_LONGEST_DELAY_SECONDS: Final = 900
"""The limit of SQS for the delay of a new message."""
_REFUSED: Final = frozenset({"InvalidParameterValue", "MessageNotInflight", "ReceiptHandleIsInvalid"})


class DeliveryQueue:
    """The queue, by a client of SQS.

    All methods raise ServiceUnavailable when SQS cannot serve them just now.
    """

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, user_id: str, webhook_id: str, delivery_id: str) -> None:
        """Send the message of a delivery that is due now."""
        self._send(DeliveryMessage(user_id, webhook_id, delivery_id), delay_seconds=0)

    def postpone(self, message: DeliveryMessage, receipt_handle: str, *, seconds: float) -> bool:
        """Let a message that has been received come back after ``seconds``, or sooner if SQS cannot hide it so long.

        Returns:
            True if the message stays in the queue. False if another one has taken its place, because SQS refused to
            hide it; it is then to be deleted.
        """
        hidden_seconds = min(max(math.ceil(seconds), 0), _LONGEST_HIDDEN_SECONDS)
        try:
            with translated_aws_errors():
                self._client.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=hidden_seconds
                )
        except ClientError as error:
            if error_code(error).rpartition(".")[2] not in _REFUSED:
                raise
            self._send(message, delay_seconds=min(hidden_seconds, _LONGEST_DELAY_SECONDS))
            return False
        return True

    def _send(self, message: DeliveryMessage, *, delay_seconds: int) -> None:
        with translated_aws_errors():
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=message.to_json(),
                MessageGroupId=_group(message.user_id),
                DelaySeconds=delay_seconds,
            )


def _group(user_id: str) -> str:
    """Return the message group of a user. An id may be longer than a group's name, or have other characters."""
    return hashlib.sha256(user_id.encode("utf-8")).hexdigest()
