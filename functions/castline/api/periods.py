"""Months and days in requests, both in UTC."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_MONTH_PATTERN: Final = "^20[0-9]{2}-(0[1-9]|1[0-2])$"


def _month(value: str) -> str:
    if not re.fullmatch(_MONTH_PATTERN.strip("^$"), value):
        raise PydanticCustomError("month", "not a month")
    return value


def _day(value: str) -> str:
    try:
        # fromisoformat accepts other ISO 8601 forms, too; only YYYY-MM-DD is allowed.
        is_day = date.fromisoformat(value).isoformat() == value
    except ValueError:
        is_day = False
    if not is_day:
        raise PydanticCustomError("day", "not a day")
    return value


Month = Annotated[
    str | None,
    Query(
        description="A month in UTC, such as 2026-11. The default is the current month.",
        json_schema_extra={"pattern": _MONTH_PATTERN},
    ),
    AfterValidator(lambda value: value if value is None else _month(value)),
]
Day = Annotated[
    str | None,
    Query(
        description="A day in UTC, such as 2026-11-30. The default is the current day.",
        json_schema_extra={"format": "date"},
    ),
    AfterValidator(lambda value: value if value is None else _day(value)),
]
