"""Delete a job that has ended, and its file."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobNotFound, JobStillActive
from castline.jobs.transitions import is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from castline.audio.storage import AudioStorage
    from castline.jobs.repository import JobRepository
    from castline.usecases.view_jobs import ViewJobs


class DeleteJob:
    """Deletes ended jobs for their users, with their texts and files."""

    def __init__(
        self,
        view: ViewJobs,
        repository: JobRepository,
        storage: Callable[[], AudioStorage],
        *,
        now: Callable[[], datetime],
    ) -> None:
        """Store the collaborators. ``storage`` returns the audio storage."""
        self._view = view
        self._repository = repository
        self._storage = storage
        self._now = now

    def __call__(self, user_id: str, job_id: str) -> None:
        """Delete a job. Its segments stay stored for the user's other jobs until they expire.

        Raises:
            JobNotFound: the user has no such job.
            JobStillActive: the job has not ended.
            ServiceUnavailable: AWS is temporarily unavailable.
        """
        job = self._view.summary(user_id, job_id)
        if not is_terminal(job.status):
            raise JobStillActive(job.status)
        if not self._repository.delete(job, now=self._now()):
            raise JobNotFound
        # Files that are left are deleted when the job's item expires.
        with contextlib.suppress(ServiceUnavailable):
            self._storage().delete_audio(job_id)
