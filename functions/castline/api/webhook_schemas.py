"""Webhooks and their deliveries as JSON, in requests and in answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from castline.api.fields import (
    CHARACTER_BYTES,
    NOT_BLANK_PATTERN,
    OBJECT_BYTES,
    Request,
    not_blank,
    omittable,
    speakable,
)
from castline.api.responses import Time
from castline.api.webhook_fields import WebhookUrl
from castline.jobs.event_types import EventType
from castline.webhooks.limits import MAX_DESCRIPTION_CHARACTERS, MAX_URL_CHARACTERS
from castline.webhooks.model import (
    AttemptError,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EndpointChanges,
    EndpointStatus,
)

MAX_BODY_BYTES: Final = (MAX_URL_CHARACTERS + MAX_DESCRIPTION_CHARACTERS) * CHARACTER_BYTES + OBJECT_BYTES

_Description = Annotated[
    str,
    Field(min_length=1, max_length=MAX_DESCRIPTION_CHARACTERS, json_schema_extra={"pattern": NOT_BLANK_PATTERN}),
    AfterValidator(not_blank),
    AfterValidator(speakable),
]
_Events = Annotated[list[Annotated[EventType, Field(strict=False)]], Field(min_length=1, max_length=len(EventType))]


class CreateWebhookRequest(Request):
    """A URL that is called when something happens to your jobs.

    A request is refused with 400, too, if the URL is not one of HTTPS; if its host is an address or a name that is
    not public; if it has a user name, a password or a fragment; or if its port is below 1024 and not 443.
    """

    url: WebhookUrl
    events: Annotated[_Events, Field(default=[*EventType])]
    """The types of events that are sent."""
    description: _Description | None = omittable()


class ChangeWebhookRequest(Request):
    """New values of a webhook. What is left out stays as it is.

    The rules for the URL are those for a new webhook. The webhook `job` has no URL that could be changed.
    """

    url: WebhookUrl | None = omittable()
    events: _Events | None = omittable()
    description: _Description | None = omittable()
    """null removes it."""
    status: Annotated[EndpointStatus, Field(strict=False)] | None = omittable()
    """`enabled` also forgets the failures before it."""

    def to_changes(self) -> EndpointChanges:
        """Return the domain's changes."""
        removes_description = "description" in self.model_fields_set and self.description is None
        return EndpointChanges(
            url=self.url,
            events=None if self.events is None else frozenset(self.events),
            description="" if removes_description else self.description,
            status=self.status,
        )


class _Answer(BaseModel):
    model_config = ConfigDict(revalidate_instances="always", from_attributes=True)


class Webhook(_Answer):
    """A URL that is called when something happens to your jobs."""

    id: str
    """`job` for the webhook that stands for the `webhook_url` of single jobs."""
    url: str | None
    """In the form in which it is called; null for the webhook `job`."""
    events: list[EventType]
    description: str | None
    status: EndpointStatus
    disabled_reason: DisabledReason | None
    """Why nothing is sent: you have disabled it (`user`), the URL has answered with 410 (`gone`), or every attempt of
    five days has failed (`failing`)."""
    failing_since: Time | None
    """The time of the first failed attempt since the last one that succeeded."""
    created_at: Time
    updated_at: Time
    previous_secret_expires_at: Time | None
    """The time until which deliveries are also signed with secrets from before the last rotation."""


class WebhookWithSecret(Webhook):
    """A webhook with a new secret, which is shown this once."""

    secret: str
    """The secret that deliveries are signed with: `whsec_` and the key in base64."""


class WebhookList(_Answer):
    """All webhooks of the user, the newest first, without the webhook `job`."""

    items: list[Webhook]
    total: int


class WebhookAttempt(_Answer):
    """A request of a delivery, and what came of it."""

    at: Time
    status_code: int | None
    """null where there was no answer."""
    error: AttemptError | None
    """null for a success."""
    duration_ms: int
    response_excerpt: str | None
    """The first 1,000 bytes of the answer's body."""


class WebhookDelivery(_Answer):
    """An event on its way to a webhook."""

    id: str
    webhook_id: str
    event_id: str
    """The header `webhook-id` of every attempt: receivers drop duplicates by it."""
    event_type: str
    """The type of the event, or `webhook.test`."""
    job_id: str | None
    """null for a test."""
    url: str
    status: DeliveryStatus
    """`pending` while another attempt follows."""
    created_at: Time
    next_attempt_at: Time | None
    attempts: list[WebhookAttempt]
    """In order of time."""
    redelivery_of: str | None
    """The id of the delivery that this one repeats."""


class WebhookDeliveryList(_Answer):
    """One page of deliveries, newest first."""

    items: list[WebhookDelivery]
    next_cursor: str | None
    """The cursor of the next page; null on the last page."""


def webhook_fields(endpoint: Endpoint, now: datetime) -> dict[str, object]:
    """Return the fields of ``Webhook``."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": [each for each in EventType if each in endpoint.events],
        "description": endpoint.description,
        "status": endpoint.status,
        "disabled_reason": endpoint.disabled_reason,
        "failing_since": endpoint.failing_since,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
        "previous_secret_expires_at": endpoint.previous_secret_expires_at(now),
    }
