"""``/health``: the health check, the only path that needs no token."""

from __future__ import annotations

from castline.api import responses
from castline.api.contract import Answer, Router

router = Router()


@router.operation(
    "GET",
    "/health",
    tag="Service",
    answers=[Answer(status=200, description="The service answers.", example={"status": "ok"})],
    is_open=True,
)
@router.operation("GET", "/health", prefix="", is_open=True)
def health() -> responses.Health:
    """Check that the service answers."""
    return responses.Health()
