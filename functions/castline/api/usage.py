"""``/usage``: a user's usage and limits."""

from __future__ import annotations

from castline import composition
from castline.api import errors, operator_examples, periods, usage_schemas
from castline.api.contract import Answer, Router
from castline.api.identity import noted_user_id

router = Router()


@router.operation(
    "GET",
    "/usage",
    tag="Usage",
    answers=[Answer(status=200, description="The usage and the limits.", example=operator_examples.USAGE)],
    errors=[errors.VALIDATION_ERROR, errors.SERVICE_UNAVAILABLE],
)
def get_usage(month: periods.Month = None) -> usage_schemas.Usage:
    """Get your usage in a month, by day, and your limits."""
    usage = composition.view_usage().own(noted_user_id(router.current_event), month)
    return usage_schemas.Usage.of(usage, composition.settings().currency)
