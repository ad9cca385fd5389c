"""URLs that are called when something happens to jobs, and what was sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline_client.operations.requests import body_of, path_to
from castline_client.steps import Item, Request, ask
from castline_client.types import Webhook, WebhookDelivery, WebhookDeliveryList, WebhookList, WebhookWithSecret

if TYPE_CHECKING:
    from castline_client.operations.requests import Body
    from castline_client.steps import Flow

_PAGE: Final = 100
"""Deliveries that are asked for at once: the most that the API gives."""


def webhooks() -> Flow[list[Webhook]]:
    """Return the user's webhooks, newest first."""
    found = yield from body_of(Request[WebhookList]("GET", "/webhooks"))
    return found["items"]


def webhook(webhook_id: str) -> Flow[Webhook]:
    """Return a webhook; ``job`` is the one of the ``webhook_url`` of jobs."""
    return body_of(Request[Webhook]("GET", path_to("webhooks", webhook_id)))


def create_webhook(request: Body) -> Flow[WebhookWithSecret]:
    """Have a URL called: a ``CreateWebhookRequest``. The answer's ``secret`` is shown this once."""
    # A lost answer has the secret: to ask again would make a second webhook.
    return body_of(Request[WebhookWithSecret]("POST", "/webhooks", body=request, is_repeatable=False))


def change_webhook(webhook_id: str, changes: Body) -> Flow[Webhook]:
    """Change the URL, events, description or status of a webhook."""
    return body_of(Request[Webhook]("PATCH", path_to("webhooks", webhook_id), body=changes))


def delete_webhook(webhook_id: str) -> Flow[None]:
    """Delete a webhook: it is not called any more."""
    yield from ask(Request[None]("DELETE", path_to("webhooks", webhook_id)))


def rotate_webhook_secret(webhook_id: str) -> Flow[WebhookWithSecret]:
    """Give a webhook another secret; the one before stays valid for 24 hours. ``job`` gets its first one so."""
    path = path_to("webhooks", webhook_id, "rotate")
    return body_of(Request[WebhookWithSecret]("POST", path, is_repeatable=False))


def test_webhook(webhook_id: str) -> Flow[WebhookDelivery]:
    """Have a webhook called with an event of the type ``webhook.test``."""
    return body_of(Request[WebhookDelivery]("POST", path_to("webhooks", webhook_id, "test"), is_repeatable=False))


def deliveries(webhook_id: str) -> Flow[None]:
    """Iterate over what was sent to a webhook in the last 30 days, newest first."""
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
