"""Queue of events that cannot be published as they are. An operator inspects them and publishes them again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class RejectedEvents:
    """The dead-letter queue of publishing. Its messages are JSON."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        """Use a queue."""
        self._client = client
        self._queue_url = queue_url

    def put(self, job_id: str, event_type: str, problem: str) -> None:
        """Send an event to the queue.

        Args:
            job_id: the id of the event's job.
            event_type: the type of the event.
            problem: the name of the error, or the code with which the bus refused the event.

        Raises:
            ServiceUnavailable: the queue did not accept the event.
        """
        body = json.dumps({"job_id": job_id, "event_type": event_type, "problem": problem})
        try:
            with translated_aws_errors():
                self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)
        except ClientError as error:
            raise ServiceUnavailable(f"SendMessage: {error_code(error)}") from error
