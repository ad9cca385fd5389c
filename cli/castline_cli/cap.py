"""Explanation of a refusal at the cap of active jobs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from castline_cli import shown
from castline_cli.errors import Refused
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline_cli.api import Api
    from castline_cli.session import Session


@contextmanager
def explaining_the_cap(api: Api, session: Session) -> Iterator[None]:
    """Add the active jobs and an advice to a refusal at the cap of active jobs.

    Raises:
        Refused: the explained refusal at the cap, or another refusal as it is.
    """
    try:
        yield
    except Refused as refusal:
        if refusal.code != "JOB_LIMIT_EXCEEDED":
            raise
        active = [
            job for status in ("processing", "pending") for job in api.get("/jobs", {"status": status}).body["items"]
        ]
        lines = [
            t(
                "{id}  {status}, submitted {moment}",
                id=job["id"],
                status=t(job["status"]),
                moment=shown.moment(job["created_at"]),
            )
            for job in active
        ]
        advice = t("use {command} to cancel a pending one", command=session.command("jobs", "cancel", "JOB"))
        raise Refused("\n  ".join([refusal.message, *lines, advice]), code=refusal.code) from refusal
