"""Send a webhook on a user's request: a test event, or a redelivery."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import uuid4

from uuid6 import uuid7

from castline.aws_errors import ServiceUnavailable
from castline.dynamodb import encode_time
from castline.jobs.ids import is_job_id
from castline.webhooks.body import body_of
from castline.webhooks.errors import DeliveryNotFound, WebhookDisabled, WebhookHasNoUrl
from castline.webhooks.model import TEST_EVENT, Delivery, Endpoint, EndpointStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.usecases.keep_webhooks import KeepWebhooks
    from castline.webhooks.queue import DeliveryQueue
    from castline.webhooks.repository import WebhookRepository

TEST_VERSION = "1"
"""Version of the format of test events."""


class SendWebhooks:
    """Creates the deliveries that a user asks for, and queues them.

    All methods raise ServiceUnavailable if AWS is temporarily unavailable. Nothing is then left behind.
    """

    def __init__(
        self,
        keep: KeepWebhooks,
        repository: WebhookRepository,
        queue: Callable[[], DeliveryQueue],
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators.

        Args:
            keep: the use case that keeps webhooks.
            repository: the webhook repository.
            queue: returns the delivery queue.
            now: the clock.
        """
        self._keep = keep
        self._repository = repository
        self._queue = queue
        self._now = now

    def test(self, user_id: str, webhook_id: str) -> Delivery:
        """Send a test event to a webhook, and return its delivery.

        Raises:
            WebhookNotFound: the user has no such webhook.
            WebhookDisabled: the webhook is disabled.
            WebhookHasNoUrl: the webhook is that of the URLs of single jobs.
        """
        endpoint = self._keep.get(user_id, webhook_id)
        if endpoint.url is None:
            raise WebhookHasNoUrl
        _demand_enabled(endpoint)
        now, event_id = self._now(), str(uuid4())
        event = {
            "type": TEST_EVENT,
            "version": TEST_VERSION,
            "id": event_id,
            "timestamp": encode_time(now),
            "data": {"webhook_id": webhook_id, "user_id": user_id},
        }
        delivery = Delivery(
            id=str(uuid7()),
            user_id=user_id,
            webhook_id=webhook_id,
            event_id=event_id,
            event_type=TEST_EVENT,
            job_id=None,
            url=endpoint.url,
            body=body_of(event),
            next_attempt_at=now,
            created_at=now,
        )
        self._send(delivery)
        return delivery

    def redeliver(self, user_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Send the event of a delivery again, with the same event id, and return the new delivery.

        Raises:
            WebhookNotFound: the user has no such webhook.
            WebhookDisabled: the webhook is disabled.
            DeliveryNotFound: the webhook has no such delivery.
        """
        now = self._now()
        endpoint = self._keep.get(user_id, webhook_id)
        earlier = self._repository.find_delivery(user_id, webhook_id, delivery_id) if is_job_id(delivery_id) else None
        if earlier is None or earlier.expires_at <= now:
            raise DeliveryNotFound
        _demand_enabled(endpoint)
        delivery = Delivery(
            id=str(uuid7()),
            user_id=user_id,
            webhook_id=webhook_id,
            event_id=earlier.event_id,
            event_type=earlier.event_type,
            job_id=earlier.job_id,
            url=earlier.target(endpoint),
            body=earlier.body,
            next_attempt_at=now,
            created_at=now,
            redelivery_of=earlier.id,
        )
        self._send(delivery)
        return delivery

    def _send(self, delivery: Delivery) -> None:
        self._repository.put_delivery(delivery)
        try:
            self._queue().send(delivery.user_id, delivery.webhook_id, delivery.id)
        except ServiceUnavailable:
            with contextlib.suppress(ServiceUnavailable):
                self._repository.discard_delivery(delivery)
            raise


def _demand_enabled(endpoint: Endpoint) -> None:
    if endpoint.status is EndpointStatus.DISABLED:
        raise WebhookDisabled
