"""``/jobs/{id}/resubmit``: submits the input of an ended job as a new job."""

from __future__ import annotations

from castline import composition
from castline.api import errors, responses
from castline.api.contract import Router
from castline.api.identity import noted_user_id
from castline.api.jobs import SUBMISSION_ERRORS, SUBMITTED, IdempotencyKey, JobId, note_job, submitted
from castline.observability import logger

router = Router()


@router.operation(
    "POST",
    "/jobs/{job_id}/resubmit",
    tag="Jobs",
    answers=[SUBMITTED],
    errors=[*SUBMISSION_ERRORS, errors.JOB_NOT_FOUND, errors.JOB_CANNOT_RESUBMIT, errors.INPUT_NOT_AVAILABLE],
)
def resubmit_job(job_id: JobId, idempotency_key: IdempotencyKey = None) -> responses.SubmittedJob:
    """Submit the input of an ended job again, as a new job. Segments that are already spoken are reused."""
    user = noted_user_id(router.current_event)
    note_job(job_id)
    submission = composition.resubmit_job()(user, job_id, idempotency_key=idempotency_key)
    logger.info("resubmitted", extra={"as_job_id": submission.job.id})
    return submitted(submission, router.current_event.headers.get("accept-language"))
