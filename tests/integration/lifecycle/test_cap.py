"""Cap of three active jobs a user: it is exact, and every way to end frees one slot."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from castline.aws_errors import ServiceUnavailable
from castline.jobs.errors import JobLimitExceeded
from castline.jobs.model import JobStatus
from tests.integration.lifecycle.world import DIALOGUE, MAX_ACTIVE, MAX_PROCESSING, World, new_user
from tests.integration.scripted_executions import Crash, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable


def submit(world: World, user: str) -> str:
    return world.submit(user, DIALOGUE).id


def submit_at_once(world: World, users: list[str]) -> dict[str, Counter[str]]:
    """Submit once for each entry of ``users``, all at the same moment; return the outcomes by user."""
    outcomes: dict[str, Counter[str]] = {user: Counter() for user in users}
    together = threading.Barrier(len(users))

    def attempt(user: str) -> None:
        together.wait()
        try:
            submit(world, user)
            outcome = "accepted"
        except JobLimitExceeded as refusal:
            outcome = f"refused at {refusal.current_jobs} of {refusal.max_jobs}"
        with lock:
            outcomes[user][outcome] += 1

    lock = threading.Lock()
    threads = [threading.Thread(target=attempt, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_nobody_is_refused_for_what_others_submit(world: World, user: str) -> None:
    # Given a user in a hurry, and two who submit at the same moment what they may
    modest = [new_user() for _ in range(2)]

    outcomes = submit_at_once(world, [user] * 14 + modest * MAX_ACTIVE)

    assert outcomes[user] == {"accepted": 3, "refused at 3 of 3": 11}
    assert {job.id for job in world.view.page(user, limit=100).jobs} == world.repository.taken_slots(user)
    assert [outcomes[other] for other in modest] == [{"accepted": 3}] * 2


def test_a_slot_is_taken_by_one_when_many_wait_for_it(world: World, user: str) -> None:
    # Given three active jobs, one of which ends
    jobs = [submit(world, user) for _ in range(MAX_ACTIVE)]
    world.complete(jobs[0])

    outcomes = submit_at_once(world, [user] * 8)

    assert outcomes[user] == {"accepted": 1, "refused at 3 of 3": 7}


def complete(world: World, user: str, job_id: str) -> None:
    world.complete(job_id)


def fail(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.record_failure(job_id)


def time_out_in_a_task(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.record_failure(job_id, "States.Timeout")


def time_out_as_a_whole(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.report_status(job_id, "TIMED_OUT")


def be_interrupted(world: World, user: str, job_id: str) -> None:
    world.plan(job_id)
    world.report_status(job_id, "ABORTED")


def be_interrupted_before_the_start(world: World, user: str, job_id: str) -> None:
    world.report_status(job_id, "FAILED")


def be_cancelled(world: World, user: str, job_id: str) -> None:
    world.cancel(user, job_id)


def be_found_dead(world: World, user: str, job_id: str) -> None:
    world.begin(job_id)
    del world.executions.statuses[job_id]
    world.clock.advance(MAX_PROCESSING)
    world.reconcile()


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (complete, JobStatus.COMPLETED),
        (fail, JobStatus.FAILED),
        (time_out_in_a_task, JobStatus.FAILED),
        (time_out_as_a_whole, JobStatus.FAILED),
        (be_interrupted, JobStatus.FAILED),
        (be_interrupted_before_the_start, JobStatus.FAILED),
        (be_cancelled, JobStatus.CANCELLED),
        (be_found_dead, JobStatus.FAILED),
    ],
)
def test_every_way_to_end_frees_one_slot(
    world: World, user: str, end: Callable[[World, str, str], None], status: JobStatus
) -> None:
    # Given a user with three active jobs
    first, *others = [submit(world, user) for _ in range(MAX_ACTIVE)]

    # When one of them ends
    end(world, user, first)

    # Then its slot is free, and only its
    assert world.status_of(first) is status
    assert world.repository.taken_slots(user) == set(others)
    submit(world, user)
    with pytest.raises(JobLimitExceeded):
        submit(world, user)

    # And no later news of the job frees another
    for news in ("ABORTED", "FAILED", "TIMED_OUT"):
        world.report_status(first, news)
    world.record_failure(first)
    assert len(world.repository.taken_slots(user)) == MAX_ACTIVE
    assert world.status_of(first) is status


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.ANSWER_LOST])
def test_a_failed_start_takes_no_slot(world: World, user: str, trouble: Trouble) -> None:
    others = [submit(world, user) for _ in range(MAX_ACTIVE - 1)]

    with world.executions.in_trouble(trouble), pytest.raises(ServiceUnavailable):
        submit(world, user)

    # Then nothing of the job is left, even where its execution runs after all
    failed = world.executions.asked_for[-1]
    world.record_failure(failed)
    assert world.repository.taken_slots(user) == set(others)
    assert not [key for key in world.table() if failed in key[0]]
    submit(world, user)


def test_a_crash_before_the_start_keeps_the_slot_for_the_job(world: World, user: str) -> None:
    with world.executions.in_trouble(Trouble.CRASH), pytest.raises(Crash):
        submit(world, user)

    (job_id,) = world.repository.taken_slots(user)
    assert world.status_of(job_id) is JobStatus.PENDING
