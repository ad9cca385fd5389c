"""What a job id looks like."""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_job_id(value: str) -> bool:
    """Whether ``value`` could be the id of a job. What cannot be one is looked up nowhere."""
    return _UUID.fullmatch(value) is not None
