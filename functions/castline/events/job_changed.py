"""Handler of jobs that have started or ended: publishes their events on the bus.

The event is a batch of the table's stream, with new EVENT items. An operator can also call the function with
``{"republish": …}`` to publish events again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.jobs.items import read_event_key
from castline.observability import observed
from castline.usecases.publish_events import EventName

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RESERVE_MS = 20_000
"""No further job is begun when the invocation has less time left than this: two calls that hang take 14 s."""


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish the events of the records, and report those to retry; or publish past events again."""
    if "republish" in event:
        report = composition.republish_events()(
            event["republish"], has_time=lambda: context.get_remaining_time_in_millis() >= _RESERVE_MS
        )
        return asdict(report)
    names: dict[str, EventName] = {}
    for record in event["Records"]:
        key = {name: value["S"] for name, value in record["dynamodb"]["Keys"].items()}
        if record["eventName"] == "INSERT" and (found := read_event_key(key)) is not None:
            names[record["dynamodb"]["SequenceNumber"]] = EventName(*found)
    later = set(composition.publish_events()(list(names.values())))
    return {"batchItemFailures": [{"itemIdentifier": number} for number, name in names.items() if name in later]}
