"""Task that queues one batch. The task ends when the outcome of the batch is reported with its task token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import note, observed
from castline.synthesis.segments import BatchRange

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Queue ``event["batch"]`` of the job ``event["job_id"]``, with ``event["task_token"]`` for its outcome."""
    job_id, batch = event["job_id"], BatchRange(**event["batch"])
    note(job_id=job_id, user_id=event["user_id"], batch=batch.number)
    composition.queue_batch()(job_id, event["user_id"], batch, task_token=event["task_token"])
