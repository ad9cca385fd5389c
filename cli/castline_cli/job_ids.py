"""Lookup of jobs by an id, by the beginning or end of an id, or by ``last``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from castline_cli.errors import Misused, NotFound
from castline_cli.strings import t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline_cli.api import Api

_LAST: Final = frozenset({"last", "-"})
_WHOLE: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PART: Final = re.compile(r"[0-9a-f-]{4,35}")
_PAGE: Final = 100
_PAGES: Final = 10
"""Number of pages in which a part of an id is searched."""


def find_job_id(api: Api, written: str) -> str:
    """Find the full id of the job that a user has named.

    Args:
        api: the service.
        written: an id, at least four characters of its beginning or its end, or ``last`` or ``-`` for the newest job.

    Raises:
        NotFound: the job does not exist.
        Misused: several ids begin or end with the text.
    """
    if written in _LAST:
        newest = api.get("/jobs", {"limit": 1}).body["items"]
        if not newest:
            raise NotFound(t("there are no jobs yet; submit one with `castline say`"))
        return str(newest[0]["id"])
    part = written.strip().rstrip("…").lower()
    if _WHOLE.fullmatch(part):
        return part
    matches = (
        [each for each in _ids(api) if each.startswith(part) or each.endswith(part)] if _PART.fullmatch(part) else []
    )
    if not matches:
        raise NotFound(t("there is no job {written}; `castline jobs list` lists your jobs", written=written))
    if len(matches) > 1:
        shown = "\n  ".join(matches[:5])
        raise Misused(
            t(
                "the ids of {count} jobs begin or end with {written}; write more characters:\n  {shown}",
                count=len(matches),
                written=written,
                shown=shown,
            )
        )
    return matches[0]


def _ids(api: Api) -> Iterator[str]:
    cursor: str | None = None
    for _ in range(_PAGES):
        page = api.get("/jobs", {"limit": _PAGE, "cursor": cursor}).body
        yield from (job["id"] for job in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return
