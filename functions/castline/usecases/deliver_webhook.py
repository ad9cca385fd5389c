"""Deliver a webhook: attempt a delivery when it is due, and return the time until the next attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from castline.webhooks.model import (
    JOB_ENDPOINT,
    Attempt,
    AttemptError,
    Delivery,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EndpointStatus,
)
from castline.webhooks.schedule import DISABLE_AFTER, delay_after
from castline.webhooks.signing import signed_headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.webhooks.delivery_message import DeliveryMessage
    from castline.webhooks.repository import WebhookRepository
    from castline.webhooks.sender import WebhookSender

CLAIM: Final = timedelta(seconds=60)
"""The time for which a task claims an attempt. It is longer than the function may run. It has passed when the message
of a failed function reappears."""
_GONE: Final = 410


class DeliverWebhook:
    """Makes the attempts of deliveries, and disables endpoints that are gone or that keep failing.

    A delivery is claimed before its attempt, so that a duplicate message causes no second attempt. If the function or
    DynamoDB fails before an attempt is recorded, the attempt is made again. Receivers recognize the duplicate by its
    id.
    """

    def __init__(
        self,
        repository: WebhookRepository,
        sender: Callable[[], WebhookSender],
        *,
        now: Callable[[], datetime],
        attempted: Callable[[Delivery, Attempt, DeliveryStatus], None],
        disabled: Callable[[DisabledReason], None],
    ) -> None:
        """Store the collaborators.

        Args:
            repository: the webhooks and their deliveries.
            sender: returns the sender.
            now: the clock.
            attempted: called for each recorded attempt, with the delivery, the attempt and the delivery's new status.
            disabled: called for each endpoint that is disabled, with the reason.
        """
        self._repository = repository
        self._sender = sender
        self._now = now
        self._attempted = attempted
        self._disabled = disabled

    def __call__(self, message: DeliveryMessage) -> timedelta | None:
        """Attempt a delivery if it is due, and return the time until its message must be received again.

        Returns:
            None if nothing is left to do, because the delivery has ended or does not exist.

        Raises:
            ServiceUnavailable: DynamoDB is temporarily unavailable. The message must be received again.
        """
        delivery = self._repository.find_delivery(message.user_id, message.webhook_id, message.delivery_id)
        if delivery is None or delivery.next_attempt_at is None:
            return None
        now = self._now()
        if delivery.next_attempt_at > now:
            return delivery.next_attempt_at - now
        if not self._repository.claim_delivery(delivery, until=now + CLAIM):
            return CLAIM
        endpoint = self._repository.find_endpoint(delivery.user_id, delivery.webhook_id)
        if endpoint is None or endpoint.status is EndpointStatus.DISABLED:
            self._give_up(delivery, now)
            return None
        return self._attempt(delivery, endpoint, now)

    def _give_up(self, delivery: Delivery, now: datetime) -> None:
        nothing_sent = Attempt(
            at=now, status_code=None, error=AttemptError.ENDPOINT_DISABLED, duration_ms=0, response_excerpt=None
        )
        self._record(delivery, nothing_sent, url=delivery.url, status=DeliveryStatus.FAILED, next_attempt_at=None)

    def _attempt(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> timedelta | None:
        url = delivery.target(endpoint)
        headers = signed_headers(
            message_id=delivery.event_id,
            sent_at=now,
            body=delivery.body,
            secrets=[secret.value for secret in endpoint.valid_secrets(now)],
        )
        attempt = self._sender().send(url, body=delivery.body, headers=headers, at=now)
        if attempt.error is None:
            self._record(delivery, attempt, url=url, status=DeliveryStatus.DELIVERED, next_attempt_at=None)
            if endpoint.failing_since is not None:
                self._repository.note_success(endpoint.user_id, endpoint.id)
            return None
        is_gone = attempt.status_code == _GONE
        delay = None if is_gone else delay_after(len(delivery.attempts) + 1)
        ended_at = self._now()
        self._record(
            delivery,
            attempt,
            url=url,
            status=DeliveryStatus.FAILED if delay is None else DeliveryStatus.PENDING,
            next_attempt_at=None if delay is None else ended_at + delay,
        )
        # Failures of one job's URL say nothing about the URLs of other jobs.
        if endpoint.id != JOB_ENDPOINT:
            self._note_failure(endpoint, now=now, is_gone=is_gone, is_last=delay is None)
        return delay

    def _note_failure(self, endpoint: Endpoint, *, now: datetime, is_gone: bool, is_last: bool) -> None:
        """Disable an endpoint that is gone, or that has failed for days when a delivery is given up.

        A delivery gets all its attempts first, even if an earlier failure was days ago and nothing was sent since.
        """
        failing = self._repository.note_failure(endpoint.user_id, endpoint.id, at=now)
        if is_gone:
            self._disable(endpoint, DisabledReason.GONE, now)
        elif is_last and failing is not None and now - (failing.failing_since or now) >= DISABLE_AFTER:
            self._disable(endpoint, DisabledReason.FAILING, now)

    def _disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime) -> None:
        if self._repository.disable_endpoint(endpoint.user_id, endpoint.id, reason, now=now):
            self._disabled(reason)

    def _record(
        self,
        delivery: Delivery,
        attempt: Attempt,
        *,
        url: str,
        status: DeliveryStatus,
        next_attempt_at: datetime | None,
    ) -> None:
        if self._repository.record_attempt(
            delivery, attempt, url=url, status=status, next_attempt_at=next_attempt_at
        ):
            self._attempted(delivery, attempt, status)
