"""Webhooks of a user, the deliveries to them, and the attempts of each delivery."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from castline.webhooks.limits import DELIVERY_LIFETIME

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.event_types import EventType

JOB_ENDPOINT: Final = "job"
"""The id of the endpoint that stands for the URLs of single jobs. It has secrets, and no URL of its own."""
TEST_EVENT: Final = "webhook.test"
"""The type of the event that a test sends. It goes to one endpoint only, whatever this has subscribed to."""


class EndpointStatus(StrEnum):
    """Status of an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    """Nothing is sent; ``Endpoint.disabled_reason`` says why."""


class DisabledReason(StrEnum):
    """Reason why nothing is sent to an endpoint."""

    USER = "user"
    """The user has disabled it."""
    GONE = "gone"
    """It has answered with 410."""
    FAILING = "failing"
    """Every attempt has failed for ``schedule.DISABLE_AFTER``."""


class DeliveryStatus(StrEnum):
    """Status of a delivery."""

    PENDING = "pending"
    """Another attempt follows at ``Delivery.next_attempt_at``."""
    DELIVERED = "delivered"
    FAILED = "failed"


class AttemptError(StrEnum):
    """Reason why an attempt has failed."""

    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    DNS_FAILED = "dns_failed"
    FORBIDDEN_ADDRESS = "forbidden_address"
    """The name leads to an address that is not public."""
    REDIRECT = "redirect"
    BAD_STATUS = "bad_status"
    """The answer's status is neither 2xx nor 3xx."""
    ENDPOINT_DISABLED = "endpoint_disabled"
    """Nothing was sent: the endpoint has been disabled or deleted."""
    PROTOCOL_ERROR = "protocol_error"
    """The answer is no HTTP, or ends too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret that deliveries are signed with."""

    value: str = field(repr=False)
    """``whsec_`` and the key in base64."""
    expires_at: datetime | None = None
    """The end of its validity; None for the one that lasts until it is rotated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A URL that a user has registered for events; or, as ``JOB_ENDPOINT``, what all URLs of single jobs share."""

    id: str
    user_id: str
    url: str | None
    """None for ``JOB_ENDPOINT`` only."""
    events: frozenset[EventType]
    """The types that are sent."""
    description: str | None
    secrets: tuple[Secret, ...]
    """The newest first."""
    status: EndpointStatus = EndpointStatus.ENABLED
    disabled_reason: DisabledReason | None = None
    failing_since: datetime | None = None
    """The time of the first failed attempt since the last one that succeeded. ``JOB_ENDPOINT`` never has it."""
    created_at: datetime
    updated_at: datetime

    def valid_secrets(self, now: datetime) -> tuple[Secret, ...]:
        """Return the secrets to sign with, the newest first."""
        return tuple(each for each in self.secrets if each.expires_at is None or each.expires_at > now)

    def previous_secret_expires_at(self, now: datetime) -> datetime | None:
        """Return the time at which the last of the rotated secrets expires; None when there is only the new one."""
        return max((each.expires_at for each in self.valid_secrets(now) if each.expires_at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request of a delivery, and what came of it."""

    at: datetime
    status_code: int | None
    """None where there was no answer."""
    error: AttemptError | None
    """None for a success."""
    duration_ms: int
    response_excerpt: str | None
    """The beginning of the answer's body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to an endpoint."""

    id: str
    """UUIDv7: deliveries sort by age."""
    user_id: str
    webhook_id: str
    event_id: str
    """The id that receivers drop duplicates by; every attempt and every redelivery has the same."""
    event_type: str
    """An ``EventType``, or ``TEST_EVENT``."""
    job_id: str | None
    url: str
    """The URL of the last attempt, or of the first one that follows."""
    body: str
    """The exact text that is signed and sent."""
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: tuple[Attempt, ...] = ()
    next_attempt_at: datetime | None
    """None once no attempt follows."""
    created_at: datetime
    redelivery_of: str | None = None
    """The id of the delivery that a user has asked to send again."""

    @property
    def expires_at(self) -> datetime:
        """The time at which the delivery is removed from the log."""
        return self.created_at + DELIVERY_LIFETIME

    def target(self, endpoint: Endpoint) -> str:
        """Return the URL of the next attempt: that of its endpoint as it is now, which may have been corrected."""
        return endpoint.url or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanges:
    """New values of an endpoint. None leaves a value as it is."""

    url: str | None = None
    events: frozenset[EventType] | None = None
    description: str | None = None
    """An empty one removes it."""
    status: EndpointStatus | None = None
    """The user's wish: enabling forgets failures, disabling has the reason ``user``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPage:
    """Some deliveries to an endpoint, newest first."""

    deliveries: tuple[Delivery, ...]
    next_after: str | None
    """The id of the last one if others follow."""
