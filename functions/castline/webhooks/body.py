"""Body of a delivery."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def body_of(event: Mapping[str, Any]) -> str:
    """Return the text of an event that is signed and sent. It is created once, and stored with the delivery."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
