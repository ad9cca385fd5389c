"""Events that are put on EventBridge's buses, for their subscribers.

moto supports rules, but no functions as their targets: PutEvents fails if a rule has one. Archives still receive
their events from moto.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from moto.events.models import EventsBackend, Rule

from local.cloud.event_delivery import Event


class BusEvent(dict[str, Any]):
    """An event as a rule's target receives it, and the name of the bus that it was put on."""

    def __init__(self, bus_name: str, event: Event) -> None:
        super().__init__(event)
        self.bus_name = bus_name


@contextmanager
def published_events(publish: Callable[[BusEvent], None]) -> Iterator[None]:
    """Publish each event that is put on a bus while the context lasts."""
    put_events = EventsBackend.put_events
    send_to_targets = Rule.send_to_targets

    def put(backend: Any, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = put_events(backend, entries)
        for entry, result in zip(entries, results, strict=True):
            if "EventId" in result:
                publish(_bus_event(backend, entry, result["EventId"]))
        return results

    def send(rule: Any, event: Event, transform_input: bool = True) -> None:
        known = copy.copy(rule)
        known.targets = [target for target in rule.targets if ":lambda:" not in target["Arn"]]
        send_to_targets(known, event, transform_input)

    with patch.object(EventsBackend, "put_events", put), patch.object(Rule, "send_to_targets", send):
        yield


def _bus_event(backend: Any, entry: dict[str, Any], event_id: str) -> BusEvent:
    bus_name = str(entry.get("EventBusName") or "default").rpartition("/")[2]
    time = datetime.fromtimestamp(entry["Time"], UTC) if "Time" in entry else datetime.now(UTC)
    return BusEvent(
        bus_name,
        {
            "version": "0",
            "id": event_id,
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": backend.account_id,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": backend.region_name,
            "resources": entry.get("Resources", []),
            "detail": json.loads(entry["Detail"]),
        },
    )
