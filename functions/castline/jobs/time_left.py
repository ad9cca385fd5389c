"""Time left until all of a job is spoken, from what has been spoken so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from castline.jobs.model import JobStatus

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import JobRecord

_LEAST_SEGMENTS: Final = 8
"""The segments from which the speed is known well enough: what one task speaks at the same time."""
_STEP_SECONDS: Final = 5
"""The accuracy of what is told. It says how rough that is, and lets an answer stay the same for a while."""


def seconds_left(record: JobRecord, *, now: datetime) -> int | None:
    """Return about how long it will be until all segments of a processing job are spoken.

    It supposes that the rest goes on as fast as what has been done, whether that was spoken, reused or waited for.
    Joining the file, which takes some seconds more, is not in it.

    Returns:
        None where nothing can be told: for a job that is not processing, too little has been done, or all is done.
    """
    job, done = record.job, record.completed_segments
    if job.status is not JobStatus.PROCESSING or job.started_at is None:
        return None
    left, elapsed = job.total_segments - done, (now - job.started_at).total_seconds()
    if done < _LEAST_SEGMENTS or left <= 0 or elapsed <= 0:
        return None
    return math.ceil(left * elapsed / done / _STEP_SECONDS) * _STEP_SECONDS
