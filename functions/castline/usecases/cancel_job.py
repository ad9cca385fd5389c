"""Cancel a job that is still pending."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobCannotCancel, JobNotActive, JobNotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Job
    from castline.jobs.repository import JobRepository
    from castline.usecases.view_jobs import ViewJobs


class CancelJob:
    """Cancels pending jobs, and stops their executions."""

    def __init__(
        self, view: ViewJobs, repository: JobRepository, executions: Executions, *, now: Callable[[], datetime]
    ) -> None:
        """Store the collaborators: the use case that shows jobs, the job repository, the executions and the clock."""
        self._view = view
        self._repository = repository
        self._executions = executions
        self._now = now

    def __call__(self, user_id: str, job_id: str) -> Job:
        """Cancel a pending job, and return it.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotCancel: the job is no longer pending.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        job = self._view.summary(user_id, job_id)
        try:
            cancelled = self._repository.cancel(job, now=self._now())
        except JobNotActive as refusal:
            if refusal.status is None:
                raise JobNotFound from refusal
            raise JobCannotCancel(refusal.status) from refusal
        # If this fails, the first task of the execution finds the job cancelled and stops.
        with contextlib.suppress(ServiceUnavailable):
            self._executions.stop(job_id, error="JobCancelled")
        return cancelled
