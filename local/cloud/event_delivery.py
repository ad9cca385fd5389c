"""Delivery of events of EventBridge to their subscribers."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

logger = logging.getLogger(__name__)

Event = dict[str, Any]
Subscriber = Callable[[Event], object]

_RETRY_DELAYS_SECONDS = (0.1, 0.5, 2.0)


class EventDelivery:
    """A queue that delivers each event to each subscriber, in order, on a separate thread.

    A subscriber that raises is called again after a while, and delays later events until then. Events that could not
    be delivered are kept in `undelivered`, as in a dead-letter queue.
    """

    def __init__(self, name: str) -> None:
        """Create an empty queue; ``name`` is the name of the thread."""
        self._name = name
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
        thread = threading.Thread(target=self._deliver_all, name=self._name, daemon=True)
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
                logger.exception("Delivery of an event failed: %s %s", event["detail-type"], event["resources"])
            else:
                return
        self.undelivered.append(event)
        on_undelivered(event)
