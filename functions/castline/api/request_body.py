"""Whether a request's body is JSON at all. What it should say is for the schemas to judge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from castline.api.validation import InvalidRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2


def body_problem(event: APIGatewayProxyEventV2) -> InvalidRequest | None:
    """Why a body cannot be read as JSON; None when it can.

    The resolver reads bodies by itself. This explains the cases that it has no words for: another type than JSON,
    bytes that are no UTF-8, numbers and nesting beyond all reason.
    """
    content_type = event.headers.get("content-type", "").partition(";")[0].strip().lower()
    if event.body and content_type not in {"", "application/json"}:
        return InvalidRequest("body", "content_type")
    try:
        json.loads(event.decoded_body or "")
    except json.JSONDecodeError as error:
        return InvalidRequest("body", "json_invalid", line=error.lineno, column=error.colno)
    except UnicodeDecodeError:
        return InvalidRequest("body", "not_utf8")
    except RecursionError:
        return InvalidRequest("body", "nested_too_deeply")
    except ValueError:
        return InvalidRequest("body", "number_too_long")
    return None
