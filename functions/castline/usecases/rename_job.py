"""Rename a job: give its audio another title, author or album."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from castline.jobs.errors import JobNotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.jobs.model import Job
    from castline.jobs.repository import JobRepository
    from castline.usecases.view_jobs import ViewJobs


class RenameJob:
    """Changes the titles of a job. A file that is finished keeps the tags that it has; its name follows."""

    def __init__(self, view: ViewJobs, repository: JobRepository) -> None:
        """Prepare, with what users see of jobs, and the jobs."""
        self._view = view
        self._repository = repository

    def __call__(self, user_id: str, job_id: str, changes: Mapping[str, str | None]) -> Job:
        """Change titles of a job, and return the job.

        Args:
            user_id: whose job.
            job_id: of the job.
            changes: the new value of each of ``title``, ``author`` and ``album`` that changes; None removes it.

        Raises:
            JobNotFound: the user has no such job.
        """
        job = self._view.summary(user_id, job_id)
        renamed = self._repository.rename(job, replace(job.titles, **changes))
        if renamed is None:
            raise JobNotFound
        return renamed
