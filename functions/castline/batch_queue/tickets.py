"""Tickets: SQS messages that each entitle a task to speak one waiting batch, the next one in the queue.

Each waiting batch has at least one ticket. A surplus ticket is harmless: its task finds no batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.aws_errors import translated_aws_errors
from castline.sqs import delay_seconds

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_TICKET: Final = "{}"


class Tickets:
    """The SQS queue of tickets.

    All methods raise ServiceUnavailable if SQS is temporarily unavailable.
    """

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, *, after_seconds: float = 0) -> None:
        """Send a ticket that arrives after ``after_seconds``, or after 15 minutes if that is sooner."""
        with translated_aws_errors():
            self._client.send_message(
                QueueUrl=self._url, MessageBody=_TICKET, DelaySeconds=delay_seconds(after_seconds)
            )

    def count(self) -> int:
        """Return the approximate number of tickets that have not been received yet, including delayed ones."""
        with translated_aws_errors():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"],
            )
        return sum(map(int, answer["Attributes"].values()))

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Make a received ticket visible again after ``seconds`` from now, unless it is deleted before."""
        with translated_aws_errors():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
