"""Whether a request's body is JSON at all. What it should say is for the schemas to judge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from castline.api.validation import InvalidRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2


def demand_json_body(event: APIGatewayProxyEventV2) -> None:
    """Accept a body that is JSON, or none where none is expected.

    Raises:
        InvalidRequest: the body is of another type, no JSON, not UTF-8, or nested beyond all reason.
    """
    if event.http_method not in {"POST", "PUT", "PATCH"}:
        return
    content_type = event.headers.get("content-type", "").partition(";")[0].strip().lower()
    if event.body and content_type != "application/json":
        raise InvalidRequest("body", "content_type")
    try:
        json.loads(event.decoded_body or "")
    except json.JSONDecodeError as error:
        position = f"{error.msg} (line {error.lineno} column {error.colno})"
        raise InvalidRequest("body", "json_invalid", error=position) from error
    except UnicodeDecodeError as error:
        raise InvalidRequest("body", "json_invalid", error="not UTF-8") from error
    except RecursionError as error:
        raise InvalidRequest("body", "json_invalid", error="nested too deeply") from error
    except ValueError as error:
        raise InvalidRequest("body", "json_invalid", error="a number is too long") from error
