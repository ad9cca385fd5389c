"""First task of a job: divides its dialogue into batches."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import note, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Plan the job ``event["job_id"]``. For errors, see ``PlanJob``.

    Returns:
        ``{"user_id", "batches": [{"number", "first_utterance", "utterance_count"}, …]}``
    """
    job_id: str = event["job_id"]
    note(job_id=job_id)
    plan = composition.plan_job()(job_id)
    return {"user_id": plan.user_id, "batches": [asdict(batch) for batch in plan.batches]}
