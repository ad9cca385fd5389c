"""Translation of typer's messages about errors in the use of commands."""

from __future__ import annotations

import re
from typing import Final

from castline_cli.strings import t

TEMPLATES: Final = (
    "No such command {name}. Did you mean {guess}?",
    "No such command {name}",
    "No such option: {name} (Possible options: {guess})",
    "No such option: {name}",
    "Missing argument {name}",
    "Missing option {name}",
    "Missing command",
    "Option {name} requires an argument",
    "Option {name} does not take a value",
    "Got unexpected extra argument(s) ({words})",
    "Invalid value for {name}: {problem}",
    "Invalid value: {problem}",
    "{value} is not one of {choices}",
    "Input should be greater than or equal to {least}",
    "Input should be less than or equal to {most}",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "{value} is not a valid {kind}",
)
"""Messages of typer, and of pydantic, with which typer parses values."""
_PATTERNS: Final = tuple(
    (template, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template)) + r"\.?", re.DOTALL))
    for template in TEMPLATES
)


def explained(message: str) -> str:
    """Return a message of typer in the user's language. Unknown messages are returned unchanged."""
    for template, pattern in _PATTERNS:
        match = pattern.fullmatch(message)
        if match is not None:
            values = match.groupdict()
            if "problem" in values:
                values["problem"] = explained(values["problem"])
            return t(template, **values)
    return message
