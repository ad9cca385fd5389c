"""Last task of a job: joins the stored segments into one file and completes the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from castline import composition
from castline.observability import note, observed
from castline.workflow.task_errors import reported_to_step_functions

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Assemble the job ``event["job_id"]``. For errors, see ``AssembleJob``."""
    job_id: str = event["job_id"]
    note(job_id=job_id)
    with reported_to_step_functions():
        composition.assemble_job()(job_id)
