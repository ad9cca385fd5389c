"""Format of job ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_job_id(value: str) -> bool:
    """Return whether ``value`` has the format of a job id. Any other value needs no lookup."""
    return _UUID.fullmatch(value) is not None


def id_bound(moment: datetime) -> str:
    """Return a text that sorts after the ids of jobs created before ``moment``, and before all other job ids.

    Job ids are UUIDv7: they begin with the milliseconds since 1970. The bound is as precise.
    """
    digits = f"{int(moment.timestamp() * 1000):012x}"
    return f"{digits[:8]}-{digits[8:]}"
