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
    """Makes a pending job cancelled, and stops its execution."""

    def __init__(
        self, view: ViewJobs, repository: JobRepository, executions: Executions, *, now: Callable[[], datetime]
    ) -> None:
        """Prepare, with what users see of jobs, the jobs, what runs them, and the clock."""
        self._view = view
        self._repository = repository
        self._executions = executions
        self._now = now

    def __call__(self, user_id: str, job_id: str) -> Job:
        """Cancel a pending job, and return it as it is now.

        Raises:
            JobNotFound: the user has no such job.
            JobCannotCancel: it is no longer pending.
            ServiceUnavailable: AWS cannot serve us just now.
        """
        job = self._view.summary(user_id, job_id)
        try:
            cancelled = self._repository.cancel(job, now=self._now())
        except JobNotActive as refusal:
            if refusal.status is None:
                raise JobNotFound from refusal
            raise JobCannotCancel(refusal.status) from refusal
        # The job is cancelled whatever becomes of its execution, whose first task would find it so and stop.
        with contextlib.suppress(ServiceUnavailable):
            self._executions.stop(job_id, error="JobCancelled")
        return cancelled
