"""Waiting for the end of a job, at the pace that the service asks for."""

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
"""The statuses of jobs that change no more."""
POLL_SECONDS: Final = 2.0
"""Between two looks, when the service does not say."""
MIN_POLL_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 60.0
"""The longest time for which the service may be away while its job goes on."""


def wait(
    job_id: str,
    *,
    timeout_seconds: float | None = None,
    check: bool = True,
    on_change: Callable[[JobDetail], object] | None = None,
) -> Flow[JobDetail]:
    """Look at a job until it has ended, as often as the service asks for, and return it.

    The service may be away for a minute meanwhile.

    Args:
        job_id: the job.
        timeout_seconds: how long at most; by default until the end.
        check: whether to raise an error when it has no audio.
        on_change: is given the job whenever it has changed.

    Raises:
        JobFailed: it has failed.
        JobCancelled: it was cancelled.
        WaitTimedOut: it has not ended in time.
        Unreachable: the service has been away for a minute.
        NotFound: there is no such job.
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
    """Return a job that is completed.

    Raises:
        JobNotCompleted: it is not.
    """
    if job["status"] == "failed":
        raise JobFailed(f"{job.get('error_message', 'The job has failed.')} ({job.get('error_code')})", job)
    if job["status"] == "cancelled":
        raise JobCancelled(f"job {job['id']} was cancelled", job)
    return job
