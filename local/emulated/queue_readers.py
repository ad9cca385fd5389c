"""Lambda's event source mappings of queues as deployed: messages call a function."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from local.cloud.background import repeating
from local.cloud.queues import QueueMapping
from local.emulated.event_source_mappings import enabled_mappings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.emulated.cloud import EmulatedCloud

_POLL_SECONDS: Final = 0.2


class QueueReaders:
    """All enabled mappings of queues."""

    def __init__(self, cloud: EmulatedCloud) -> None:
        """Read the mappings.

        Raises:
            ValueError: Lambda would refuse a mapping.
        """
        self._cloud = cloud
        self._mappings = [self._reader(each) for each in enabled_mappings(cloud, "sqs")]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Deliver while the context lasts."""
        with repeating(self._poll, interval_seconds=_POLL_SECONDS, name="queues"):
            yield
        for mapping in self._mappings:
            mapping.stop()

    def _poll(self) -> None:
        for mapping in self._mappings:
            mapping.poll()

    def _reader(self, mapping: dict[str, Any]) -> QueueMapping:
        return QueueMapping(
            self._cloud.lambdas,
            self._cloud.client,
            queue_name=mapping["EventSourceArn"].rpartition(":")[2],
            function_name=mapping["FunctionArn"],
            batch_size=mapping["BatchSize"],
            max_concurrency=mapping.get("ScalingConfig", {}).get("MaximumConcurrency"),
            reports_failures="ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", ()),
        )
