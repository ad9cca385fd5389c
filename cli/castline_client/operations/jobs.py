"""Operations on submitted jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from castline_client.operations.requests import body_of, path_to
from castline_client.steps import Item, Request, ask
from castline_client.types import JobDetail, JobList, JobSummary

if TYPE_CHECKING:
    from castline_client.operations.requests import Body
    from castline_client.steps import Flow
    from castline_client.types import JobStatus

_PAGE: Final = 100
"""Jobs per request, which is the maximum of the API."""


def jobs(*, status: JobStatus | None = None, search: str | None = None) -> Flow[None]:
    """Iterate over the user's jobs, newest first. Pages are requested as needed.

    Args:
        status: return only jobs with this status.
        search: words to search for in titles, authors and albums.
    """
    cursor: str | None = None
    while True:
        query = {"limit": _PAGE, "status": status, "q": search, "cursor": cursor}
        page = yield from body_of(Request[JobList]("GET", "/jobs", query))
        for job in page["items"]:
            yield Item(job)
        cursor = page["next_cursor"]
        if cursor is None:
            return


def job(job_id: str) -> Flow[JobDetail]:
    """Return a job with all its details."""
    return body_of(Request[JobDetail]("GET", path_to("jobs", job_id)))


def rename_job(job_id: str, changes: Body) -> Flow[JobSummary]:
    """Change the title, author or album of a job. None removes a title."""
    return body_of(Request[JobSummary]("PATCH", path_to("jobs", job_id), body=changes))


def stop_job(job_id: str) -> Flow[JobDetail]:
    """Stop a pending or processing job. No more of it is spoken, and its status becomes cancelled.

    Raises:
        Conflict: the job has ended.
    """
    return body_of(Request[JobDetail]("POST", path_to("jobs", job_id, "stop")))


def delete_job(job_id: str) -> Flow[None]:
    """Delete a job that has ended, with its text and its audio.

    Raises:
        Conflict: the job has not ended.
    """
    yield from ask(Request[None]("POST", path_to("jobs", job_id, "delete")))


def cancel_job(job_id: str) -> Flow[JobSummary]:
    """Cancel a pending job.

    Raises:
        Conflict: the job is not pending.
    """
    return body_of(Request[JobSummary]("DELETE", path_to("jobs", job_id)))
