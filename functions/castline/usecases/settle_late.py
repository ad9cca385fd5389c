"""Settle late: add what tasks have billed for a job since it failed or was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline.aws_errors import ServiceUnavailable
from castline.observability import logger

if TYPE_CHECKING:
    from castline.jobs.repository import JobRepository

_ATTEMPTS: Final = 10
"""As many tasks of a job as are at work at the same time may want to settle it."""


def settle_late(job_id: str, repository: JobRepository) -> None:
    """Add what the batches of a job that has failed or was stopped have billed since then.

    If that cannot be done now, the reconciler does it when no task of the job can be at work any longer.
    """
    try:
        for _ in range(_ATTEMPTS):
            record = repository.get_record(job_id)
            if record is None or repository.settle(record, closes=False):
                return
    except ServiceUnavailable as error:
        logger.warning("not settled now", extra={"reason": str(error)})
