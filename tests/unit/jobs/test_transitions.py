from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castline.jobs.model import JobStatus
from castline.jobs.transitions import can_transition, expiry, is_terminal, predecessors, retention

ALLOWED = {
    (JobStatus.PENDING, JobStatus.PROCESSING), (JobStatus.PENDING, JobStatus.FAILED),
    (JobStatus.PENDING, JobStatus.CANCELLED), (JobStatus.PROCESSING, JobStatus.COMPLETED),
    (JobStatus.PROCESSING, JobStatus.FAILED), (JobStatus.PROCESSING, JobStatus.CANCELLED),
}  # fmt: skip


def test_only_the_documented_transitions_are_allowed() -> None:
    for current, new in list(product(JobStatus, JobStatus)):
        assert can_transition(current, new) is ((current, new) in ALLOWED)


def test_a_terminal_status_has_no_way_out() -> None:
    assert {status for status in JobStatus if is_terminal(status)} == {
        JobStatus.COMPLETED,
        JobStatus.FAILED,
        JobStatus.CANCELLED,
    }


def test_predecessors_are_what_may_become_the_new_status() -> None:
    for new in JobStatus:
        assert set(predecessors(new)) == {current for current, allowed in ALLOWED if allowed is new}


@pytest.mark.parametrize(
    ("status", "days"), [(JobStatus.COMPLETED, 30), (JobStatus.FAILED, 30), (JobStatus.CANCELLED, 7)]
)
def test_retention_follows_the_outcome(status: JobStatus, days: int) -> None:
    assert retention(status) == timedelta(days=days)


@given(
    ended_at=st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1)),  # noqa: DTZ001 (the zone is drawn apart)
    hours=st.integers(-12, 14),
    status=st.sampled_from([JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED]),
)
def test_an_ended_job_expires_at_the_first_midnight_in_utc_after_its_retention(
    ended_at: datetime, hours: int, status: JobStatus
) -> None:
    ended_at = ended_at.replace(tzinfo=timezone(timedelta(hours=hours)))

    expires_at = expiry(status, ended_at)

    assert (expires_at.tzinfo, expires_at.time()) == (UTC, datetime.min.time())
    assert timedelta(0) < expires_at - ended_at - retention(status) <= timedelta(days=1)
