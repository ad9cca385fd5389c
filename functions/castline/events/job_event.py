"""Reacts to an event of a job: has it delivered to the webhooks of the job's user.

The event is EventBridge's, from the deployment's own bus; its ``detail`` has the form of ``docs/events.md``. It is
delivered at least once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import logger, note, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Dispatch the event to the webhooks that want it."""
    detail = event["detail"]
    note(job_id=detail["data"]["job_id"], user_id=detail["data"]["user_id"], event_id=detail["id"])
    deliveries = composition.dispatch_webhooks()(detail)
    if deliveries:
        logger.info("dispatched", extra={"event_type": detail["type"], "deliveries": deliveries})
