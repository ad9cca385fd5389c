"""Reconciler: it mends what events have missed, and changes nothing that is healthy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
from uuid6 import uuid7

from castline import composition
from castline.jobs.failures import FailureCode
from castline.jobs.lease import Lease
from castline.jobs.model import JobStatus
from local.cloud.lambda_context import LambdaContext
from tests.integration.aws_calls import observed_calls
from tests.integration.lifecycle.world import DIALOGUE, MAX_PROCESSING, SETTLED, World, crash, new_user, overtaken
from tests.integration.scripted_executions import Crash, Trouble

NOTHING = dict.fromkeys(
    (
        "examined",
        "started",
        "failed",
        "slots_freed",
        "settled",
        "unavailable",
        "errors",
        "out_of_time",
        "already_running",
        "previews_settled",
        "previews_unavailable",
    ),
    0,
)
AN_HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def empty_world(world: World) -> None:
    world.forget_everything()


def submit(world: World, user: str, trouble: Trouble = Trouble.NONE) -> str:
    """Submit a job; its execution runs, or is missing."""
    with world.executions.in_trouble(trouble):
        if trouble is Trouble.CRASH:
            with pytest.raises(Crash):
                world.submit(user, DIALOGUE)
        else:
            world.submit(user, DIALOGUE)
    return world.executions.asked_for[-1]


def failure_of(world: World, job_id: str) -> FailureCode | None:
    job = world.repository.get(job_id)
    assert job is not None
    return job.failure.code if job.failure else None


def did(report: dict[str, int], *ignored: str) -> dict[str, int]:
    """Return the actions that were done at least once, apart from reads."""
    return {name: count for name, count in report.items() if count and name not in {"examined", *ignored}}


def test_where_nothing_is_open_it_does_nothing(world: World) -> None:
    assert world.reconcile() == NOTHING


class TestPending:
    def test_a_job_whose_execution_never_started_is_started(self, world: World, user: str) -> None:
        # Given a submission that crashed before it started the job
        job_id = submit(world, user, Trouble.CRASH)
        world.clock.advance(SETTLED)

        assert did(world.reconcile()) == {"started": 1}

        # Then it runs, and the next time there is nothing to do
        assert world.executions.statuses[job_id] == "RUNNING"
        assert did(world.reconcile()) == {}
        world.complete(job_id)
        assert world.status_of(job_id) is JobStatus.COMPLETED

    def test_a_start_that_fails_is_tried_the_next_time(self, world: World, user: str) -> None:
        job_id = submit(world, user, Trouble.CRASH)
        world.clock.advance(SETTLED)

        with world.executions.in_trouble(Trouble.REFUSED):
            assert did(world.reconcile()) == {"unavailable": 1}

        assert world.status_of(job_id) is JobStatus.PENDING
        world.clock.advance(SETTLED)
        assert did(world.reconcile()) == {"started": 1}

    def test_a_young_job_is_left_alone(self, world: World, user: str) -> None:
        submit(world, user, Trouble.CRASH)
        world.clock.advance(SETTLED - timedelta(seconds=1))

        assert did(world.reconcile()) == {}

        world.clock.advance(timedelta(seconds=1))
        assert did(world.reconcile()) == {"started": 1}

    def test_a_job_that_waits_in_its_execution_is_left_alone(self, world: World, user: str) -> None:
        submit(world, user)
        world.clock.advance(timedelta(hours=24) - timedelta(seconds=1))

        assert did(world.reconcile()) == {}

    def test_a_planned_job_is_looked_at_every_hour(self, world: World, user: str) -> None:
        # Given a job whose execution is known to run, and dies unnoticed
        job_id = submit(world, user)
        world.repository.mark_planned(world.job(job_id), now=world.clock.now())
        world.executions.statuses[job_id] = "ABORTED"

        # When it waits for an hour
        world.clock.advance(AN_HOUR - timedelta(seconds=1))
        assert did(world.reconcile()) == {}
        world.clock.advance(timedelta(seconds=1))

        # Then
        assert did(world.reconcile()) == {"failed": 1}
        assert failure_of(world, job_id) is FailureCode.INTERRUPTED

    @pytest.mark.parametrize("execution", ["RUNNING", None])
    def test_after_a_day_it_is_failed(self, world: World, user: str, execution: str | None) -> None:
        job_id = submit(world, user, Trouble.NONE if execution else Trouble.CRASH)
        world.clock.advance(timedelta(hours=24))

        assert did(world.reconcile()) == {"failed": 1}

        assert (world.status_of(job_id), failure_of(world, job_id)) == (JobStatus.FAILED, FailureCode.INTERRUPTED)
        assert world.repository.taken_slots(user) == frozenset()
        assert world.executions.statuses.get(job_id) != "RUNNING"

    @pytest.mark.parametrize("execution", ["FAILED", "ABORTED", "SUCCEEDED"])
    def test_a_job_whose_execution_died_before_planning_is_failed(
        self, world: World, user: str, execution: str
    ) -> None:
        job_id = submit(world, user)
        world.executions.statuses[job_id] = execution
        world.clock.advance(SETTLED)

        assert did(world.reconcile()) == {"failed": 1}

        assert failure_of(world, job_id) is FailureCode.INTERRUPTED


class TestProcessing:
    @pytest.mark.parametrize(
        ("execution", "code"),
        [
            ("FAILED", FailureCode.INTERRUPTED),
            ("ABORTED", FailureCode.INTERRUPTED),
            ("SUCCEEDED", FailureCode.INTERRUPTED),
            (None, FailureCode.INTERRUPTED),
            ("TIMED_OUT", FailureCode.TIMEOUT),
        ],
    )
    def test_a_job_whose_execution_is_dead_is_failed_and_its_audio_deleted(
        self, world: World, user: str, execution: str | None, code: FailureCode
    ) -> None:
        # Given a workflow that died between storing the audio and completing the job, unnoticed
        job_id = submit(world, user)
        world.plan(job_id)
        world.synthesize(job_id)
        with overtaken(composition.audio_storage(), "put_audio", crash, after_effect=True), pytest.raises(Crash):
            world.assemble(job_id)
        assert len(world.objects(f"audio/{job_id}/")) == 3  # the file, its cues and its words
        if execution is None:
            del world.executions.statuses[job_id]
        else:
            world.executions.statuses[job_id] = execution
        world.clock.advance(MAX_PROCESSING)

        assert did(world.reconcile()) == {"failed": 1}

        assert (world.status_of(job_id), failure_of(world, job_id)) == (JobStatus.FAILED, code)
        assert world.objects(f"audio/{job_id}/") == []
        assert world.repository.taken_slots(user) == frozenset()
        assert did(world.reconcile()) == {}

    def test_an_execution_that_cannot_be_seen_yet_is_not_taken_for_dead(self, world: World, user: str) -> None:
        # Given a job that another reconciler has started again and that has begun, its execution still out of sight
        job_id = submit(world, user, Trouble.CRASH)
        world.clock.advance(SETTLED)
        world.begin(job_id)
        world.clock.advance(MAX_PROCESSING - timedelta(seconds=1))

        assert did(world.reconcile()) == {}

        # When it does not come into sight
        world.clock.advance(timedelta(seconds=1))
        assert did(world.reconcile()) == {"failed": 1}

    def test_a_running_job_is_left_alone(self, world: World, user: str) -> None:
        job_id = submit(world, user)
        world.begin(job_id)
        world.clock.advance(timedelta(minutes=9))

        assert did(world.reconcile()) == {}

        world.complete(job_id)
        assert world.status_of(job_id) is JobStatus.COMPLETED

    def test_after_ten_minutes_it_is_failed_and_its_execution_stopped(self, world: World, user: str) -> None:
        # Given a job that has waited for an hour, then begun, and has not come to its end
        job_id = submit(world, user)
        world.clock.advance(AN_HOUR)
        world.begin(job_id)
        world.clock.advance(MAX_PROCESSING - timedelta(seconds=1))
        assert did(world.reconcile()) == {}

        # When its time is over
        world.clock.advance(timedelta(seconds=1))
        assert did(world.reconcile()) == {"failed": 1}

        # Then
        assert (world.status_of(job_id), failure_of(world, job_id)) == (JobStatus.FAILED, FailureCode.TIMEOUT)
        assert world.executions.statuses[job_id] == "ABORTED"
        assert world.repository.taken_slots(user) == frozenset()

    @pytest.mark.parametrize("after_effect", [False, True], ids=["before the look", "after the look"])
    def test_a_job_that_ends_while_its_execution_is_looked_at_keeps_its_outcome(
        self, world: World, user: str, after_effect: bool
    ) -> None:
        job_id = submit(world, user)
        world.clock.advance(SETTLED)

        with overtaken(world.executions, "status", lambda: world.complete(job_id), after_effect=after_effect):
            assert did(world.reconcile()) == {}

        assert world.status_of(job_id) is JobStatus.COMPLETED
        assert len(world.objects(f"audio/{job_id}/")) == 3  # the file, its cues and its words

    def test_a_job_that_starts_while_its_execution_is_looked_for_is_left_alone(self, world: World, user: str) -> None:
        # Given a job without an execution, which another reconciler starts just after this one has found none
        job_id = submit(world, user, Trouble.CRASH)
        world.clock.advance(SETTLED)

        def start_elsewhere() -> None:
            world.executions.start(job_id)
            world.begin(job_id)

        with overtaken(world.executions, "status", start_elsewhere, after_effect=True):
            report = world.reconcile()

        assert did(report, "started") == {}
        assert world.status_of(job_id) is JobStatus.PROCESSING


class TestSlots:
    @pytest.mark.parametrize("ended", [True, False], ids=["a job that has ended", "a job that is missing"])
    def test_a_leaked_slot_is_freed(self, world: World, user: str, ended: bool) -> None:
        # Given two active jobs, and a slot that is taken by one that is not
        active = {submit(world, user), submit(world, user)}
        leak = submit(world, user) if ended else str(uuid7())
        if ended:
            world.complete(leak)
        world.leak_slot(user, leak)

        assert did(world.reconcile()) == {"slots_freed": 1}

        assert world.repository.taken_slots(user) == active
        assert did(world.reconcile()) == {}

    def test_the_slot_of_a_job_that_was_just_submitted_is_kept(self, world: World, user: str) -> None:
        job_id = submit(world, user)

        assert did(world.reconcile()) == {}

        assert world.repository.taken_slots(user) == {job_id}

    def test_a_user_without_slots_leaves_the_index_and_comes_back_with_the_next_job(
        self, world: World, user: str
    ) -> None:
        world.complete(submit(world, user))
        assert world.users_with_slots_taken() == {user}

        world.clock.advance(SETTLED)
        world.reconcile()
        assert world.users_with_slots_taken() == set()

        submit(world, user)
        assert world.users_with_slots_taken() == {user}

    def test_a_user_who_submits_while_being_forgotten_is_not(self, world: World, user: str) -> None:
        world.complete(submit(world, user))
        world.clock.advance(SETTLED)

        with overtaken(world.repository, "forget_user_without_slots", lambda: submit(world, user)):
            world.reconcile()

        assert world.users_with_slots_taken() == {user}
        assert len(world.repository.taken_slots(user)) == 1


class TestEndurance:
    def test_it_pages_through_any_number_of_jobs_and_never_scans(self, world: World) -> None:
        # Given many open jobs, and a DynamoDB that answers a few at a time
        jobs = world.store_pending_jobs(60)
        world.clock.advance(SETTLED)

        with observed_calls(page_size=3) as calls:
            report = world.reconcile()

        # Then each has been seen once
        assert report == {**NOTHING, "examined": 60, "started": 60}
        assert set(world.executions.statuses) == set(jobs)
        assert set(calls) == {"Query", "UpdateItem", "GetItem"}
        assert calls.count("GetItem") == 2  # to measure the ceiling
        assert calls.count("Query") > 60 / 3

    def test_what_there_is_no_time_for_is_left_to_the_next_run(self, world: World) -> None:
        # Given three jobs, and time for one
        jobs = world.store_pending_jobs(3)
        world.clock.advance(SETTLED)

        report = run_out_of_time_after(world, 1)

        assert (report["examined"], report["started"], report["out_of_time"]) == (1, 1, 1)
        assert len(world.executions.statuses) == 1

        # Then the next run does the rest
        assert did(world.reconcile()) == {"started": 2}
        assert set(world.executions.statuses) == set(jobs)

    def test_where_aws_cannot_serve_one_job_the_others_are_served(self, world: World) -> None:
        jobs = world.store_pending_jobs(5)
        world.clock.advance(SETTLED)
        world.executions.unreadable = {jobs[2]}

        assert did(world.reconcile()) == {"started": 4, "unavailable": 1}
        assert set(world.executions.statuses) == set(jobs) - {jobs[2]}

        world.executions.unreadable = set()
        assert did(world.reconcile()) == {}
        world.clock.advance(SETTLED)
        assert did(world.reconcile(), "started") == {}
        assert set(world.executions.statuses) == set(jobs)

    def test_two_at_once_do_no_harm(self, world: World) -> None:
        # Given jobs that need help of every kind, and some that need none
        users = [new_user() for _ in range(3)]
        lost = {submit(world, user, Trouble.CRASH) for user in users}
        well = {submit(world, user) for user in users}
        dead = {submit(world, user) for user in users}
        for job_id in dead:
            world.begin(job_id)
            world.executions.statuses[job_id] = "FAILED"
        world.clock.advance(MAX_PROCESSING - SETTLED)
        for job_id in well:
            world.begin(job_id)
        for user in users:
            world.leak_slot(user, str(uuid7()))
        world.clock.advance(SETTLED)

        # When two run whatever the lease says
        with (
            patch.object(Lease, "take", lambda _lease, **_times: "nobody"),
            ThreadPoolExecutor(2) as pool,
        ):
            reports = list(pool.map(lambda _: world.reconcile(), range(2)))

        # Then each was helped once, and nothing is left to do
        assert sum(report["failed"] for report in reports) == len(dead)
        assert {world.executions.statuses[job_id] for job_id in lost | well} == {"RUNNING"}
        assert {world.status_of(job_id) for job_id in well} == {JobStatus.PROCESSING}
        assert {world.status_of(job_id) for job_id in dead} == {JobStatus.FAILED}
        assert {len(world.repository.taken_slots(user)) for user in users} == {2}
        assert did(world.reconcile()) == {}


def run_out_of_time_after(world: World, subjects: int) -> dict[str, int]:
    """Reconcile in an invocation that runs out of time after ``subjects`` checks."""
    left_ms = iter([300_000] * (1 + subjects))  # the first is for the lease
    with patch.object(LambdaContext, "get_remaining_time_in_millis", lambda _context: next(left_ms, 0)):
        return world.reconcile()
