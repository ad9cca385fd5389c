"""Stop an active job: for its user, or for an operator."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobHasEnded, JobNotActive, JobNotFound
from castline.jobs.failures import FailureCode, JobFailure
from castline.jobs.ids import is_job_id
from castline.metrics import Metric
from castline.observability import measure
from castline.usecases.settle_late import settle_late

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.jobs.executions import Executions
    from castline.jobs.model import Job, JobRecord
    from castline.jobs.repository import JobRepository
    from castline.usecases.view_jobs import ViewJobs


class _Stop:
    """Ends a job, and stops its execution.

    Requests to the provider that are in flight are not interrupted. The characters that they bill are settled when
    they have ended. The reconciler deletes the audio that the last tasks still write.
    """

    def __init__(self, repository: JobRepository, executions: Executions, *, now: Callable[[], datetime]) -> None:
        self._repository = repository
        self._executions = executions
        self._now = now

    def _stop(self, job_id: str, end: Callable[[JobRecord], Job]) -> Job:
        """End a job, and return it.

        Raises:
            JobNotFound: the job is gone.
            JobHasEnded: the job has already ended.
        """
        record = self._repository.get_record(job_id)
        if record is None:
            raise JobNotFound
        try:
            stopped = end(record)
        except JobNotActive as refusal:
            if refusal.status is None:
                raise JobNotFound from refusal
            raise JobHasEnded(refusal.status) from refusal
        # If this fails, the next task of the execution finds the job ended and stops.
        with contextlib.suppress(ServiceUnavailable):
            self._executions.stop(job_id, error="JobStopped")
        # A task that reported its outcome before the execution was stopped does not know that the job has ended.
        settle_late(job_id, self._repository)
        return stopped


class StopJob(_Stop):
    """Stops active jobs for their users. The jobs become cancelled."""

    def __init__(
        self, view: ViewJobs, repository: JobRepository, executions: Executions, *, now: Callable[[], datetime]
    ) -> None:
        """Store the collaborators: the use case that shows jobs, the job repository, the executions and the clock."""
        super().__init__(repository, executions, now=now)
        self._view = view

    def __call__(self, user_id: str, job_id: str) -> JobRecord:
        """Stop a job, and return its current state.

        Raises:
            JobNotFound: the user has no such job.
            JobHasEnded: the job has already ended.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        self._view.summary(user_id, job_id)
        self._stop(job_id, lambda record: self._repository.stop(record, now=self._now()))
        return self._view.record(user_id, job_id)


class FailAnyJob(_Stop):
    """Stops active jobs of any user for an operator. The jobs become failed."""

    def __call__(self, job_id: str) -> Job:
        """Fail a job, and return it.

        Raises:
            JobNotFound: the job does not exist.
            JobHasEnded: the job has already ended.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        job = self._repository.get(job_id) if is_job_id(job_id) else None
        if job is None or job.is_gone(self._now()):
            raise JobNotFound
        failure = JobFailure(code=FailureCode.STOPPED_BY_OPERATOR)
        stopped = self._stop(job_id, lambda record: self._repository.fail(record, failure, now=self._now()))
        measure({Metric.JOBS_FAILED: 1}, code=failure.code)
        return stopped
