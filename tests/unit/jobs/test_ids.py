"""Bounds of job ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from uuid6 import uuid7

from castline.jobs.ids import id_bound


def test_the_bound_of_a_moment_divides_older_jobs_from_younger_ones() -> None:
    before = datetime.now(UTC)
    job_id = str(uuid7())
    after = datetime.now(UTC) + timedelta(milliseconds=1)

    # uuid7 may take a millisecond more than the clock, so that ids of one process rise
    assert id_bound(before) < job_id < id_bound(after + timedelta(milliseconds=1))
