"""How answers are written: JSON bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response, content_types

if TYPE_CHECKING:
    from pydantic import BaseModel


def json_response(status_code: int, body: BaseModel) -> Response[str]:
    """Return a JSON answer."""
    return Response(
        status_code=status_code,
        content_type=content_types.APPLICATION_JSON,
        body=body.model_dump_json(),
    )
