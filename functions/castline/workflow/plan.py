"""The first task: makes a pending job processing and divides its dialogue into batches."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from castline import composition
from castline.jobs.errors import JobNotActive
from castline.metrics import Metric
from castline.observability import logger, measure, note, observed
from castline.workflow.segments import plan_batches, plan_segments, plan_utterances

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Plan the job ``event["job_id"]``.

    Returns:
        ``{"batches": [{"number", "first_utterance", "utterance_count"}, …]}``

    Raises:
        JobNotActive: the job has been cancelled or has otherwise ended, or is gone.
    """
    job_id: str = event["job_id"]
    note(job_id=job_id)
    repository = composition.job_repository()
    record = repository.get_record(job_id)
    if record is None:
        raise JobNotActive(None)
    note(user_id=record.job.user_id)
    provider = composition.speech_provider(record.job.provider).provider
    segments = plan_segments(record.readable_dialogue, provider)
    batches = plan_batches(plan_utterances(segments), provider)
    now = datetime.now(UTC)
    if repository.start(record.job, total_segments=len(segments), now=now):
        measure({Metric.QUEUE_TIME: (now - record.job.created_at).total_seconds() * 1000})
    logger.info("planned", extra={"segments": len(segments), "batches": len(batches)})
    return {"batches": [asdict(batch) for batch in batches]}
