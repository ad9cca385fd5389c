"""``/jobs/{id}/renditions``: makes other versions of a finished file."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from castline import composition
from castline.api import errors, examples, requests, responses
from castline.api.contract import Router
from castline.api.identity import noted_user_id
from castline.api.jobs import SUBMITTED, IdempotencyKey, JobId, note_job, summary
from castline.observability import logger

router = Router()


@router.operation(
    "POST",
    "/jobs/{job_id}/renditions",
    tag="Jobs",
    answers=[replace(SUBMITTED, example=examples.RENDITION)],
    errors=[
        errors.VALIDATION_ERROR,
        errors.JOB_NOT_FOUND,
        errors.JOB_CANNOT_RENDER,
        errors.INPUT_NOT_AVAILABLE,
        errors.REQUEST_TOO_LARGE,
        errors.IDEMPOTENCY_KEY_REUSED,
        errors.JOB_LIMIT_EXCEEDED,
        errors.SUBMISSIONS_STOPPED,
        errors.SERVICE_UNAVAILABLE,
    ],
    request_example=examples.RENDERING,
    max_body_bytes=requests.RenderJobRequest.MAX_BYTES,
)
def render_job(
    job_id: JobId,
    request: Annotated[requests.RenderJobRequest, Body()],
    idempotency_key: IdempotencyKey = None,
) -> responses.SubmittedJob:
    """Make another version of a completed job's audio, as a new job. Its stored speech is reused and not billed."""
    user = noted_user_id(router.current_event)
    note_job(job_id)
    job = composition.render_job()(user, job_id, request.to_changes(), idempotency_key=idempotency_key)
    logger.info("rendering", extra={"as_job_id": job.id})
    return responses.SubmittedJob(**summary(job).model_dump(exclude_none=True))
