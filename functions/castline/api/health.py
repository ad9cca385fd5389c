"""``/health``: whether the service answers. The only path that needs no user."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from castline.api import schemas
from castline.api.responses import json_response

router = APIGatewayHttpRouter()


@router.get("/health")
def health() -> Response[str]:
    """Check that the service answers."""
    return json_response(200, schemas.Health())
