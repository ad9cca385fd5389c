"""Task that follows every failed task: fails the job, with a code and details for its user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import logger, note, observed
from castline.workflow.task_errors import read_failure

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Record ``event["failure"]``, an error output of Step Functions, as the outcome of ``event["job_id"]``."""
    job_id: str = event["job_id"]
    note(job_id=job_id)
    failure = read_failure(event["failure"])
    recorded = composition.fail_job()(job_id, failure)
    logger.warning("failed", extra={"code": failure.code, "error": event["failure"]["Error"], "recorded": recorded})
