"""Event source mapping from SQS to Lambda.

moto's own mapping calls the function only once, within the request that sends the message, and ignores which messages
of a batch have failed. This mapping polls the queue instead, as Lambda's pollers do.
"""

import threading
from collections.abc import Callable
from typing import Any

from local.cloud.lambda_errors import HostStopped, LambdaError
from local.cloud.lambdas import Lambdas

Record = dict[str, Any]

_MAX_RECEIVED = 10
"""The maximum number of messages that SQS returns at once."""
_CONCURRENCY = range(2, 1001)
"""The values of `MaximumConcurrency` that Lambda allows."""
_DEFAULT_CONCURRENCY = 5
"""The number of concurrent batches with which Lambda begins if no maximum is set. It adds more during a backlog."""


class QueueMapping:
    """A mapping that delivers a queue's messages to a function: in batches, at least once, in no particular order.

    The messages of a batch that succeeds are deleted. The messages of a batch that fails, and those that the function
    names in `batchItemFailures`, become visible again after their visibility time-out: the queue's, or one that the
    function has set with ChangeMessageVisibility. After `maxReceiveCount` receipts, the queue's redrive policy moves
    them to its dead-letter queue.

    Args:
        lambdas: The host of the function.
        client: Makes a boto3 client of a service.
        queue_name: The queue.
        function_name: The function's name or ARN; it is called with `{"Records": […]}`.
        batch_size: The maximum number of messages in a call.
        max_concurrency: The maximum number of calls at a time (`ScalingConfig`).
        reports_failures: Whether the function names the messages that failed (`ReportBatchItemFailures`).

    Raises:
        ValueError: Lambda would refuse the mapping.
    """

    def __init__(
        self,
        lambdas: Lambdas,
        client: Callable[..., Any],
        *,
        queue_name: str,
        function_name: str,
        batch_size: int = 10,
        max_concurrency: int | None = None,
        reports_failures: bool = True,
    ) -> None:
        if not 1 <= batch_size <= _MAX_RECEIVED:
            raise ValueError(f"BatchSize {batch_size}: more than {_MAX_RECEIVED} need a batching window")
        if max_concurrency is not None and max_concurrency not in _CONCURRENCY:
            raise ValueError(f"MaximumConcurrency {max_concurrency} is not between 2 and 1000")
        self.queue_name = queue_name
        self._lambdas = lambdas
        self._sqs = client("sqs")
        self._url = self._sqs.get_queue_url(QueueName=queue_name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["All"])["Attributes"]
        timeout_seconds = client("lambda").get_function_configuration(FunctionName=function_name)["Timeout"]
        if int(attributes["VisibilityTimeout"]) < timeout_seconds:
            raise ValueError(
                f"Queue visibility timeout: {attributes['VisibilityTimeout']} seconds is less than Function timeout: "
                f"{timeout_seconds} seconds"
            )
        self._arn: str = attributes["QueueArn"]
        self._function_name = function_name
        self._batch_size = batch_size
        self._reports_failures = reports_failures
        self._max_concurrency = max_concurrency or _DEFAULT_CONCURRENCY
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._pollers: set[threading.Thread] = set()

    def poll(self) -> int:
        """Start to deliver the messages that are in the queue, and return the number of threads started for it."""
        with self._lock:
            free = self._max_concurrency - len(self._pollers)
            started = [
                threading.Thread(target=self._deliver_batches, name=f"queue-{self._function_name}", daemon=True)
                for _ in range(min(free, self._batches_waiting()) if free else 0)
                if not self._stopped.is_set()
            ]
            self._pollers.update(started)
            for poller in started:
                poller.start()
        return len(started)

    def deliver(self) -> None:
        """Deliver messages, including those that arrive meanwhile, until none is left that can be received."""
        while self.poll() or self._pollers:
            self._join()

    def stop(self) -> None:
        """Start no further calls."""
        self._stopped.set()

    def _batches_waiting(self) -> int:
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return -(-int(attributes["ApproximateNumberOfMessages"]) // self._batch_size)

    def _join(self) -> None:
        with self._lock:
            pollers = list(self._pollers)
        for poller in pollers:
            poller.join()

    def _deliver_batches(self) -> None:
        try:
            while not self._stopped.is_set() and (batch := self._receive()):
                self._deliver(batch)
        except HostStopped:
            self._stopped.set()
        except Exception:
            if not self._stopped.is_set():  # after a stop, SQS is gone, too
                raise
        finally:
            with self._lock:
                self._pollers.discard(threading.current_thread())

    def _receive(self) -> list[Record]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch_size,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [self._record(message) for message in answer.get("Messages", ())]

    def _deliver(self, batch: list[Record]) -> None:
        for record in self._call(batch):
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=record["receiptHandle"])

    def _call(self, batch: list[Record]) -> list[Record]:
        """Call the function, and return the records that it has handled."""
        try:
            response = self._lambdas.invoke(self._function_name, {"Records": batch})
        except HostStopped:
            raise
        except LambdaError:
            return []
        if not self._reports_failures:
            return batch
        failed = {failure.get("itemIdentifier") for failure in (response or {}).get("batchItemFailures") or ()}
        # An id that is not in the batch fails the whole batch.
        if not failed <= {record["messageId"] for record in batch}:
            return []
        return [record for record in batch if record["messageId"] not in failed]

    def _record(self, message: dict[str, Any]) -> Record:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {
                name: _message_attribute(value) for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": self._sqs.meta.region_name,
        }


def _message_attribute(value: dict[str, Any]) -> dict[str, Any]:
    content = {"stringValue": value["StringValue"]} if "StringValue" in value else {}
    return {**content, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
