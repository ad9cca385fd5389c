"""Event source mapping from DynamoDB Streams to Lambda.

moto's own mapping calls the function within the request that writes the item. A function that reads the table then
waits for that request, which waits for the function; and a failure is not retried. A success empties the stream, so
that other readers miss the records. This mapping reads the stream afterwards.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard
from moto.dynamodb.models.utilities import dynamo_json_dump

from local.cloud.dynamodb import exclusive_access
from local.cloud.lambda_errors import LambdaError
from local.cloud.lambdas import Lambdas

Record = dict[str, Any]


@contextmanager
def noticed_records(notice: Callable[[], object]) -> Iterator[None]:
    """Call `notice` whenever a table's stream gets a record, while the context lasts."""
    add = StreamShard.add

    def add_and_notice(shard: Any, old: Any, new: Any) -> None:
        add(shard, old, new)
        notice()

    with patch.object(StreamShard, "add", add_and_notice):
        yield


class StreamMapping:
    """A mapping that delivers a table's future changes to a function: in order, in batches, at least once.

    A batch that fails is retried at the next `deliver`, from the first failed record if the function names one in
    `batchItemFailures`. A batch that still fails after `max_retries` is skipped.

    Args:
        lambdas: The host of the function.
        region: The table's region.
        table_name: A table with a stream.
        function_name: The function; it is called with `{"Records": […]}`.
        batch_size: The maximum number of records in a call.
        max_retries: The maximum number of retries of a failing batch; None for no maximum.
        matches: Returns whether the function wants a record (`FilterCriteria`).
        on_skipped: Called with each batch of records that is skipped (`OnFailure`).

    Attributes:
        dead_letters: The records that were skipped, in order.
    """

    def __init__(
        self,
        lambdas: Lambdas,
        *,
        region: str,
        table_name: str,
        function_name: str,
        batch_size: int = 100,
        max_retries: int | None = 3,
        matches: Callable[[Record], bool] = lambda _record: True,
        on_skipped: Callable[[list[Record]], object] = lambda _records: None,
    ) -> None:
        self.dead_letters: list[Record] = []
        self._lambdas = lambdas
        self._region = region
        self._table_name = table_name
        self._function_name = function_name
        self._batch_size = batch_size
        self._max_retries = max_retries
        self._matches = matches
        self._on_skipped = on_skipped
        self._failing: str | None = None
        self._retries = 0
        with exclusive_access():
            self._position = len(self._table().stream_shard.items)

    def deliver(self) -> bool:
        """Deliver the records in the stream, up to its end or to a batch that must be retried.

        Returns:
            Whether there is such a batch.
        """
        while batch := self._read():
            wanted = [record for record in batch if self._matches(record)]
            failed = self._first_failed(wanted)
            if failed is None:
                self._position += len(batch)
            elif self._may_retry(failed):
                self._position += batch.index(failed)
                return True
            else:
                skipped = wanted[wanted.index(failed) :]
                self.dead_letters.extend(skipped)
                self._on_skipped(skipped)
                self._position += len(batch)
        return False

    def _read(self) -> list[Record]:
        with exclusive_access():
            table = self._table()
            records = table.stream_shard.items[self._position : self._position + self._batch_size]
            # Records pass through JSON, as on Lambda: binary values become base64, and times epoch seconds.
            batch: list[Record] = json.loads(dynamo_json_dump([record.to_json() for record in records]))
            stream_arn = f"{table.table_arn}/stream/{table.latest_stream_label}"
        return [record | {"eventSourceARN": stream_arn, "awsRegion": self._region} for record in batch]

    def _first_failed(self, records: list[Record]) -> Record | None:
        """Call the function, and return the first of `records` that failed; None if none failed."""
        if not records:
            return None
        try:
            response = self._lambdas.invoke(self._function_name, {"Records": records})
        except LambdaError:
            return records[0]
        failures = {failure["itemIdentifier"] for failure in (response or {}).get("batchItemFailures", ())}
        if not failures:
            return None
        # A number that is not in the batch fails the whole batch.
        return next((record for record in records if _sequence_number(record) in failures), records[0])

    def _may_retry(self, failed: Record) -> bool:
        number = _sequence_number(failed)
        self._retries = self._retries + 1 if number == self._failing else 1
        self._failing = number
        return self._max_retries is None or self._retries <= self._max_retries

    def _table(self) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][self._region].get_table(self._table_name)


def _sequence_number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
