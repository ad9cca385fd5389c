"""DynamoDB items of webhooks: how they are written and read.

Items of one user share the partition ``WEBHOOKS#<user_id>``. The function that sends deliveries can read and write
only partitions with this prefix:

    ENDPOINTS                            the number of endpoints ever created, so that concurrent creations cannot
                                         exceed the limit
    ENDPOINT#<webhook_id>                an endpoint with its secrets
    DELIVERY#<webhook_id>#<delivery_id>  a delivery; DynamoDB's TTL removes it
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from castline.dynamodb import UNREADABLE, deserialize, encode_expiry, encode_time, read_time
from castline.jobs.errors import UnreadableItem
from castline.jobs.event_types import EventType
from castline.table import TTL_ATTRIBUTE
from castline.webhooks.model import (
    Attempt,
    AttemptError,
    Delivery,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EndpointStatus,
    Secret,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PARTITION_PREFIX: Final = "WEBHOOKS#"
COUNTER: Final = "ENDPOINTS"
ENDPOINT_PREFIX: Final = "ENDPOINT#"
DELIVERY_PREFIX: Final = "DELIVERY#"


def partition(user_id: str) -> str:
    """Return the partition of a user's webhooks and deliveries."""
    return f"{PARTITION_PREFIX}{user_id}"


def counter_key(user_id: str) -> dict[str, str]:
    """Return the key of the counter of the endpoints that a user has created."""
    return {"pk": partition(user_id), "sk": COUNTER}


def endpoint_key(user_id: str, webhook_id: str) -> dict[str, str]:
    """Return the key of one of a user's endpoints."""
    return {"pk": partition(user_id), "sk": f"{ENDPOINT_PREFIX}{webhook_id}"}


def deliveries_prefix(webhook_id: str) -> str:
    """Return the prefix of the sort keys of an endpoint's deliveries."""
    return f"{DELIVERY_PREFIX}{webhook_id}#"


def delivery_key(user_id: str, webhook_id: str, delivery_id: str) -> dict[str, str]:
    """Return the key of a delivery."""
    return {"pk": partition(user_id), "sk": f"{deliveries_prefix(webhook_id)}{delivery_id}"}


def endpoint_item(endpoint: Endpoint) -> dict[str, Any]:
    """Return the item of an endpoint."""
    item: dict[str, Any] = {
        **endpoint_key(endpoint.user_id, endpoint.id),
        "url": endpoint.url,
        "events": event_values(endpoint.events),
        "description": endpoint.description,
        "secrets": secret_values(endpoint.secrets),
        "status": endpoint.status.value,
        "disabled_reason": endpoint.disabled_reason,
        "failing_since": _optional_time(endpoint.failing_since),
        "created_at": encode_time(endpoint.created_at),
        "updated_at": encode_time(endpoint.updated_at),
    }
    return {name: value for name, value in item.items() if value is not None}


def event_values(events: Iterable[EventType]) -> list[str]:
    """Return the attribute value of the event types that an endpoint has subscribed to."""
    return sorted(each.value for each in events)


def secret_values(secrets: Iterable[Secret]) -> list[dict[str, str]]:
    """Return the attribute value of an endpoint's secrets."""
    return [
        {"secret": each.value} | ({} if each.expires_at is None else {"expires_at": encode_time(each.expires_at)})
        for each in secrets
    ]


def attempt_value(attempt: Attempt) -> dict[str, Any]:
    """Return the stored form of an attempt, for its delivery's list of attempts."""
    value: dict[str, Any] = {
        "at": encode_time(attempt.at),
        "status_code": attempt.status_code,
        "error": attempt.error,
        "duration_ms": attempt.duration_ms,
        "response_excerpt": attempt.response_excerpt,
    }
    return {name: each for name, each in value.items() if each is not None}


def delivery_item(delivery: Delivery) -> dict[str, Any]:
    """Return the item of a delivery."""
    item: dict[str, Any] = {
        **delivery_key(delivery.user_id, delivery.webhook_id, delivery.id),
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "job_id": delivery.job_id,
        "url": delivery.url,
        "body": delivery.body,
        "status": delivery.status.value,
        "attempts": [attempt_value(each) for each in delivery.attempts],
        "next_attempt_at": _optional_time(delivery.next_attempt_at),
        "created_at": encode_time(delivery.created_at),
        "redelivery_of": delivery.redelivery_of,
        TTL_ATTRIBUTE: encode_expiry(delivery.expires_at),
    }
    return {name: value for name, value in item.items() if value is not None}


def read_endpoint(item: Mapping[str, Any]) -> Endpoint:
    """Return an endpoint from its item.

    Raises:
        UnreadableItem: this release cannot read the item.
    """
    try:
        return _read_endpoint(deserialize(item))
    except UNREADABLE as error:
        raise UnreadableItem(f"{ENDPOINT_PREFIX}: {type(error).__name__}") from error


def read_delivery(item: Mapping[str, Any]) -> Delivery:
    """Return a delivery from its item.

    Raises:
        UnreadableItem: this release cannot read the item.
    """
    try:
        return _read_delivery(deserialize(item))
    except UNREADABLE as error:
        raise UnreadableItem(f"{DELIVERY_PREFIX}: {type(error).__name__}") from error


def _read_endpoint(values: Mapping[str, Any]) -> Endpoint:
    reason = values.get("disabled_reason")
    return Endpoint(
        id=values["sk"].removeprefix(ENDPOINT_PREFIX),
        user_id=values["pk"].removeprefix(PARTITION_PREFIX),
        url=values.get("url"),
        # A newer release may know more types.
        events=frozenset(each for each in EventType if each.value in values["events"]),
        description=values.get("description"),
        secrets=tuple(
            Secret(value=each["secret"], expires_at=read_time(each.get("expires_at"))) for each in values["secrets"]
        ),
        status=EndpointStatus(values["status"]),
        disabled_reason=None if reason is None else DisabledReason(reason),
        failing_since=read_time(values.get("failing_since")),
        created_at=datetime.fromisoformat(values["created_at"]),
        updated_at=datetime.fromisoformat(values["updated_at"]),
    )


def _read_delivery(values: Mapping[str, Any]) -> Delivery:
    webhook_id, _, delivery_id = values["sk"].removeprefix(DELIVERY_PREFIX).partition("#")
    return Delivery(
        id=delivery_id,
        user_id=values["pk"].removeprefix(PARTITION_PREFIX),
        webhook_id=webhook_id,
        event_id=values["event_id"],
        event_type=values["event_type"],
        job_id=values.get("job_id"),
        url=values["url"],
        body=values["body"],
        status=DeliveryStatus(values["status"]),
        attempts=tuple(map(_read_attempt, values["attempts"])),
        next_attempt_at=read_time(values.get("next_attempt_at")),
        created_at=datetime.fromisoformat(values["created_at"]),
        redelivery_of=values.get("redelivery_of"),
    )


def _read_attempt(value: Mapping[str, Any]) -> Attempt:
    status_code, error = value.get("status_code"), value.get("error")
    return Attempt(
        at=datetime.fromisoformat(value["at"]),
        status_code=None if status_code is None else int(status_code),
        error=None if error is None else AttemptError(error),
        duration_ms=int(value["duration_ms"]),
        response_excerpt=value.get("response_excerpt"),
    )


def _optional_time(moment: datetime | None) -> str | None:
    return None if moment is None else encode_time(moment)
