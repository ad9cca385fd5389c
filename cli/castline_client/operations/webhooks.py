"""Operations on webhooks and their deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline_client.operations.requests import body_of, path_to
from castline_client.steps import Item, Request, ask
from castline_client.types import Webhook, WebhookDelivery, WebhookDeliveryList, WebhookList, WebhookWithSecret

if TYPE_CHECKING:
    from castline_client.operations.requests import Body
    from castline_client.steps import Flow

_PAGE: Final = 100
"""Deliveries per request, which is the maximum of the API."""


def webhooks() -> Flow[list[Webhook]]:
    """Return the user's webhooks, newest first."""
    found = yield from body_of(Request[WebhookList]("GET", "/webhooks"))
    return found["items"]


def webhook(webhook_id: str) -> Flow[Webhook]:
    """Return a webhook. The id ``job`` is that of the webhook for the ``webhook_url`` of single jobs."""
    return body_of(Request[Webhook]("GET", path_to("webhooks", webhook_id)))


def create_webhook(request: Body) -> Flow[WebhookWithSecret]:
    """Create a webhook from a ``CreateWebhookRequest``. Its ``secret`` is returned only once."""
    # Not repeatable: a retry after a lost response would create a second webhook.
    return body_of(Request[WebhookWithSecret]("POST", "/webhooks", body=request, is_repeatable=False))


def change_webhook(webhook_id: str, changes: Body) -> Flow[Webhook]:
    """Change the URL, events, description or status of a webhook."""
    return body_of(Request[Webhook]("PATCH", path_to("webhooks", webhook_id), body=changes))


def delete_webhook(webhook_id: str) -> Flow[None]:
    """Delete a webhook. No more events are sent to it."""
    yield from ask(Request[None]("DELETE", path_to("webhooks", webhook_id)))


def rotate_webhook_secret(webhook_id: str) -> Flow[WebhookWithSecret]:
    """Rotate the secret of a webhook, or create that of ``job``. The previous one stays valid for 24 hours."""
    path = path_to("webhooks", webhook_id, "rotate")
    return body_of(Request[WebhookWithSecret]("POST", path, is_repeatable=False))


def test_webhook(webhook_id: str) -> Flow[WebhookDelivery]:
    """Send an event of the type ``webhook.test`` to a webhook."""
    return body_of(Request[WebhookDelivery]("POST", path_to("webhooks", webhook_id, "test"), is_repeatable=False))


def deliveries(webhook_id: str) -> Flow[None]:
    """Iterate over the deliveries to a webhook in the last 30 days, newest first."""
    cursor: str | None = None
    path = path_to("webhooks", webhook_id, "deliveries")
    while True:
        page = yield from body_of(Request[WebhookDeliveryList]("GET", path, {"limit": _PAGE, "cursor": cursor}))
        for delivery in page["items"]:
            yield Item(delivery)
        cursor = page["next_cursor"]
        if cursor is None:
            return


def redeliver(webhook_id: str, delivery_id: str) -> Flow[WebhookDelivery]:
    """Send an event to a webhook again."""
    path = path_to("webhooks", webhook_id, "deliveries", delivery_id, "redeliver")
    return body_of(Request[WebhookDelivery]("POST", path, is_repeatable=False))
