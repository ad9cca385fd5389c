"""Waiting for a job's end, at the pace that the service asks for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from castline_cli.api import retry_after_seconds
from castline_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline_cli.api import Api, Json

ENDED: Final = frozenset({"completed", "failed", "cancelled"})
_POLL_SECONDS: Final = 2.0
"""Between two looks, when the service does not say."""
_MIN_POLL_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 60.0
"""How long the service may be away while its job goes on."""


def wait_for_end(api: Api, job_id: str, *, on_change: Callable[[Json], None]) -> Json:
    """Look at a job until it has ended, and return it.

    Args:
        api: where it is.
        job_id: which one.
        on_change: is given the job whenever it has changed.

    Raises:
        Unreachable: the service has been away for a minute.
        NotFound: there is no such job.
        SignedOut: the sign-in has ended.
    """
    job: Json = {}
    tag: str | None = None
    answered_at = time.monotonic()
    while True:
        pause = _POLL_SECONDS
        try:
            answer = api.get(f"/jobs/{job_id}", known=tag)
        except Unreachable:
            if time.monotonic() - answered_at > _PATIENCE_SECONDS:
                raise
        else:
            answered_at = time.monotonic()
            if not answer.is_unchanged:
                job, tag = answer.body, answer.headers.get("ETag")
                on_change(job)
            if job["status"] in ENDED:
                return job
            pause = max(retry_after_seconds(answer.headers, default=_POLL_SECONDS), _MIN_POLL_SECONDS)
        time.sleep(pause)
