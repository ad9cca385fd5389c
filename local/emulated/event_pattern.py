"""Event patterns of EventBridge's rules and Lambda's event filters."""

from __future__ import annotations

import operator
import re
from typing import Any, Final

_MISSING: Final = object()
_COMPARISONS: Final = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}


class UnknownPattern(Exception):
    """A pattern uses a feature that is not emulated. The message names it."""


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Return whether an event has every field that a pattern names, with one of the allowed values.

    Raises:
        UnknownPattern: the pattern uses an operator that is not emulated.
    """
    return all(_field_matches(name, allowed, event) for name, allowed in pattern.items())


def _field_matches(name: str, allowed: Any, event: Any) -> bool:
    if name == "$or":
        return any(matches(alternative, event) for alternative in allowed)
    value = event.get(name, _MISSING) if isinstance(event, dict) else _MISSING
    if isinstance(allowed, dict):
        return any(matches(allowed, each) for each in value) if isinstance(value, list) else matches(allowed, value)
    if not isinstance(allowed, list):
        raise UnknownPattern(f"{name}: {allowed!r} is neither a list of values nor a pattern")
    values = value if isinstance(value, list) else [value]
    return any(_value_matches(condition, each) for condition in allowed for each in values)


def _value_matches(condition: Any, value: Any) -> bool:
    if not isinstance(condition, dict):
        return type(condition) is type(value) and bool(condition == value)
    ((name, operand),) = condition.items()
    match name:
        case "exists":
            return (value is not _MISSING) == bool(operand)
        case "prefix":
            return isinstance(value, str) and value.startswith(operand)
        case "suffix":
            return isinstance(value, str) and value.endswith(operand)
        case "wildcard":
            parts = map(re.escape, operand.split("*"))
            return isinstance(value, str) and re.fullmatch(".*".join(parts), value, re.DOTALL) is not None
        case "equals-ignore-case":
            return isinstance(value, str) and value.lower() == operand.lower()
        case "anything-but":
            refused = operand if isinstance(operand, list) else [operand]
            return value is not _MISSING and not any(_value_matches(each, value) for each in refused)
        case "numeric":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and all(
                bool(_COMPARISONS[sign](value, limit))
                for sign, limit in zip(operand[::2], operand[1::2], strict=True)
            )
        case _:
            raise UnknownPattern(f"the operator {name} is not emulated")
