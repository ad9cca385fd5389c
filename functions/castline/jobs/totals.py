"""Totals of a user's jobs, from the counters in the user's ACTIVE item.

A job that ends is counted, in the transaction that ends it, by its status and by the day at whose beginning, in UTC,
it expires: ``ended_20261229_completed``. So a total is the active jobs and the counters of days to come, in one item.

Jobs that a release without counters has ended are in none of them. They expire at any time of a day.
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
"""The attribute that holds when a release with counters wrote the item first."""

_COUNTER = "ended_"
_DAY = "%Y%m%d"
_SECONDS_A_DAY = 86_400

_DEPLOYMENT = timedelta(hours=1)
"""The time for which functions of the release before may still be at work."""

_LONGEST_LIFE = timedelta(days=2) + retention(JobStatus.COMPLETED)
"""More than the time from a job's creation to its expiry: jobs are active for a day at most."""


def counter(status: JobStatus, expires_at: datetime) -> str:
    """Return the name of the counter of the ended jobs of one status that expire at one midnight."""
    return f"{_COUNTER}{expires_at:{_DAY}}_{status.value}"


def counter_of(ended: Job) -> str | None:
    """Return the name of the counter that has counted a job that has ended; None if none has."""
    if ended.expires_at is None or ended.completed_at is None:
        return None
    values = {TTL_ATTRIBUTE: encode_expiry(ended.expires_at), "completed_at": encode_time(ended.completed_at)}
    return counter(ended.status, ended.expires_at) if is_counted(values) else None


def since(moment: datetime) -> str:
    """Return the value of ``COUNTED_SINCE``."""
    return encode_time(moment)


def count_ended(active: Mapping[str, Any], *, now: datetime, status: JobStatus | None = None) -> int:
    """Return how many ended jobs, of a status or of any, the counters of an ACTIVE item say are visible."""
    today = f"{now.astimezone(UTC):{_DAY}}"
    return sum(
        int(active[name])
        for name, day, counted in _counters(active)
        if day > today and (status is None or counted == status.value)
    )


def outdated(active: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Return the names of the counters that no release will ever read or write again."""
    yesterday = f"{now.astimezone(UTC) - timedelta(days=1):{_DAY}}"
    return [name for name, day, _ in _counters(active) if day < yesterday]


def _counters(active: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """Yield name, day and status of each counter; a newer release may have statuses that are not known here."""
    for name in active:
        if name.startswith(_COUNTER):
            day, _, status = name.removeprefix(_COUNTER).partition("_")
            yield name, day, status


def may_have_uncounted(active: Mapping[str, Any], *, now: datetime) -> bool:
    """Return whether a job that was ended without being counted may still be visible."""
    moment = read_time(active.get(COUNTED_SINCE))
    return moment is None or now < moment + _DEPLOYMENT + _LONGEST_LIFE


def uncounted_bound(active: Mapping[str, Any]) -> str | None:
    """Return a text that the ids of all jobs sort before that may have ended without being counted; None for all."""
    moment = read_time(active.get(COUNTED_SINCE))
    return None if moment is None else id_bound(moment + _DEPLOYMENT)


def is_counted(ended: Mapping[str, Any]) -> bool:
    """Return whether an ended job is in a counter, from its expiry and, if it can be read, the time of its end.

    A release without counters kept a job for 30 or 7 days to the second; one with counters keeps it longer than that.
    """
    expiry = int(ended[TTL_ATTRIBUTE])
    if expiry % _SECONDS_A_DAY:
        return False
    try:
        kept = timedelta(seconds=expiry - encode_expiry(datetime.fromisoformat(ended["completed_at"])))
    except UNREADABLE:
        return True
    return kept not in {retention(JobStatus.COMPLETED), retention(JobStatus.CANCELLED)}
