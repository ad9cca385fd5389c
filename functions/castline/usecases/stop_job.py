"""Stop a job of any user, as an operator does."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobHasEnded, JobNotActive, JobNotFound
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.ids import is_job_id
from castline.metrics import Metric
from castline.observability import measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Job
    from castline.jobs.repository import JobRepository


class StopJob:
    """Makes a pending or processing job failed, and stops its execution.

    The reconciler deletes what its last tasks still write: it looks after failed jobs until they are settled.
    """

    def __init__(self, repository: JobRepository, executions: Executions, *, now: Callable[[], datetime]) -> None:
        """Prepare, with the jobs, what runs them, and the clock."""
        self._repository = repository
        self._executions = executions
        self._now = now

    def __call__(self, job_id: str) -> Job:
        """Fail a job, and return it as it is now.

        Raises:
            JobNotFound: there is no such job.
            JobHasEnded: it has ended already.
            ServiceUnavailable: AWS cannot serve us just now.
        """
        record = self._repository.get_record(job_id) if is_job_id(job_id) else None
        if record is None or record.job.is_expired(self._now()):
            raise JobNotFound
        failure = JobFailure(code=FailureCode.STOPPED_BY_OPERATOR)
        try:
            stopped = self._repository.fail(record, failure, now=self._now())
        except JobNotActive as refusal:
            if refusal.status is None:
                raise JobNotFound from refusal
            raise JobHasEnded(refusal.status) from refusal
        measure({Metric.JOBS_FAILED: 1}, code=failure.code)
        # The job has failed whatever becomes of its execution, whose next task would find it so and stop.
        with contextlib.suppress(ServiceUnavailable):
            self._executions.stop(job_id, error="JobStopped")
        return stopped
