"""``/previews``: speaks a short text while its user waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body

from castline import composition
from castline.api import errors, examples, preview_schemas
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id
from castline.api.jobs import turn_warnings
from castline.api.money import Cost

router = Router()

_LISTENING: Final = timedelta(minutes=15)
"""Time for which the URL of the audio works."""
_FILENAME: Final = "preview.mp3"
WAITING: Final = 0.4
"""Fraction of the function's remaining time for which a preview may wait for the provider. It speaks in the rest."""


@router.operation(
    "POST",
    "/previews",
    tag="Writing",
    speaks=True,
    answers=[Answer(status=200, description="The preview.", example=examples.PREVIEW)],
    errors=[
        errors.VALIDATION_ERROR,
        errors.REQUEST_TOO_LARGE,
        errors.QUOTA_EXCEEDED,
        errors.RATE_LIMITED,
        errors.SUBMISSIONS_STOPPED,
        errors.SERVICE_UNAVAILABLE,
        errors.PROVIDER_UNAVAILABLE,
    ],
    request_example=examples.PREVIEW_REQUEST,
    max_body_bytes=preview_schemas.CreatePreviewRequest.MAX_BYTES,
)
def create_preview(request: Annotated[preview_schemas.CreatePreviewRequest, Body()]) -> preview_schemas.Preview:
    """Speak a short text immediately, and get the URL of its audio."""
    event, context = router.current_event, router.lambda_context
    preview = composition.speak_preview()(
        noted_user_id(event),
        request.to_dialogue(default_provider=next(iter(composition.speech_providers()))),
        pronunciation_sets=request.pronunciation_sets,
        patience=timedelta(milliseconds=context.get_remaining_time_in_millis()) * WAITING,
    )
    # Computed before the URL is signed, so that the URL works at least until then.
    expires_at = datetime.now(UTC) + _LISTENING
    audio_url = composition.published_audio().download_url(
        preview.key,
        filename=_FILENAME,
        content_type="audio/mpeg",
        disposition="inline",
        expires_in_seconds=int(_LISTENING.total_seconds()),
    )
    return preview_schemas.Preview(
        audio_url=audio_url,
        expires_at=expires_at,
        duration_ms=preview.duration_ms,
        billed_characters=preview.billed_characters,
        reused=preview.is_reused,
        cost=Cost.of_micros(preview.cost_micros, composition.settings().currency),
        warnings=turn_warnings(preview.warnings, event.headers.get("accept-language")),
    )
