"""JSON schemas of webhooks and their deliveries, for requests and responses."""

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
    """A URL that receives the events of your jobs.

    A request is also refused with 400 if the URL

    - does not begin with `https://`;
    - has a host that is a private or reserved address or name;
    - has a user name, a password or a fragment;
    - has a port below 1024 other than 443.
    """

    url: WebhookUrl
    """The HTTPS URL that receives the events."""
    events: Annotated[_Events, Field(default=[*EventType])]
    """The types of events to send. By default, all are sent."""
    description: _Description | None = omittable()
    """A description, for your own use."""


class ChangeWebhookRequest(Request):
    """New values of a webhook. Fields that are left out do not change.

    The rules for the URL are those for a new webhook. The webhook `job` has no URL, so it cannot be changed.
    """

    url: WebhookUrl | None = omittable()
    """The new HTTPS URL."""
    events: _Events | None = omittable()
    """The new types of events to send."""
    description: _Description | None = omittable()
    """The new description. Null removes it."""
    status: Annotated[EndpointStatus, Field(strict=False)] | None = omittable()
    """The new status. `enabled` also resets the record of failures."""

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
    """A URL that receives the events of your jobs."""

    id: str
    """The id of the webhook; `job` for the one that stands for the `webhook_url` of single jobs."""
    url: str | None
    """The URL in the normalized form to which events are sent; null for the webhook `job`."""
    events: list[EventType]
    """The types of events to send."""
    description: str | None
    """The description; null if there is none."""
    status: EndpointStatus
    """The status. No events are sent to a webhook that is `disabled`."""
    disabled_reason: DisabledReason | None
    """The reason why no events are sent: you disabled the webhook (`user`), the URL responded with 410 (`gone`), or
    every attempt failed for five days (`failing`)."""
    failing_since: Time | None
    """The time of the first failed attempt since the last success; null if there was none."""
    created_at: Time
    """The time at which the webhook was created."""
    updated_at: Time
    """The time of the last change of the webhook."""
    previous_secret_expires_at: Time | None
    """The time until which deliveries are also signed with the secrets from before the last rotation."""


class WebhookWithSecret(Webhook):
    """A webhook with a new secret, which is shown only once."""

    secret: str
    """The secret that signs deliveries: `whsec_` and the key in base64."""


class WebhookList(_Answer):
    """All webhooks of the user, newest first, without the webhook `job`."""

    items: list[Webhook]
    """The webhooks."""
    total: int
    """The number of webhooks."""


class WebhookAttempt(_Answer):
    """An attempt of a delivery: one request, and its outcome."""

    at: Time
    """The time of the attempt."""
    status_code: int | None
    """The status code of the response; null if there was none."""
    error: AttemptError | None
    """The reason why the attempt failed; null if it succeeded."""
    duration_ms: int
    """The duration of the attempt in milliseconds."""
    response_excerpt: str | None
    """The first 1,000 bytes of the response body."""


class WebhookDelivery(_Answer):
    """The delivery of an event to a webhook, with all its attempts."""

    id: str
    """The id of the delivery."""
    webhook_id: str
    """The id of the webhook."""
    event_id: str
    """The value of the header `webhook-id` in every attempt, by which receivers recognize duplicates."""
    event_type: str
    """The type of the event, or `webhook.test`."""
    job_id: str | None
    """The id of the job; null for a test."""
    url: str
    """The URL to which the event is sent."""
    status: DeliveryStatus
    """The status of the delivery: `pending` as long as another attempt follows."""
    created_at: Time
    """The time at which the delivery was created."""
    next_attempt_at: Time | None
    """The time of the next attempt; null if none follows."""
    attempts: list[WebhookAttempt]
    """The attempts, in order of time."""
    redelivery_of: str | None
    """The id of the delivery that this delivery repeats."""


class WebhookDeliveryList(_Answer):
    """One page of deliveries, newest first."""

    items: list[WebhookDelivery]
    """The deliveries of the page."""
    next_cursor: str | None
    """The cursor of the next page; null on the last page."""


def webhook_fields(endpoint: Endpoint, now: datetime) -> dict[str, object]:
    """Return the values for the fields of ``Webhook``."""
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
