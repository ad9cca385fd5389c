"""Format of job ids."""

from __future__ import annotations

import re

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_job_id(value: str) -> bool:
    """Return whether ``value`` has the form of a job id. A value without it needs no lookup."""
    return _UUID.fullmatch(value) is not None
