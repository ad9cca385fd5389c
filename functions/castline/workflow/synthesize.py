"""Task that speaks the next waiting batch for each ticket.

The event is a batch of SQS messages, each received at least once. A message is reported as failed, so that it is
received again, if AWS was unavailable and its batch may have to be taken again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.aws_errors import ServiceUnavailable
from castline.observability import logger, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Speak a batch for each message in ``event["Records"]``; report the messages to keep in the queue."""
    staying = [record["messageId"] for record in event["Records"] if not _is_used_up(record, context)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in staying]}


def _is_used_up(record: dict[str, Any], context: LambdaContext) -> bool:
    remaining_seconds = context.get_remaining_time_in_millis() / 1000
    try:
        composition.speak_next_batch()(record["receiptHandle"], remaining_seconds=remaining_seconds)
    except ServiceUnavailable as error:
        logger.warning("the ticket stays in the queue: AWS is unavailable", extra={"reason": str(error)})
        return False
    return True
