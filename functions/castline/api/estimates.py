"""``/jobs/estimate``: estimates the cost and duration of a job without creating it."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body

from castline import composition
from castline.api import errors, examples, requests, responses
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id
from castline.api.jobs import turn_warnings
from castline.api.money import Cost
from castline.api.refusals import fields_as_sent

router = Router()

_ANSWERS: Final = [
    Answer(status=200, description="The estimate. No job is created.", example=examples.ESTIMATE),
]
_ERRORS: Final = [
    errors.VALIDATION_ERROR,
    errors.REQUEST_TOO_LARGE,
    errors.SERVICE_UNAVAILABLE,
    errors.PROVIDER_UNAVAILABLE,
]


@router.operation(
    "POST",
    "/jobs/estimate",
    tag="Jobs",
    answers=_ANSWERS,
    errors=_ERRORS,
    request_example=examples.DIALOGUE,
    max_body_bytes=requests.CreateJobRequest.MAX_BYTES,
)
def estimate_job(request: Annotated[requests.CreateJobRequest, Body()]) -> responses.Estimate:
    """Estimate the billed characters, cost and duration of a dialogue without submitting it."""
    return _estimate(request)


@router.operation(
    "POST",
    "/jobs/tts/estimate",
    tag="Jobs",
    answers=_ANSWERS,
    errors=_ERRORS,
    request_example=examples.SINGLE_VOICE,
    max_body_bytes=requests.CreateSingleVoiceJobRequest.MAX_BYTES,
)
def estimate_single_voice_job(
    request: Annotated[requests.CreateSingleVoiceJobRequest, Body()],
) -> responses.Estimate:
    """Estimate the billed characters, cost and duration of a text without submitting it."""
    return _estimate(request)


def _estimate(request: requests.CreateJobRequest | requests.CreateSingleVoiceJobRequest) -> responses.Estimate:
    event = router.current_event
    dialogue = request.to_dialogue()
    with fields_as_sent(request):
        estimate = composition.estimate_job()(
            noted_user_id(event),
            dialogue,
            pronunciation_sets=request.pronunciation_sets,
            webhook_url=request.webhook_url,
        )
    return responses.Estimate(
        characters=estimate.characters,
        billed_characters=estimate.billed_characters,
        segments=estimate.segments,
        reused_segments=estimate.reused_segments,
        duration_ms=estimate.duration_ms,
        cost=Cost.of_micros(estimate.cost_micros, composition.settings().currency),
        warnings=turn_warnings(estimate.warnings, event.headers.get("accept-language")),
    )
