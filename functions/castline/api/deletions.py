"""``/jobs/{job_id}/delete``: deletes a job."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from castline import composition
from castline.api import errors
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id
from castline.api.jobs import READING_ERRORS, JobId, note_job
from castline.observability import logger

router = Router()


@router.operation(
    "POST",
    "/jobs/{job_id}/delete",
    tag="Jobs",
    answers=[Answer(status=204, description="The job is deleted.", has_json=False)],
    errors=[*READING_ERRORS, errors.JOB_STILL_ACTIVE],
)
def delete_job(job_id: JobId) -> Response[None]:
    """Delete a job that has ended, with its text and its audio file."""
    note_job(job_id)
    composition.delete_job()(noted_user_id(router.current_event), job_id)
    logger.info("deleted")
    return Response(status_code=204)
