"""Cost and time of the reconciler: bounded whatever is open, one run at a time, and measured when it falls behind."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from uuid6 import uuid7

from castline import observability
from castline.dynamodb import encode_time, serialize
from castline.jobs import items
from castline.jobs.model import JobStatus
from castline.table import OPEN_JOBS, OPEN_SHARDS
from local import resources
from local.cloud.lambda_context import LambdaContext
from tests.integration.aws_calls import observed_calls
from tests.integration.lifecycle.world import DIALOGUE, SETTLED, World, crash, new_user, overtaken
from tests.integration.scripted_executions import Crash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from castline.jobs.model import Job

AN_HOUR = timedelta(hours=1)
QUERIES = 4 * OPEN_SHARDS + 2
"""Pending jobs to measure; jobs that are due; users with slots taken that are due; those of older releases; and,
each in one, the batches at the front of the queue, and the previews that should be over."""
CEILING = {"GetItem": 2}
"""To measure the daily ceiling."""


@pytest.fixture(autouse=True)
def empty_world(world: World) -> None:
    world.forget_everything()


def open_sort(world: World, key: Mapping[str, str]) -> str | None:
    sort: str | None = world.table()[key["pk"], key["sk"]].get(OPEN_JOBS.sort_key)
    return sort


def write_as_an_older_release(world: World, job: Job) -> None:
    """Let the index hold bare ids, as releases wrote them that checked all that was open every minute."""
    for key, subject in ((items.job_key(job.id), job.id), (items.active_key(job.user_id), job.user_id)):
        world.dynamodb.update_item(
            TableName=resources.TABLE_NAME,
            Key=serialize(key),
            UpdateExpression=f"SET {OPEN_JOBS.sort_key} = :subject",
            ExpressionAttributeValues=serialize({":subject": subject}),
        )


class TestCost:
    def test_of_many_open_jobs_only_those_that_are_due_are_looked_at(self, world: World) -> None:
        # Given a hundred jobs that wait, three of which are due
        now = world.clock.now()
        world.store_pending_jobs(97, check_at=now + timedelta(minutes=30))
        due = set(world.store_pending_jobs(3, check_at=now + SETTLED))
        world.executions.statuses.update(dict.fromkeys(due, "RUNNING"))
        world.clock.advance(SETTLED)

        # When
        with observed_calls() as calls:
            report = world.reconcile()

        # Then Step Functions is asked about the three, and the table twice about each
        assert report["examined"] == 3
        assert set(world.executions.described) == due
        assert len(world.executions.described) == 3
        assert Counter(calls) == {"Query": QUERIES, "UpdateItem": 2 + 2 * 3, **CEILING}

        # And the next run asks about none
        world.clock.advance(SETTLED)
        with observed_calls() as calls:
            world.reconcile()
        assert len(world.executions.described) == 3
        assert Counter(calls) == {"Query": QUERIES, "UpdateItem": 2, **CEILING}

    def test_a_job_that_completes_is_never_looked_at(self, world: World, user: str) -> None:
        job = world.submit(user, DIALOGUE)
        world.complete(job.id)
        world.clock.advance(AN_HOUR)

        world.reconcile()

        assert world.executions.described == []

    def test_a_user_with_active_jobs_is_looked_at_every_hour(self, world: World, user: str) -> None:
        # Given a user whose job waits, looked at a minute after it was submitted
        job = world.submit(user, DIALOGUE)
        world.repository.mark_planned(job, now=world.clock.now())
        world.clock.advance(SETTLED)
        assert world.reconcile()["examined"] == 1

        # When another one is submitted, that changes nothing
        world.repository.mark_planned(world.submit(user, DIALOGUE), now=world.clock.now())
        world.clock.advance(SETTLED)
        assert world.reconcile()["examined"] == 0

        # Then the user is looked at an hour after the first time, and a slot that leaks until then is freed
        world.dynamodb.update_item(
            TableName=resources.TABLE_NAME,
            Key=serialize(items.active_key(user)),
            UpdateExpression="ADD job_ids :ids",
            ExpressionAttributeValues=serialize({":ids": {str(uuid7())}}),
        )
        world.clock.advance(AN_HOUR - SETTLED)
        assert world.reconcile()["slots_freed"] == 1


class TestTime:
    def test_it_goes_on_where_it_stopped_the_oldest_first(self, world: World) -> None:
        # Given jobs that become due one after the other, and runs with time for two each
        now = world.clock.now()
        jobs = [world.store_pending_jobs(1, check_at=now + timedelta(seconds=number))[0] for number in range(6)]
        world.clock.advance(SETTLED)

        # When
        rounds = []
        for _ in range(3):
            before = set(world.executions.statuses)
            left_ms = iter([300_000] * 3)  # one for the lease
            with patch.object(LambdaContext, "get_remaining_time_in_millis", lambda _, left=left_ms: next(left, 0)):
                report = world.reconcile()
            rounds.append((report["out_of_time"], set(world.executions.statuses) - before))

        # Then
        assert rounds == [(1, set(jobs[:2])), (1, set(jobs[2:4])), (0, set(jobs[4:]))]

    def test_what_cannot_be_looked_at_comes_after_what_can(self, world: World) -> None:
        # Given two jobs about which Step Functions does not answer, and a younger one
        unreadable = world.store_pending_jobs(2)
        world.clock.advance(timedelta(seconds=1))
        (young,) = world.store_pending_jobs(1)
        world.executions.unreadable = set(unreadable)

        # When two runs have time for two looks each
        reports = []
        for _ in range(2):
            left_ms = iter([300_000] * 3)
            with patch.object(LambdaContext, "get_remaining_time_in_millis", lambda _, left=left_ms: next(left, 0)):
                reports.append(world.reconcile())

        # Then the second does not try the same again
        assert [report["unavailable"] for report in reports] == [2, 0]
        assert set(world.executions.statuses) == {young}


class TestOneAtATime:
    def test_a_run_beside_another_does_nothing(self, world: World) -> None:
        world.store_pending_jobs(1)
        beside: list[dict[str, int]] = []

        with overtaken(world.executions, "status", lambda: beside.append(world.reconcile())):
            report = world.reconcile()

        assert report["started"] == 1
        assert {name: count for name, count in beside[0].items() if count} == {"already_running": 1}
        # And the next run can work again
        assert world.reconcile()["already_running"] == 0

    def test_the_lease_of_a_run_that_has_died_ends_with_the_time_that_it_had(self, world: World) -> None:
        # Given a run that dies without a word, 300 s before its end
        jobs = world.store_pending_jobs(2)
        with (
            overtaken(world.executions, "start", crash, after_effect=True),
            patch("castline.jobs.lease.Lease.give_back"),
            pytest.raises(Crash),
        ):
            world.reconcile()

        # Then another one waits until then
        world.clock.advance(timedelta(seconds=299))
        assert world.reconcile()["already_running"] == 1
        world.clock.advance(timedelta(seconds=1))
        assert world.reconcile()["already_running"] == 0
        assert set(world.executions.statuses) == set(jobs)

    def test_a_lease_that_another_has_taken_over_stays_taken(self, world: World) -> None:
        # Given a run whose lease has ended while it was at work, and that another has taken over
        def take_over() -> None:
            world.dynamodb.update_item(
                TableName=resources.TABLE_NAME,
                Key=serialize(items.RECONCILER_LEASE),
                UpdateExpression="SET holder = :holder, leased_until = :until",
                ExpressionAttributeValues=serialize(
                    {":holder": "another", ":until": encode_time(world.clock.now() + SETTLED)}
                ),
            )

        world.store_pending_jobs(1)
        with overtaken(world.executions, "status", take_over):
            world.reconcile()

        assert world.reconcile()["already_running"] == 1


class TestItemsOfOlderReleases:
    def test_are_looked_at_first_and_then_when_they_are_due(self, world: World) -> None:
        # Given jobs and users as an older release has written them, some ids before and some after every time
        users = ["0-first", new_user(), "2-before", "20-between", "3-after", "zoë#1"]
        jobs = [world.submit(user, DIALOGUE) for user in users]
        for job in jobs:
            write_as_an_older_release(world, job)

        # When the reconciler runs
        report = world.reconcile()

        # Then it has looked at all of them, and not again
        assert (report["examined"], report["errors"]) == (2 * len(jobs), 0)
        again = encode_time(world.clock.now() + AN_HOUR)
        assert {open_sort(world, items.job_key(job.id)) for job in jobs} == {f"{again}#{job.id}" for job in jobs}
        assert {open_sort(world, items.active_key(user)) for user in users} == {f"{again}#{user}" for user in users}
        assert world.reconcile()["examined"] == 0

    def test_a_processing_job_is_asked_about_when_its_time_is_over(self, world: World, user: str) -> None:
        job = world.submit(user, DIALOGUE)
        world.repository.start(job, total_segments=2, now=world.clock.now())
        write_as_an_older_release(world, job)

        world.reconcile()

        assert world.executions.described == []
        until = encode_time(world.clock.now() + timedelta(minutes=10))
        assert open_sort(world, items.job_key(job.id)) == f"{until}#{job.id}"

    def test_an_idle_user_of_an_older_release_who_submits_again_is_found(self, world: World, user: str) -> None:
        # Given a user whom an older release has taken out of the index, which left the sort key
        write_as_an_older_release(world, world.submit(user, DIALOGUE))
        world.dynamodb.update_item(
            TableName=resources.TABLE_NAME,
            Key=serialize(items.active_key(user)),
            UpdateExpression=f"REMOVE {OPEN_JOBS.partition_key}",
        )

        world.submit(user, DIALOGUE)
        world.reconcile()

        again = encode_time(world.clock.now() + AN_HOUR)
        assert open_sort(world, items.active_key(user)) == f"{again}#{user}"


class TestMetrics:
    @pytest.fixture
    def reconciled(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Return a function that runs the reconciler, and returns the values that it writes of a metric."""
        written = StringIO()
        monkeypatch.setattr(observability.output, "stream", written)

        def run(metric: str) -> list[float]:
            written.seek(0)
            written.truncate()
            world.reconcile()
            lines = map(json.loads, written.getvalue().splitlines())
            return [value for line in lines for value in line.get(metric, ())]

        return run

    def test_lag_is_how_late_the_oldest_check_is(self, world: World, reconciled: Any) -> None:
        assert reconciled("ReconcilerLag") == [0]
        world.store_pending_jobs(2, check_at=world.clock.now() + SETTLED)
        world.clock.advance(timedelta(minutes=12))
        world.store_pending_jobs(2)

        assert reconciled("ReconcilerLag") == [660]
        assert reconciled("ReconcilerLag") == [0]

    def test_lag_is_measured_where_time_runs_out_at_once(self, world: World, reconciled: Any) -> None:
        world.store_pending_jobs(2)
        world.clock.advance(AN_HOUR)

        with patch.object(LambdaContext, "get_remaining_time_in_millis", lambda _: 9_000):
            assert reconciled("ReconcilerLag") == [3600]

    def test_the_oldest_pending_job_is_found_whatever_is_due(self, world: World, user: str, reconciled: Any) -> None:
        # Given a job that has waited for two hours, looked at a moment ago, and younger ones that are due
        job = world.submit(user, DIALOGUE)
        world.clock.advance(2 * AN_HOUR)
        world.reconcile()
        world.store_pending_jobs(20)

        assert reconciled("OldestPendingAge") == [7200]

        world.executions.statuses[job.id] = "FAILED"
        world.clock.advance(AN_HOUR)
        world.reconcile()
        assert world.status_of(job.id) is JobStatus.FAILED
        assert reconciled("OldestPendingAge") == [3600]


class TestPendingJobs:
    def test_are_told_oldest_first(self, world: World) -> None:
        # Given jobs of which the older ones are checked later, and others that do not wait any more
        now = world.clock.now()
        jobs = [world.store_pending_jobs(1, check_at=now + AN_HOUR - SETTLED * number)[0] for number in range(5)]
        started, cancelled = world.submit(new_user(), DIALOGUE), world.submit(new_user(), DIALOGUE)
        world.repository.start(started, total_segments=2, now=now)
        world.cancel(cancelled.user_id, cancelled.id)

        assert [job.id for job in world.repository.pending_jobs(100)] == jobs
        assert [job.id for job in world.repository.pending_jobs(3)] == jobs[:3]

    def test_cost_the_same_however_many_there_are(self, world: World) -> None:
        world.store_pending_jobs(60)

        with observed_calls() as calls:
            assert len(world.repository.pending_jobs(40)) == 40

        assert Counter(calls) == {"Query": OPEN_SHARDS}
