"""Handler of job events: queues their deliveries to the webhooks of the job's user.

The event comes from the deployment's EventBridge bus, at least once. Its ``detail`` has the format of
``docs/events.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import logger, note, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Dispatch the event to the webhooks that subscribe to it."""
    detail = event["detail"]
    note(job_id=detail["data"]["job_id"], user_id=detail["data"]["user_id"], event_id=detail["id"])
    deliveries = composition.dispatch_webhooks()(detail)
    if deliveries:
        logger.info("dispatched", extra={"event_type": detail["type"], "deliveries": deliveries})
