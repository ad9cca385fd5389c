"""Dispatch a job event to the webhooks of the job's user."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from castline.jobs.event_types import EventType
from castline.webhooks.body import body_of
from castline.webhooks.delivery_ids import delivery_id_of
from castline.webhooks.model import JOB_ENDPOINT, Delivery, EndpointStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from castline.jobs.repository import JobRepository
    from castline.webhooks.model import Endpoint
    from castline.webhooks.queue import DeliveryQueue
    from castline.webhooks.repository import WebhookRepository


class DispatchWebhooks:
    """Makes one delivery for each webhook that subscribes to an event, however often the event arrives."""

    def __init__(
        self,
        repository: WebhookRepository,
        jobs: JobRepository,
        queue: DeliveryQueue,
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators: the webhook and job repositories, the delivery queue, and the clock."""
        self._repository = repository
        self._jobs = jobs
        self._queue = queue
        self._now = now

    def __call__(self, event: Mapping[str, Any]) -> int:
        """Store and queue the deliveries of an event, and return their number.

        Every call sends a message for each delivery, because an earlier call may have stored the delivery without
        sending its message. If a delivery has two messages, each attempt is still made once (``DeliverWebhook``).

        Args:
            event: the event in the format of ``castline.jobs.events``.

        Raises:
            ServiceUnavailable: AWS is temporarily unavailable. Call again with the same event.
        """
        user_id, job_id = event["data"]["user_id"], event["data"]["job_id"]
        occurred_at, now, body = datetime.fromisoformat(event["timestamp"]), self._now(), body_of(event)
        count = 0
        for endpoint, url in self._targets(user_id, job_id, EventType(event["type"])):
            delivery = Delivery(
                id=delivery_id_of(event["id"], occurred_at, endpoint.id),
                user_id=user_id,
                webhook_id=endpoint.id,
                event_id=event["id"],
                event_type=event["type"],
                job_id=job_id,
                url=url,
                body=body,
                next_attempt_at=now,
                created_at=now,
            )
            self._repository.put_delivery(delivery)
            self._queue.send(user_id, endpoint.id, delivery.id)
            count += 1
        return count

    def _targets(self, user_id: str, job_id: str, event_type: EventType) -> Iterator[tuple[Endpoint, str]]:
        for endpoint in self._repository.all_endpoints(user_id):
            if endpoint.status is EndpointStatus.DISABLED or event_type not in endpoint.events:
                continue
            url = self._url_of_job(job_id) if endpoint.id == JOB_ENDPOINT else endpoint.url
            if url is not None:
                yield endpoint, url

    def _url_of_job(self, job_id: str) -> str | None:
        job = self._jobs.get(job_id)
        return None if job is None else job.webhook_url
