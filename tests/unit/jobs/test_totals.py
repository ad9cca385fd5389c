"""Counters of ended jobs, as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from castline.jobs import totals
from castline.jobs.model import JobStatus

STORED = {
    "pk": "USER#ann", "sk": "ACTIVE", "job_ids": {"01a20fd9-3b02-7a6d-a1f3-0c9d8e7f6a5b"},
    "counted_since": "2026-01-20T10:30:00.000Z", "ended_20260127_cancelled": 1, "ended_20260128_cancelled": 2,
    "ended_20260220_completed": 4, "ended_20260220_failed": 8, "ended_20260221_paused": 16,
}  # fmt: skip
"""An ACTIVE item, to which a newer release has added a status."""


def test_a_counter_counts_until_the_day_that_it_names() -> None:
    for now, of_any, of_cancelled in [
        (datetime(2026, 1, 26, 23, 59, 59, 999_999, tzinfo=UTC), 31, 3),
        (datetime(2026, 1, 27, tzinfo=UTC), 30, 2),
        (datetime(2026, 1, 28, tzinfo=UTC), 28, 0),
        (datetime(2026, 2, 20, 15, tzinfo=UTC), 16, 0),
        (datetime(2026, 2, 21, tzinfo=UTC), 0, 0),
    ]:
        assert totals.count_ended(STORED, now=now) == of_any
        assert totals.count_ended(STORED, now=now, status=JobStatus.CANCELLED) == of_cancelled


def test_a_counter_is_removed_when_no_clock_can_take_it_for_current() -> None:
    assert totals.outdated(STORED, now=datetime(2026, 1, 28, 23, tzinfo=UTC)) == []
    assert totals.outdated(STORED, now=datetime(2026, 1, 29, tzinfo=UTC)) == ["ended_20260127_cancelled"]


def test_jobs_of_a_release_without_counters_are_looked_for_as_long_as_they_may_be_visible() -> None:
    since = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)

    assert totals.may_have_uncounted({}, now=since)
    assert totals.uncounted_bound({}) is None
    assert totals.may_have_uncounted(STORED, now=since + timedelta(days=32))
    assert not totals.may_have_uncounted(STORED, now=since + timedelta(days=33))
    assert totals.uncounted_bound(STORED) == "019bdb2b-32c0"


def test_the_expiry_tells_which_release_has_ended_a_job() -> None:
    for ended, is_counted in [
        ({"completed_at": "2026-01-20T10:30:00.500Z", "expires_at": "2026-02-20T00:00:00Z"}, True),
        ({"completed_at": "2026-01-20T10:30:00.500Z", "expires_at": "2026-02-19T10:30:00Z"}, False),
        ({"completed_at": "2026-01-20T00:00:00.500Z", "expires_at": "2026-02-20T00:00:00Z"}, True),
        ({"completed_at": "2026-01-20T00:00:00.500Z", "expires_at": "2026-02-19T00:00:00Z"}, False),
        ({"completed_at": "2026-01-20T00:00:00.500Z", "expires_at": "2026-01-28T00:00:00Z"}, True),
        ({"completed_at": "2026-01-20T00:00:00.500Z", "expires_at": "2026-01-27T00:00:00Z"}, False),
        ({"completed_at": "some day", "expires_at": "2026-01-27T00:00:00Z"}, True),
        ({"expires_at": "2026-01-27T10:00:00Z"}, False),
    ]:
        expires_at = int(datetime.fromisoformat(ended["expires_at"]).timestamp())

        assert totals.is_counted(ended | {"expires_at": expires_at}) is is_counted
