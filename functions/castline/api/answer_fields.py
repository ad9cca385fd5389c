"""Fields of answers that are left out where they do not apply."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def left_out_when_none() -> Any:
    """Return an answer's field that is left out rather than null."""
    return Field(default=None, exclude_if=lambda value: value is None, json_schema_extra=_without_null)


def left_out_when_false() -> Any:
    """Return an answer's field that is left out rather than false."""
    return Field(default=False, exclude_if=lambda value: not value, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


def _without_null(schema: dict[str, Any]) -> None:
    (value,) = (each for each in schema.pop("anyOf") if each != {"type": "null"})
    del schema["default"]
    schema.update(value)
