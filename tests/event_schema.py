"""Schema of the events of jobs, as it is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

FILE: Final = Path(__file__).parent.parent / "docs" / "events.schema.json"
SCHEMA: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
_VALIDATOR: Final = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def violations(body: Any) -> list[str]:
    """Return everything in which an event is not as the schema has it."""
    return [f"{error.json_path}: {error.message}" for error in _VALIDATOR.iter_errors(body)]
