from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from castline.jobs.model import JobStatus
from castline.jobs.transitions import can_transition, is_terminal, predecessors, retention

ALLOWED = {
    (JobStatus.PENDING, JobStatus.PROCESSING),
    (JobStatus.PENDING, JobStatus.FAILED),
    (JobStatus.PENDING, JobStatus.CANCELLED),
    (JobStatus.PROCESSING, JobStatus.COMPLETED),
    (JobStatus.PROCESSING, JobStatus.FAILED),
}


@pytest.mark.parametrize(("current", "new"), list(product(JobStatus, JobStatus)))
def test_only_the_documented_transitions_are_allowed(current: JobStatus, new: JobStatus) -> None:
    assert can_transition(current, new) is ((current, new) in ALLOWED)


def test_a_terminal_status_has_no_way_out() -> None:
    assert {status for status in JobStatus if is_terminal(status)} == {
        JobStatus.COMPLETED,
        JobStatus.FAILED,
        JobStatus.CANCELLED,
    }


@pytest.mark.parametrize("new", JobStatus)
def test_predecessors_are_what_may_become_the_new_status(new: JobStatus) -> None:
    assert set(predecessors(new)) == {current for current, allowed in ALLOWED if allowed is new}


@pytest.mark.parametrize(
    ("status", "days"), [(JobStatus.COMPLETED, 30), (JobStatus.FAILED, 30), (JobStatus.CANCELLED, 7)]
)
def test_retention_follows_the_outcome(status: JobStatus, days: int) -> None:
    assert retention(status) == timedelta(days=days)


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.PROCESSING])
def test_an_active_job_has_no_retention(status: JobStatus) -> None:
    with pytest.raises(KeyError):
        retention(status)
