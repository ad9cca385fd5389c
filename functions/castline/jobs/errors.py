"""How a request to the jobs domain is refused.

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

``UnreadableItem`` is a ServiceUnavailable: the release that wrote the row may be back soon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.aws_errors import ServiceUnavailable

if TYPE_CHECKING:
    from castline.jobs.model import JobStatus


class JobError(Exception):
    """The domain refuses, for a reason that its caller can act on."""


class AlreadySubmitted(JobError):
    """A job has been submitted under this idempotency key."""

    def __init__(self, *, job_id: str, request_hash: str) -> None:
        super().__init__(f"job {job_id}")
        self.job_id = job_id
        self.request_hash = request_hash


class IdempotencyKeyReused(JobError):
    """The idempotency key stands for another submission."""


class InputTooLarge(JobError):
    """The dialogue takes more bytes than can be stored, or returned in an answer.

    Attributes:
        size_bytes: what it takes.
        max_bytes: what it may take.
        is_compressed: whether the sizes are those of its stored form, or those of JSON with all but ASCII escaped.
    """

    def __init__(self, *, size_bytes: int, max_bytes: int, is_compressed: bool) -> None:
        super().__init__(f"the dialogue takes {size_bytes} bytes, and may take {max_bytes}")
        self.size_bytes = size_bytes
        self.max_bytes = max_bytes
        self.is_compressed = is_compressed


class InputUnreadable(JobError):
    """The dialogue of a job is missing, or written so that this release cannot read it."""


class InvalidCursor(JobError):
    """A page was asked for with a cursor that no page has given."""


class InvalidDialogue(JobError, ValueError):
    """A dialogue breaks a rule of ``castline.jobs.validity``. The message holds nothing of its texts."""

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
    """The job has ended already."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class JobLimitExceeded(JobError):
    """The user has as many active jobs as a user may have."""

    def __init__(self, *, current_jobs: int, max_jobs: int) -> None:
        super().__init__(f"{current_jobs} of {max_jobs} active jobs")
        self.current_jobs = current_jobs
        self.max_jobs = max_jobs


class JobNotActive(JobError):
    """A workflow task came to a job that is neither pending nor processing, or is gone."""

    def __init__(self, status: JobStatus | None) -> None:
        super().__init__(f"the job is {status or 'gone'}")
        self.status = status


class JobNotCompleted(JobError):
    """There is no audio, or not yet."""


class JobNotFound(JobError):
    """There is no such job for this user: unknown, somebody else's and expired are all the same."""


class JobStillActive(JobError):
    """The job has not ended yet."""

    def __init__(self, status: JobStatus) -> None:
        super().__init__(f"the job is {status}")
        self.status = status


class UnreadableItem(ServiceUnavailable):
    """An item that this release cannot read: a newer one has written it, or it is damaged. The message is its key."""
