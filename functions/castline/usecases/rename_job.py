"""Rename a job: change the title, author or album of its audio."""

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
    """Changes the titles of jobs. The tags of a finished file stay the same, but its download name follows."""

    def __init__(self, view: ViewJobs, repository: JobRepository) -> None:
        """Store the collaborators: the use case that shows jobs, and the job repository."""
        self._view = view
        self._repository = repository

    def __call__(self, user_id: str, job_id: str, changes: Mapping[str, str | None]) -> Job:
        """Change titles of a job, and return the job.

        Args:
            user_id: the job's user.
            job_id: the job's id.
            changes: new values for ``title``, ``author`` and ``album``, as far as they change. None removes a title.

        Raises:
            JobNotFound: the user has no such job.
        """
        job = self._view.summary(user_id, job_id)
        renamed = self._repository.rename(job, replace(job.titles, **changes))
        if renamed is None:
            raise JobNotFound
        return renamed
