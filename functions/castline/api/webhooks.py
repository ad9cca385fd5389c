"""``/webhooks``: the URLs that receive the events of a user's jobs, and the log of deliveries to them."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from castline import composition
from castline.api import errors, examples, webhook_schemas
from castline.api.contract import Answer, Router, follow
from castline.api.identity import noted_user_id
from castline.jobs import cursor as cursors
from castline.observability import logger, note
from castline.webhooks.model import JOB_ENDPOINT, Endpoint

WebhookId = Annotated[
    str,
    Path(
        description=(
            f"The id of a webhook, or `{JOB_ENDPOINT}` for the webhook that stands for the `webhook_url` of single "
            "jobs."
        )
    ),
]
DeliveryId = Annotated[str, Path(description="The id of a delivery.", json_schema_extra={"format": "uuid"})]

_FOUND_ERRORS: Final = (errors.WEBHOOK_NOT_FOUND, errors.SERVICE_UNAVAILABLE)
_OF_ANSWER: Final = "$response.body#/id"
_LINKS: Final = follow(
    *("get_webhook", "change_webhook", "delete_webhook", "rotate_webhook_secret", "test_webhook", "list_deliveries"),
    webhook_id=_OF_ANSWER,
)

router = Router()


@router.operation(
    "POST",
    "/webhooks",
    tag="Webhooks",
    answers=[
        Answer(
            status=201,
            description="The new webhook with its secret, which is not shown again.",
            example=examples.WEBHOOK_WITH_SECRET,
            headers=("Cache-Control",),
            links=_LINKS,
        )
    ],
    errors=[
        errors.VALIDATION_ERROR,
        errors.WEBHOOK_LIMIT_EXCEEDED,
        errors.REQUEST_TOO_LARGE,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=examples.WEBHOOK_REQUEST,
    max_body_bytes=webhook_schemas.MAX_BODY_BYTES,
)
def create_webhook(
    request: Annotated[webhook_schemas.CreateWebhookRequest, Body()],
) -> Response[webhook_schemas.WebhookWithSecret]:
    """Create a webhook, and get the secret that its deliveries are signed with."""
    endpoint = composition.keep_webhooks().create(
        _user_id(), url=request.url, events=frozenset(request.events), description=request.description
    )
    note(webhook_id=endpoint.id)
    logger.info("webhook created")
    return _with_secret(endpoint, status_code=201)


@router.operation(
    "GET",
    "/webhooks",
    tag="Webhooks",
    answers=[Answer(status=200, description="All webhooks, newest first.", example=examples.WEBHOOKS)],
    errors=[errors.SERVICE_UNAVAILABLE],
)
def list_webhooks() -> webhook_schemas.WebhookList:
    """List your webhooks."""
    items = [_webhook(endpoint) for endpoint in composition.keep_webhooks().list(_user_id())]
    return webhook_schemas.WebhookList(items=items, total=len(items))


@router.operation(
    "GET",
    "/webhooks/{webhook_id}",
    tag="Webhooks",
    answers=[Answer(status=200, description="The webhook.", example=examples.WEBHOOK)],
    errors=_FOUND_ERRORS,
)
def get_webhook(webhook_id: WebhookId) -> webhook_schemas.Webhook:
    """Get a webhook."""
    return _webhook(composition.keep_webhooks().get(_user_id(), webhook_id))


@router.operation(
    "PATCH",
    "/webhooks/{webhook_id}",
    tag="Webhooks",
    answers=[Answer(status=200, description="The changed webhook.", example=examples.WEBHOOK)],
    errors=[errors.VALIDATION_ERROR, errors.REQUEST_TOO_LARGE, *_FOUND_ERRORS],
    request_example=examples.WEBHOOK_CHANGES,
    max_body_bytes=webhook_schemas.MAX_BODY_BYTES,
)
def change_webhook(
    webhook_id: WebhookId, request: Annotated[webhook_schemas.ChangeWebhookRequest, Body()]
) -> webhook_schemas.Webhook:
    """Change the URL, events or description of a webhook, or enable or disable it."""
    endpoint = composition.keep_webhooks().change(_user_id(), webhook_id, request.to_changes())
    note(webhook_id=webhook_id)
    logger.info("webhook changed", extra={"status": endpoint.status})
    return _webhook(endpoint)


@router.operation(
    "DELETE",
    "/webhooks/{webhook_id}",
    tag="Webhooks",
    answers=[Answer(status=204, description="The webhook is deleted.", has_json=False)],
    errors=_FOUND_ERRORS,
)
def delete_webhook(webhook_id: WebhookId) -> Response[None]:
    """Delete a webhook. No more events are sent to it."""
    composition.keep_webhooks().delete(_user_id(), webhook_id)
    note(webhook_id=webhook_id)
    logger.info("webhook deleted")
    return Response(status_code=204)


@router.operation(
    "POST",
    "/webhooks/{webhook_id}/rotate",
    tag="Webhooks",
    answers=[
        Answer(
            status=200,
            description="The webhook with its new secret, which is not shown again.",
            example=examples.ROTATED_WEBHOOK,
            headers=("Cache-Control",),
        )
    ],
    errors=_FOUND_ERRORS,
)
def rotate_webhook_secret(webhook_id: WebhookId) -> Response[webhook_schemas.WebhookWithSecret]:
    """Rotate the secret of a webhook. For 24 hours, deliveries are signed with the previous secret, too."""
    endpoint = composition.keep_webhooks().rotate(_user_id(), webhook_id)
    note(webhook_id=webhook_id)
    logger.info("webhook secret rotated")
    return _with_secret(endpoint, status_code=200)


@router.operation(
    "POST",
    "/webhooks/{webhook_id}/test",
    tag="Webhooks",
    answers=[
        Answer(
            status=202,
            description="The delivery of a `webhook.test` event, which is sent at once.",
            example=examples.TEST_DELIVERY,
            links=follow("redeliver", webhook_id="$response.body#/webhook_id", delivery_id=_OF_ANSWER),
        )
    ],
    errors=[errors.VALIDATION_ERROR, errors.WEBHOOK_DISABLED, *_FOUND_ERRORS],
)
def test_webhook(webhook_id: WebhookId) -> webhook_schemas.WebhookDelivery:
    """Send a test event to a webhook."""
    sent = composition.send_webhooks().test(_user_id(), webhook_id)
    note(webhook_id=webhook_id)
    logger.info("webhook tested", extra={"delivery_id": sent.id})
    return webhook_schemas.WebhookDelivery.model_validate(sent)


@router.operation(
    "GET",
    "/webhooks/{webhook_id}/deliveries",
    tag="Webhooks",
    answers=[
        Answer(
            status=200,
            description="One page of the deliveries of the last 30 days, newest first.",
            example=examples.DELIVERIES,
            links=follow(
                "redeliver",
                webhook_id="$request.path.webhook_id",
                delivery_id="$response.body#/items/0/id",
            ),
        )
    ],
    errors=[errors.VALIDATION_ERROR, *_FOUND_ERRORS],
)
def list_deliveries(
    webhook_id: WebhookId,
    limit: Annotated[int, Query(ge=1, le=100, description="The maximum number of deliveries per page.")] = 20,
    cursor: Annotated[
        str | None,
        Query(
            description="The next_cursor of the previous page.",
            json_schema_extra={"pattern": cursors.PATTERN},
        ),
    ] = None,
) -> webhook_schemas.WebhookDeliveryList:
    """List the deliveries to a webhook and their attempts."""
    page = composition.keep_webhooks().deliveries(_user_id(), webhook_id, limit=limit, cursor=cursor)
    return webhook_schemas.WebhookDeliveryList(
        items=[webhook_schemas.WebhookDelivery.model_validate(each) for each in page.deliveries],
        next_cursor=cursors.encode(page.next_after) if page.next_after else None,
    )


@router.operation(
    "POST",
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    tag="Webhooks",
    answers=[
        Answer(
            status=202,
            description="The new delivery, which is sent at once with the same `webhook-id` and body.",
            example=examples.REDELIVERY,
            links=follow("list_deliveries", webhook_id="$response.body#/webhook_id"),
        )
    ],
    errors=[errors.WEBHOOK_NOT_FOUND, errors.DELIVERY_NOT_FOUND, errors.WEBHOOK_DISABLED, errors.SERVICE_UNAVAILABLE],
)
def redeliver(webhook_id: WebhookId, delivery_id: DeliveryId) -> webhook_schemas.WebhookDelivery:
    """Send an event to a webhook again."""
    sent = composition.send_webhooks().redeliver(_user_id(), webhook_id, delivery_id)
    note(webhook_id=webhook_id)
    logger.info("redelivering", extra={"delivery_id": sent.id})
    return webhook_schemas.WebhookDelivery.model_validate(sent)


def _user_id() -> str:
    return noted_user_id(router.current_event)


def _webhook(endpoint: Endpoint) -> webhook_schemas.Webhook:
    return webhook_schemas.Webhook.model_validate(webhook_schemas.webhook_fields(endpoint, composition.clock()()))


def _with_secret(endpoint: Endpoint, *, status_code: int) -> Response[webhook_schemas.WebhookWithSecret]:
    """Return a response with a webhook's newest secret, which caches may not store."""
    fields = webhook_schemas.webhook_fields(endpoint, composition.clock()())
    body = webhook_schemas.WebhookWithSecret.model_validate({**fields, "secret": endpoint.secrets[0].value})
    return Response(
        status_code=status_code,
        content_type=content_types.APPLICATION_JSON,
        body=body,
        headers={"Cache-Control": "no-store"},
    )
