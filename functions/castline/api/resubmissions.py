"""``/jobs/{id}/resubmit``: the same input once more, as a new job."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from castline import composition
from castline.api.identity import noted_user_id
from castline.api.jobs import note_job, summary
from castline.api.provider_rules import demand_acceptable
from castline.api.responses import json_response
from castline.observability import logger

router = APIGatewayHttpRouter()


@router.post("/jobs/<job_id>/resubmit")
def resubmit_job(
    job_id: str,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Response[str]:
    """Submit the input of an ended job again and get a new job; what was spoken before is not spoken again."""
    user = noted_user_id(router.current_event)
    note_job(job_id)
    job = composition.job_service().resubmit(user, job_id, idempotency_key=idempotency_key, check=demand_acceptable)
    logger.info("resubmitted", extra={"as_job_id": job.id})
    return json_response(201, summary(job))
