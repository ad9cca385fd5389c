"""Totals of a user's jobs, from the counters in the user's ACTIVE item.

The transaction that ends a job increments a counter for the job's status and the UTC day at whose beginning the job
expires, such as ``ended_20261229_completed``. A total is the number of active jobs plus the counters of future days,
and all of these are in one item.

Jobs that ended in a release without counters are not counted. They can expire at any time of day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from castline.dynamodb import UNREADABLE, encode_expiry, encode_time, read_time
from castline.jobs.ids import id_bound
from castline.jobs.model import JobStatus
from castline.jobs.transitions import retention
from castline.table import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from castline.jobs.model import Job

COUNTED_SINCE = "counted_since"
"""The attribute that holds the time at which a release with counters first wrote the item."""

_COUNTER = "ended_"
_DAY = "%Y%m%d"
_SECONDS_A_DAY = 86_400

_DEPLOYMENT = timedelta(hours=1)
"""The time for which functions of the previous release may still run."""

_LONGEST_LIFE = timedelta(days=2) + retention(JobStatus.COMPLETED)
"""More than the time from a job's creation to its expiry: jobs are active for a day at most."""


def counter(status: JobStatus, expires_at: datetime) -> str:
    """Return the name of the counter of ended jobs with this status and this expiry, a midnight in UTC."""
    return f"{_COUNTER}{expires_at:{_DAY}}_{status.value}"


def counter_of(ended: Job) -> str | None:
    """Return the name of the counter that includes an ended job; None if no counter does."""
    if ended.expires_at is None or ended.completed_at is None:
        return None
    values = {TTL_ATTRIBUTE: encode_expiry(ended.expires_at), "completed_at": encode_time(ended.completed_at)}
    return counter(ended.status, ended.expires_at) if is_counted(values) else None


def since(moment: datetime) -> str:
    """Return the value of ``COUNTED_SINCE``."""
    return encode_time(moment)


def count_ended(active: Mapping[str, Any], *, now: datetime, status: JobStatus | None = None) -> int:
    """Return the number of visible ended jobs, of one status or of all, from the counters of an ACTIVE item."""
    today = f"{now.astimezone(UTC):{_DAY}}"
    return sum(
        int(active[name])
        for name, day, counted in _counters(active)
        if day > today and (status is None or counted == status.value)
    )


def outdated(active: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Return the names of counters that no release reads or writes any more."""
    yesterday = f"{now.astimezone(UTC) - timedelta(days=1):{_DAY}}"
    return [name for name, day, _ in _counters(active) if day < yesterday]


def _counters(active: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Yield the name, day and status of each counter. A newer release may have written statuses unknown here."""
    for name in active:
        if name.startswith(_COUNTER):
            day, _, status = name.removeprefix(_COUNTER).partition("_")
            yield name, day, status


def may_have_uncounted(active: Mapping[str, Any], *, now: datetime) -> bool:
    """Return whether a job that ended without being counted may still be visible."""
    moment = read_time(active.get(COUNTED_SINCE))
    return moment is None or now < moment + _DEPLOYMENT + _LONGEST_LIFE


def uncounted_bound(active: Mapping[str, Any]) -> str | None:
    """Return an upper bound for the ids of jobs that may have ended uncounted; None if any job may have."""
    moment = read_time(active.get(COUNTED_SINCE))
    return None if moment is None else id_bound(moment + _DEPLOYMENT)


def is_counted(ended: Mapping[str, Any]) -> bool:
    """Return whether a counter includes an ended job, judged by its expiry and, if readable, the time of its end.

    A release without counters kept a job for exactly 30 or 7 days. A release with counters keeps it longer, until the
    next midnight in UTC.
    """
    expiry = int(ended[TTL_ATTRIBUTE])
    if expiry % _SECONDS_A_DAY:
        return False
    try:
        kept = timedelta(seconds=expiry - encode_expiry(datetime.fromisoformat(ended["completed_at"])))
    except UNREADABLE:
        return True
    return kept not in {retention(JobStatus.COMPLETED), retention(JobStatus.CANCELLED)}
