"""Model of webhooks: endpoints, the deliveries to them, and the attempts of each delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from castline.webhooks.limits import DELIVERY_LIFETIME

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.event_types import EventType

JOB_ENDPOINT: Final = "job"
"""The id of the endpoint for the URLs of single jobs. It has secrets, but no URL of its own."""
TEST_EVENT: Final = "webhook.test"
"""The type of test events. A test event is sent to one endpoint, even if that has not subscribed to the type."""


class EndpointStatus(StrEnum):
    """Status of an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    """No events are sent. ``Endpoint.disabled_reason`` says why."""


class DisabledReason(StrEnum):
    """Reason why an endpoint is disabled."""

    USER = "user"
    """The user disabled it."""
    GONE = "gone"
    """It answered with status 410."""
    FAILING = "failing"
    """Every attempt failed for ``schedule.DISABLE_AFTER``."""


class DeliveryStatus(StrEnum):
    """Status of a delivery."""

    PENDING = "pending"
    """Another attempt follows at ``Delivery.next_attempt_at``."""
    DELIVERED = "delivered"
    FAILED = "failed"


class AttemptError(StrEnum):
    """Reason why an attempt failed."""

    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    DNS_FAILED = "dns_failed"
    FORBIDDEN_ADDRESS = "forbidden_address"
    """The host has an address that is not public."""
    REDIRECT = "redirect"
    BAD_STATUS = "bad_status"
    """The status of the response is neither 2xx nor 3xx."""
    ENDPOINT_DISABLED = "endpoint_disabled"
    """No request was sent, because the endpoint was disabled or deleted."""
    PROTOCOL_ERROR = "protocol_error"
    """The response is not HTTP, or is incomplete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that signs deliveries."""

    value: str = field(repr=False)
    """``whsec_``, followed by the key in base64."""
    expires_at: datetime | None = None
    """The end of its validity; None for the secret that is valid until it is rotated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A URL that a user has registered for events; or ``JOB_ENDPOINT``, with the secrets for URLs of single jobs."""

    id: str
    user_id: str
    url: str | None
    """None for ``JOB_ENDPOINT`` only."""
    events: frozenset[EventType]
    """The types of the events that are sent."""
    description: str | None
    secrets: tuple[Secret, ...]
    """The newest secret is first."""
    status: EndpointStatus = EndpointStatus.ENABLED
    disabled_reason: DisabledReason | None = None
    failing_since: datetime | None = None
    """The time of the first failed attempt since the last successful one. It is always None for ``JOB_ENDPOINT``."""
    created_at: datetime
    updated_at: datetime

    def valid_secrets(self, now: datetime) -> tuple[Secret, ...]:
        """Return the valid secrets, the newest first."""
        return tuple(each for each in self.secrets if each.expires_at is None or each.expires_at > now)

    def previous_secret_expires_at(self, now: datetime) -> datetime | None:
        """Return the time at which the last of the rotated secrets expires; None if none is valid any more."""
        return max((each.expires_at for each in self.valid_secrets(now) if each.expires_at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request of a delivery, and its outcome."""

    at: datetime
    status_code: int | None
    """None if there was no response."""
    error: AttemptError | None
    """None if the attempt succeeded."""
    duration_ms: int
    response_excerpt: str | None
    """The beginning of the response body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to an endpoint."""

    id: str
    """A UUIDv7, so that deliveries sort by age."""
    user_id: str
    webhook_id: str
    event_id: str
    """The id by which receivers recognize duplicates. All attempts and redeliveries of an event have the same id."""
    event_type: str
    """An ``EventType``, or ``TEST_EVENT``."""
    job_id: str | None
    url: str
    """The URL of the last attempt, or that of the first attempt if none was made yet."""
    body: str
    """The exact text that is signed and sent."""
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: datetime | None
    """None if no further attempt follows."""
    created_at: datetime
    redelivery_of: str | None = None
    """The id of the earlier delivery that this one repeats."""

    @property
    def expires_at(self) -> datetime:
        """The time at which the delivery is removed from the log."""
        return self.created_at + DELIVERY_LIFETIME

    def target(self, endpoint: Endpoint) -> str:
        """Return the URL of the next attempt: the endpoint's current URL, which the user may have corrected."""
        return endpoint.url or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanges:
    """Changes of an endpoint. A value of None changes nothing."""

    url: str | None = None
    events: frozenset[EventType] | None = None
    description: str | None = None
    """An empty text removes the description."""
    status: EndpointStatus | None = None
    """Enabling clears the endpoint's failures. Disabling sets the reason ``user``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """One page of the deliveries to an endpoint, newest first."""

    deliveries: tuple[Delivery, ...]
    next_after: str | None
    """The id of the last delivery on the page; None if no deliveries follow."""
