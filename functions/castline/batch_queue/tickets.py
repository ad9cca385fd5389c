"""Tickets: messages of SQS, each of which entitles a task to speak one waiting batch, whichever's turn it is.

For each waiting batch there is at least one ticket. A ticket too many finds nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.aws_errors import translated_aws_errors
from castline.sqs import delay_seconds

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_TICKET: Final = "{}"


class Tickets:
    """The queue of tickets, by a client of SQS.

    All methods raise ServiceUnavailable when SQS cannot serve them just now.
    """

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, *, after_seconds: float = 0) -> None:
        """Send a ticket, to arrive after a time of at most 15 minutes."""
        with translated_aws_errors():
            self._client.send_message(
                QueueUrl=self._url, MessageBody=_TICKET, DelaySeconds=delay_seconds(after_seconds)
            )

    def count(self) -> int:
        """Return about how many tickets have not been received yet, delayed ones included."""
        with translated_aws_errors():
            answer = self._client.get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"],
            )
        return sum(map(int, answer["Attributes"].values()))

    def hide(self, receipt_handle: str, *, seconds: int) -> None:
        """Have a received ticket come back after ``seconds`` from now, unless it is deleted before."""
        with translated_aws_errors():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
