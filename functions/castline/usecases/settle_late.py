"""Settle a failed or stopped job again, with the characters that its tasks have billed since it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.observability import logger

if TYPE_CHECKING:
    from castline.jobs.repository import JobRepository

_ATTEMPTS: Final = 10
"""Maximum number of attempts. Several tasks of a job may settle it at the same time."""


def settle_late(job_id: str, repository: JobRepository) -> None:
    """Add the characters that the batches of a failed or stopped job have billed since it ended.

    If this fails, the reconciler settles the job when none of its tasks can still be running.
    """
    try:
        for _ in range(_ATTEMPTS):
            record = repository.get_record(job_id)
            if record is None or repository.settle(record, closes=False):
                return
    except ServiceUnavailable as error:
        logger.warning("the job is not settled yet", extra={"reason": str(error)})
