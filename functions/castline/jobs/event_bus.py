"""EventBridge bus on which job events are published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors
from castline.jobs.events import event_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

    from castline.jobs.events import JobEvent

SOURCE: Final = "castline"
"""Source of all job events, by which rules select them."""
MAX_EVENTS: Final = 10
"""Maximum number of events in one PutEvents request."""

_TRANSIENT: Final = frozenset({"InternalFailure", "ThrottlingException"})
"""Errors of single events that EventBridge documents as retryable."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reason why EventBridge did not accept an event."""

    code: str

    @property
    def is_transient(self) -> bool:
        """Whether sending the event again may help."""
        return self.code in _TRANSIENT


class EventBus:
    """One bus."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        """Use the bus ``name``."""
        self._client = client
        self._name = name

    def publish(self, events: Sequence[JobEvent]) -> list[Refusal | None]:
        """Publish at most ``MAX_EVENTS`` events, each with the time at which it happened.

        Returns:
            For each event, None if it was accepted, or else the refusal.

        Raises:
            ServiceUnavailable: EventBridge did not answer, or refused the whole request.
        """
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "EventBusName": self._name,
                "Source": SOURCE,
                "DetailType": event.type.value,
                "Detail": json.dumps(event_body(event)),
                "Time": event.occurred_at,
            }
            for event in events
        ]
        try:
            with translated_aws_errors():
                answer = self._client.put_events(Entries=entries)
        except ClientError as error:
            raise ServiceUnavailable(f"PutEvents: {error_code(error)}") from error
        return [Refusal(entry["ErrorCode"]) if "ErrorCode" in entry else None for entry in answer["Entries"]]
