"""Keep the webhooks of a user: create, list, read, change and delete them, rotate their secrets, read their log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uuid6 import uuid7

from castline.jobs import cursor as cursors
from castline.jobs.event_types import EventType
from castline.jobs.ids import is_job_id
from castline.webhooks.errors import WebhookHasNoUrl, WebhookNotFound, WebhookSecretMissing
from castline.webhooks.limits import MAX_WEBHOOKS
from castline.webhooks.model import JOB_ENDPOINT, Endpoint
from castline.webhooks.secrets import new_secret, rotated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.webhooks.model import DeliveryPage, EndpointChanges
    from castline.webhooks.repository import WebhookRepository

ALL_EVENTS = frozenset(EventType)


class KeepWebhooks:
    """The webhooks of users. Another user's webhook does not exist.

    ``JOB_ENDPOINT`` names the webhook of the URLs that single jobs have. It comes to be with its first secret.

    All methods raise ServiceUnavailable when AWS cannot serve us just now.
    """

    def __init__(self, repository: WebhookRepository, *, now: Callable[[], datetime]) -> None:
        """Prepare, with the webhooks and the clock."""
        self._repository = repository
        self._now = now

    def create(
        self, user_id: str, *, url: str, events: frozenset[EventType] = ALL_EVENTS, description: str | None = None
    ) -> Endpoint:
        """Create a webhook, and return it with its secret.

        Args:
            user_id: whose webhook.
            url: where events are sent: one that ``webhooks.urls.demand_allowed_url`` has returned.
            events: the types of events that are sent.
            description: the user's note.

        Raises:
            WebhookLimitExceeded: the user has as many webhooks as allowed.
        """
        endpoint = self._new(user_id, str(uuid7()), url=url, events=events, description=description)
        self._repository.create_endpoint(endpoint, max_webhooks=MAX_WEBHOOKS)
        return endpoint

    def list(self, user_id: str) -> list[Endpoint]:
        """Return the user's webhooks, newest first; the one of jobs' own URLs is not among them."""
        return self._repository.endpoints(user_id)

    def get(self, user_id: str, webhook_id: str) -> Endpoint:
        """Return a webhook.

        Raises:
            WebhookNotFound: the user has no such webhook.
        """
        demand_possible(webhook_id)
        endpoint = self._repository.find_endpoint(user_id, webhook_id)
        if endpoint is None:
            raise WebhookNotFound
        return endpoint

    def change(self, user_id: str, webhook_id: str, changes: EndpointChanges) -> Endpoint:
        """Change a webhook, and return it as it is then.

        Raises:
            WebhookNotFound: the user has no such webhook.
            WebhookHasNoUrl: it is the one of jobs' own URLs, and a URL is given.
        """
        demand_possible(webhook_id)
        if webhook_id == JOB_ENDPOINT and changes.url is not None:
            raise WebhookHasNoUrl
        return self._repository.change_endpoint(user_id, webhook_id, changes, now=self._now())

    def delete(self, user_id: str, webhook_id: str) -> None:
        """Delete a webhook. What has not been delivered yet is not sent any more.

        Raises:
            WebhookNotFound: the user has no such webhook.
        """
        demand_possible(webhook_id)
        self._repository.delete_endpoint(user_id, webhook_id)

    def rotate(self, user_id: str, webhook_id: str) -> Endpoint:
        """Give a webhook a new secret, and return it. The secrets before it stay valid for a while.

        Raises:
            WebhookNotFound: the user has no such webhook.
        """
        demand_possible(webhook_id)
        if webhook_id == JOB_ENDPOINT and self._repository.find_endpoint(user_id, webhook_id) is None:
            first = self._new(user_id, JOB_ENDPOINT, url=None, events=ALL_EVENTS, description=None)
            if self._repository.create_job_endpoint(first):
                return first
        now = self._now()
        return self._repository.rotate_secrets(user_id, webhook_id, lambda each: rotated(each, now=now), now=now)

    def deliveries(self, user_id: str, webhook_id: str, *, limit: int, cursor: str | None = None) -> DeliveryPage:
        """Return a page of the deliveries to a webhook, newest first.

        Raises:
            WebhookNotFound: the user has no such webhook.
            InvalidCursor: no page has given ``cursor``.
        """
        after = cursors.decode(cursor) if cursor is not None else None
        self.get(user_id, webhook_id)
        return self._repository.deliveries(user_id, webhook_id, limit=limit, after=after, now=self._now())

    def demand_job_secret(self, user_id: str) -> None:
        """Refuse a URL of a job while deliveries to it could not be signed.

        Raises:
            WebhookSecretMissing: the user has no secret for the URLs of jobs.
        """
        if self._repository.find_endpoint(user_id, JOB_ENDPOINT) is None:
            raise WebhookSecretMissing

    def _new(
        self, user_id: str, webhook_id: str, *, url: str | None, events: frozenset[EventType], description: str | None
    ) -> Endpoint:
        now = self._now()
        return Endpoint(
            id=webhook_id,
            user_id=user_id,
            url=url,
            events=events,
            description=description,
            secrets=(new_secret(),),
            created_at=now,
            updated_at=now,
        )


def demand_possible(webhook_id: str) -> None:
    """Refuse an id that no webhook can have: it needs no lookup.

    Raises:
        WebhookNotFound: it is neither a UUID nor ``JOB_ENDPOINT``.
    """
    if webhook_id != JOB_ENDPOINT and not is_job_id(webhook_id):  # webhooks have ids of the same form
        raise WebhookNotFound
