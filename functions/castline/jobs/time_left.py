"""Estimate of the time until all segments of a job are spoken, from its progress so far."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from castline.jobs.model import JobStatus

if TYPE_CHECKING:
    from datetime import datetime

    from castline.jobs.model import JobRecord

_LEAST_SEGMENTS: Final = 8
"""The number of completed segments that makes an estimate reliable enough. One task speaks as many in parallel."""
_STEP_SECONDS: Final = 5
"""Estimates are rounded up to a multiple of this. It shows that they are rough, and keeps them stable for a while."""


def seconds_left(record: JobRecord, *, now: datetime) -> int | None:
    """Estimate the seconds until all segments of a processing job are spoken.

    The estimate assumes that the remaining segments are completed at the same rate as those so far, which includes
    reused segments and waiting. It excludes joining the file, which takes some seconds more.

    Returns:
        None if the job is not processing, too few of its segments are completed, or all are.
    """
    job, done = record.job, record.completed_segments
    if job.status is not JobStatus.PROCESSING or job.started_at is None:
        return None
    left, elapsed = job.total_segments - done, (now - job.started_at).total_seconds()
    if done < _LEAST_SEGMENTS or left <= 0 or elapsed <= 0:
        return None
    return math.ceil(left * elapsed / done / _STEP_SECONDS) * _STEP_SECONDS
