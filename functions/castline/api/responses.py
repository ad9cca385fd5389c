"""How answers are written: JSON bodies, and the one shape of every error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response, content_types

from castline.api.messages import error_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from castline.api.languages import Language


def json_response(status_code: int, body: BaseModel) -> Response[str]:
    """A JSON answer."""
    return Response(
        status_code=status_code,
        content_type=content_types.APPLICATION_JSON,
        body=body.model_dump_json(),
    )


def error_response(
    status_code: int,
    code: str,
    language: Language,
    *,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """An error: ``{"error": code, "message": text, "details": {…}}``."""
    body = {"error": code, "message": error_message(code, language), "details": dict(details or {})}
    return Response(
        status_code=status_code,
        content_type=content_types.APPLICATION_JSON,
        # What a client sent may be quoted, and half of a surrogate pair is no UTF-8.
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode("utf-8"),
        headers={"Content-Language": language.value, **(headers or {})},
    )
