"""The task that speaks one batch of utterances and stores each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import note, observed
from castline.synthesis.segments import BatchRange
from castline.workflow.failures import reported_to_step_functions

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Speak the batch ``event["batch"]`` of the job ``event["job_id"]``; for errors, see ``SynthesizeBatch``."""
    job_id, batch = event["job_id"], BatchRange(**event["batch"])
    note(job_id=job_id, batch=batch.number)
    with reported_to_step_functions():
        composition.synthesize_batch()(job_id, batch)
