"""``/jobs/{job_id}/stop``: stops a job."""

from __future__ import annotations

from castline import composition
from castline.api import errors, examples, responses
from castline.api.contract import Answer, Router, follow
from castline.api.identity import noted_user_id
from castline.api.jobs import READING_ERRORS, JobId, detail, note_job
from castline.api.negotiation import preferred_language
from castline.metrics import Metric
from castline.observability import logger, measure

router = Router()


@router.operation(
    "POST",
    "/jobs/{job_id}/stop",
    tag="Jobs",
    answers=[
        Answer(
            status=200,
            description="The cancelled job.",
            example=examples.STOPPED_JOB,
            links=follow("get_job", "resubmit_job"),
        ),
    ],
    errors=[*READING_ERRORS, errors.JOB_HAS_ENDED],
)
def stop_job(job_id: JobId) -> responses.JobDetail:
    """Stop a pending or processing job. Provider requests in flight still finish and are billed."""
    note_job(job_id)
    record = composition.stop_job()(noted_user_id(router.current_event), job_id)
    measure({Metric.JOBS_CANCELLED: 1})
    logger.info("stopped", extra={"billed_characters": record.job.billed_characters})
    return detail(record, preferred_language(router.current_event.headers.get("accept-language")))
