"""Lambda's event source mappings as deployed: a table's changes call a function, filtered."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from local.cloud.background import repeating
from local.cloud.streams import Record, StreamMapping
from local.cloud.ttl import delete_expired_items
from local.emulated.event_pattern import matches
from local.emulated.event_source_mappings import enabled_mappings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.emulated.cloud import EmulatedCloud

_POLL_SECONDS: Final = 0.2


class StreamReaders:
    """All enabled mappings of tables' streams, and the TTL of the tables."""

    def __init__(self, cloud: EmulatedCloud) -> None:
        """Read the mappings. Only later changes are delivered."""
        self._cloud = cloud
        self._dynamodb = cloud.client("dynamodb")
        self._sqs = cloud.client("sqs")
        self._mappings = [self._reader(each) for each in enabled_mappings(cloud, "dynamodb")]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Deliver while the context lasts. Items expire when ``expire`` is called."""
        with repeating(self._deliver, interval_seconds=_POLL_SECONDS, name="streams"):
            yield

    def expire(self) -> int:
        """Delete the expired items, as DynamoDB does within days, and return their number."""
        return delete_expired_items(self._dynamodb, self._cloud.clock.now())

    def _deliver(self) -> None:
        for mapping in self._mappings:
            mapping.deliver()

    def _reader(self, mapping: dict[str, Any]) -> StreamMapping:
        table_name = mapping["EventSourceArn"].partition(":table/")[2].partition("/")[0]
        return StreamMapping(
            self._cloud.lambdas,
            region=self._cloud.region,
            table_name=table_name,
            function_name=mapping["FunctionArn"],
            batch_size=mapping["BatchSize"],
            max_retries=retries if (retries := mapping["MaximumRetryAttempts"]) >= 0 else None,
            matches=_filter(mapping),
            on_skipped=lambda records: self._bury(mapping, records),
        )

    def _bury(self, mapping: dict[str, Any], records: list[Record]) -> None:
        queue_arn = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if queue_arn:
            url = self._sqs.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
            numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
            body = json.dumps({"DDBStreamBatchInfo": {"startSequenceNumber": numbers[0], "batchSize": len(numbers)}})
            self._sqs.send_message(QueueUrl=url, MessageBody=body)


def _filter(mapping: dict[str, Any]) -> Callable[[Record], bool]:
    """Return a filter: a record passes if one of the mapping's patterns matches, or if it has no patterns."""
    patterns = [json.loads(each["Pattern"]) for each in mapping.get("FilterCriteria", {}).get("Filters", [])]
    return lambda record: not patterns or any(matches(pattern, record) for pattern in patterns)
