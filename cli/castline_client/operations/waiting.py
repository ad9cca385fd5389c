"""Operation that waits for the end of a job, polling at the interval that the service requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from castline_client.errors import JobCancelled, JobFailed, Unreachable, WaitTimedOut
from castline_client.operations.requests import path_to
from castline_client.retries import retry_after_seconds
from castline_client.steps import Pause, Request, ask
from castline_client.types import JobDetail

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline_client.steps import Flow

ENDED: Final = frozenset({"completed", "failed", "cancelled"})
"""Final statuses of jobs."""
POLL_SECONDS: Final = 2.0
"""Seconds between two polls if the service sends no ``Retry-After``."""
MIN_POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 60.0
"""Maximum seconds for which the service may be unreachable while the job continues."""


def wait(
    job_id: str,
    *,
    timeout_seconds: float | None = None,
    check: bool = True,
    on_change: Callable[[JobDetail], object] | None = None,
) -> Flow[JobDetail]:
    """Poll a job until it has ended, at the interval that the service requests, and return it.

    The service may be unreachable for up to a minute in between.

    Args:
        job_id: the id of the job.
        timeout_seconds: the maximum time to wait; by default there is no limit.
        check: whether to raise an error if the job has no audio.
        on_change: function that is called with the job whenever it has changed.

    Raises:
        JobFailed: the job failed.
        JobCancelled: the job was cancelled.
        WaitTimedOut: the job did not end in time.
        Unreachable: the service was unreachable for a minute.
        NotFound: the job does not exist.
    """
    known: JobDetail | None = None
    tag: str | None = None
    begun_at = answered_at = time.monotonic()
    while True:
        pause = POLL_SECONDS
        try:
            headers = {"If-None-Match": tag} if tag else {}
            answer = yield from ask(Request[JobDetail]("GET", path_to("jobs", job_id), headers=headers))
        except Unreachable:
            if time.monotonic() - answered_at > PATIENCE_SECONDS:
                raise
        else:
            answered_at = time.monotonic()
            if not answer.is_unchanged or known is None:
                known, tag = answer.body, answer.headers.get("ETag")
                if on_change is not None:
                    on_change(known)
            if known["status"] in ENDED:
                return _checked(known) if check else known
            pause = max(retry_after_seconds(answer.headers, default=POLL_SECONDS), MIN_POLL_SECONDS)
        if timeout_seconds is not None and time.monotonic() + pause > begun_at + timeout_seconds:
            raise WaitTimedOut(f"job {job_id} has not ended within {timeout_seconds:g} s; it goes on")
        yield Pause(pause)


def _checked(job: JobDetail) -> JobDetail:
    """Return the job if it is completed.

    Raises:
        JobNotCompleted: the job is not completed.
    """
    if job["status"] == "failed":
        raise JobFailed(f"{job.get('error_message', 'The job has failed.')} ({job.get('error_code')})", job)
    if job["status"] == "cancelled":
        raise JobCancelled(f"job {job['id']} was cancelled", job)
    return job
