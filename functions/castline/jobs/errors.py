"""Errors of the jobs domain.

JobError
├── AlreadySubmitted
├── IdempotencyKeyReused
├── InputTooLarge
├── InputUnreadable
├── InvalidCursor
├── InvalidDialogue
├── JobCannotCancel
├── JobCannotRender
├── JobCannotResubmit
├── JobHasEnded
├── JobLimitExceeded
├── JobNotActive
├── JobNotCompleted
├── JobNotFound
└── JobStillActive

``UnreadableItem`` is a ServiceUnavailable: the release that wrote the item may be deployed again soon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable

if TYPE_CHECKING:
    from castline.jobs.model import JobStatus


class JobError(Exception):
    """Refusal of a request, for a reason that the caller can act on."""


class AlreadySubmitted(JobError):
    """A job was already submitted under this idempotency key."""

    def __init__(self, *, job_id: str, request_hash: str) -> None:
        super().__init__(f"job {job_id}")
        self.job_id = job_id
        self.request_hash = request_hash


class IdempotencyKeyReused(JobError):
    """The idempotency key belongs to a different submission."""


class InputTooLarge(JobError):
    """The dialogue takes more bytes than can be stored, or returned in a response.

    Attributes:
        size_bytes: size of the dialogue.
        max_bytes: the limit.
        is_compressed: whether both sizes count the compressed dialogue. Otherwise they count its JSON, in which
            characters outside ASCII are escaped.
    """

    def __init__(self, *, size_bytes: int, max_bytes: int, is_compressed: bool) -> None:
        super().__init__(f"the dialogue takes {size_bytes} bytes, and may take {max_bytes}")
        self.size_bytes = size_bytes
        self.max_bytes = max_bytes
        self.is_compressed = is_compressed


class InputUnreadable(JobError):
    """The dialogue of a job is missing, or this release cannot read it."""


class InvalidCursor(JobError):
    """A page was requested with a cursor that no page has returned."""


class InvalidDialogue(JobError, ValueError):
    """A dialogue breaks a rule of ``castline.jobs.validity``. The message quotes none of its texts."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class JobCannotCancel(JobError):
    """The job is no longer pending."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class JobCannotRender(JobError):
    """The job is not completed."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class JobCannotResubmit(JobError):
    """The job has not ended."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class JobHasEnded(JobError):
    """The job has already ended."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class JobLimitExceeded(JobError):
    """The user has reached the maximum number of active jobs."""

    def __init__(self, *, current_jobs: int, max_jobs: int) -> None:
        super().__init__(f"{current_jobs} of {max_jobs} active jobs")
        self.current_jobs = current_jobs
        self.max_jobs = max_jobs


class JobNotActive(JobError):
    """A workflow task found that its job is neither pending nor processing, or is gone."""

    def __init__(self, status: JobStatus | None) -> None:
        super().__init__(f"the job is {status or 'gone'}")
        self.status = status


class JobNotCompleted(JobError):
    """The job has no audio, because it is not completed."""


class JobNotFound(JobError):
    """The user has no such job. Unknown ids, other users' jobs and expired jobs are not distinguished."""


class JobStillActive(JobError):
    """The job has not ended yet."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class UnreadableItem(ServiceUnavailable):
    """This release cannot read an item: a newer one wrote it, or it is damaged. The message holds the item's key."""
