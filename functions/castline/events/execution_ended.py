"""Handler of executions that timed out, were aborted or failed: fails their jobs if they have not ended.

The event is EventBridge's "Step Functions Execution Status Change". The name of an execution is its job's id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.jobs.failures import FailureCode, JobFailure
from castline.observability import logger, note, observed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_FAILURES = {
    "ABORTED": FailureCode.INTERRUPTED,
    "FAILED": FailureCode.INTERRUPTED,
    "TIMED_OUT": FailureCode.TIMEOUT,
}


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Fail the execution's job, unless it has already ended. Other statuses are ignored."""
    job_id: str = event["detail"]["name"]
    code = _FAILURES.get(event["detail"]["status"])
    if code is None:
        return
    note(job_id=job_id)
    if composition.fail_job()(job_id, JobFailure(code=code)):
        logger.warning("execution ended without an outcome", extra={"status": event["detail"]["status"]})
