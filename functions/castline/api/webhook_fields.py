"""Request field with the URL of a webhook."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from castline import composition
from castline.webhooks.errors import ForbiddenUrl, UrlProblem
from castline.webhooks.limits import MAX_URL_CHARACTERS
from castline.webhooks.urls import demand_allowed_url


def _allowed_url(value: str) -> str:
    if not value or len(value) > MAX_URL_CHARACTERS:
        return value  # the field's length limits refuse it
    try:
        return demand_allowed_url(value, allow_loopback=composition.settings().webhooks_allow_loopback)
    except ForbiddenUrl as refused:
        context = {"max_length": MAX_URL_CHARACTERS} if refused.problem is UrlProblem.TOO_LONG else {}
        raise PydanticCustomError(f"webhook_url_{refused.problem.value}", "not allowed", context) from refused


WebhookUrl = Annotated[
    str,
    Field(min_length=1, max_length=MAX_URL_CHARACTERS, json_schema_extra={"format": "uri"}),
    AfterValidator(_allowed_url),
]
"""HTTPS URL of a host in the public Internet, without a user name, a password or a fragment.

The port is 443, or 1024 or higher.
"""
