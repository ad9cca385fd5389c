"""Keep the webhooks of a user: create, list, read, change and delete them, rotate secrets, and list deliveries."""

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
    """Keeps the webhooks of users. Another user's webhook counts as unknown.

    ``JOB_ENDPOINT`` is the id of the webhook for the URLs of single jobs. It is created with its first secret.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable.
    """

    def __init__(self, repository: WebhookRepository, *, now: Callable[[], datetime]) -> None:
        """Store the collaborators: the webhook repository and the clock."""
        self._repository = repository
        self._now = now

    def create(
        self, user_id: str, *, url: str, events: frozenset[EventType] = ALL_EVENTS, description: str | None = None
    ) -> Endpoint:
        """Create a webhook, and return it with its secret.

        Args:
            user_id: the webhook's user.
            url: the URL that receives the events, as returned by ``webhooks.urls.demand_allowed_url``.
            events: the types of events to send.
            description: the user's note.

        Raises:
            WebhookLimitExceeded: the user has the maximum number of webhooks.
        """
        endpoint = self._new(user_id, str(uuid7()), url=url, events=events, description=description)
        self._repository.create_endpoint(endpoint, max_webhooks=MAX_WEBHOOKS)
        return endpoint

    def list(self, user_id: str) -> list[Endpoint]:
        """Return the user's webhooks, newest first, without the one for the URLs of single jobs."""
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
        """Change a webhook, and return its new state.

        Raises:
            WebhookNotFound: the user has no such webhook.
            WebhookHasNoUrl: a URL is given for the webhook for the URLs of single jobs.
        """
        demand_possible(webhook_id)
        if webhook_id == JOB_ENDPOINT and changes.url is not None:
            raise WebhookHasNoUrl
        return self._repository.change_endpoint(user_id, webhook_id, changes, now=self._now())

    def delete(self, user_id: str, webhook_id: str) -> None:
        """Delete a webhook. Its pending deliveries are not sent.

        Raises:
            WebhookNotFound: the user has no such webhook.
        """
        demand_possible(webhook_id)
        self._repository.delete_endpoint(user_id, webhook_id)

    def rotate(self, user_id: str, webhook_id: str) -> Endpoint:
        """Give a webhook a new secret, and return the webhook. Its earlier secrets stay valid for a while.

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
            InvalidCursor: no page has returned ``cursor``.
        """
        after = cursors.decode(cursor) if cursor is not None else None
        self.get(user_id, webhook_id)
        return self._repository.deliveries(user_id, webhook_id, limit=limit, after=after, now=self._now())

    def demand_job_secret(self, user_id: str) -> None:
        """Refuse a submission with a webhook URL if its deliveries could not be signed.

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
    """Refuse an id that no webhook can have, without a lookup.

    Raises:
        WebhookNotFound: the id is neither a UUID nor ``JOB_ENDPOINT``.
    """
    if webhook_id != JOB_ENDPOINT and not is_job_id(webhook_id):  # webhook ids have the same format as job ids
        raise WebhookNotFound
