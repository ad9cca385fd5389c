"""Pydantic fields that are omitted from a response when they do not apply."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def left_out_when_none() -> Any:
    """Return a field that is omitted from a response when it is None."""
    return Field(default=None, exclude_if=lambda value: value is None, json_schema_extra=_without_null)


def left_out_when_false() -> Any:
    """Return a field that is omitted from a response when it is false."""
    return Field(default=False, exclude_if=lambda value: not value, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


def _without_null(schema: dict[str, Any]) -> None:
    (value,) = (each for each in schema.pop("anyOf") if each != {"type": "null"})
    del schema["default"]
    schema.update(value)
