"""Step Functions Execution Status Change events of EventBridge: their form and their delivery."""

import json
import logging
import queue
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

logger = logging.getLogger(__name__)

Event = dict[str, Any]
Subscriber = Callable[[Event], object]

_RETRY_DELAYS_SECONDS = (0.1, 0.5, 2.0)


class ExecutionEvents:
    """A queue that delivers each event to each subscriber, in order, on a thread of its own.

    A subscriber that raises is called again after a while, and delays later events until then. Events that could not
    be delivered are kept in `undelivered`, as in a dead-letter queue.
    """

    def __init__(self) -> None:
        self.undelivered: list[Event] = []
        self._subscribers: list[tuple[Subscriber, Subscriber]] = []
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._stopping = threading.Event()

    def subscribe(self, subscriber: Subscriber, *, on_undelivered: Subscriber = lambda _event: None) -> None:
        """Call `subscriber` with every future event, and `on_undelivered` with events that it never accepted."""
        self._subscribers.append((subscriber, on_undelivered))

    def publish(self, event: Event) -> None:
        """Queue an event, and return at once."""
        self._events.put(event)

    @contextmanager
    def delivering(self) -> Iterator[None]:
        """Deliver while the context lasts; then drop the events still in the queue."""
        thread = threading.Thread(target=self._deliver_all, name="execution-events", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._events.put(None)
            thread.join()

    def _deliver_all(self) -> None:
        while (event := self._events.get()) is not None and not self._stopping.is_set():
            for subscriber, on_undelivered in list(self._subscribers):
                self._deliver(event, subscriber, on_undelivered)

    def _deliver(self, event: Event, subscriber: Subscriber, on_undelivered: Subscriber) -> None:
        for delay_seconds in (0, *_RETRY_DELAYS_SECONDS):
            if self._stopping.wait(delay_seconds):
                return
            try:
                subscriber(event)
            except Exception:
                logger.exception("Delivery of a status change failed: %s", event["detail"]["executionArn"])
            else:
                return
        self.undelivered.append(event)
        on_undelivered(event)


def status_change(execution: Any, status: str) -> Event:
    """Build the event of an execution of moto's that is now in `status` (`RUNNING`, `SUCCEEDED`, …)."""
    succeeded = status == "SUCCEEDED"
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": execution.account_id,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": execution.region_name,
        "resources": [execution.exec_arn],
        "detail": {
            "executionArn": execution.exec_arn,
            "stateMachineArn": execution.state_machine_arn,
            "name": execution.name,
            "status": status,
            "startDate": _epoch_ms(execution.start_date),
            "stopDate": _epoch_ms(execution.stop_date),
            "input": execution.execution_input,
            "inputDetails": {"included": True},
            "output": json.dumps(execution.output) if succeeded else None,
            "outputDetails": {"included": True} if succeeded else None,
            "error": execution.error,
            "cause": execution.cause,
        },
    }


def _epoch_ms(moment: datetime | None) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None
