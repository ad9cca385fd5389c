"""The first task: makes a pending job processing and divides its dialogue into batches."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.jobs.errors import JobNotActive
from castline.observability import logger
from castline.workflow.segments import plan_batches, plan_segments

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Plan the job ``event["job_id"]``.

    Returns:
        ``{"batches": [{"number", "first_segment", "segment_count"}, …]}``

    Raises:
        JobNotActive: the job has been cancelled or has otherwise ended, or is gone.
    """
    job_id: str = event["job_id"]
    logger.append_keys(job_id=job_id)
    repository = composition.job_repository()
    record = repository.get_record(job_id)
    if record is None:
        raise JobNotActive(None)
    segments = plan_segments(record.dialogue)
    batches = plan_batches(segments)
    repository.start(record.job, total_segments=len(segments), now=datetime.now(UTC))
    logger.info("planned", extra={"segments": len(segments), "batches": len(batches)})
    return {"batches": [asdict(batch) for batch in batches]}
