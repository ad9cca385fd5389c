"""Handler of webhook deliveries that are due: attempts them.

The event is a batch of SQS messages, each received at least once. If a delivery needs another attempt, its message is
sent again. A message is reported as failed, so that it stays in the queue, only if AWS is temporarily unavailable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.aws_errors import ServiceUnavailable
from castline.observability import logger, noted, observed
from castline.webhooks.delivery_message import DeliveryMessage

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Attempt the deliveries of the messages in ``event["Records"]``; report the messages to keep in the queue."""
    staying = [record["messageId"] for record in event["Records"] if _stays(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in staying]}


def _stays(record: dict[str, Any]) -> bool:
    message = DeliveryMessage.from_json(record["body"])
    with noted(webhook_id=message.webhook_id, delivery_id=message.delivery_id):
        try:
            wait = composition.deliver_webhook()(message)
            if wait is not None:
                composition.delivery_queue().send_again(message, after=wait)
        except ServiceUnavailable as error:
            logger.warning("the message stays in the queue: AWS is unavailable", extra={"reason": str(error)})
            return True
    return False
