"""Stops that meet other ends, the beginning of batches and late tasks: one wins, and every character counts once."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from castline import composition
from castline.jobs.errors import JobCannotCancel, JobHasEnded, JobNotActive
from castline.jobs.model import Batch, JobStatus, SpokenSegment
from castline.usage.model import month_of
from castline.usecases.settle_late import settle_late
from tests.integration.lifecycle.world import World, dialogue, new_user

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 4
_LOST = (JobCannotCancel, JobHasEnded, JobNotActive)


@pytest.fixture(autouse=True)
def _an_empty_world(world: World) -> None:
    """Empty the table: the usage of the deployment is that of one test."""
    world.forget_everything()


def at_once(*events: Callable[[], object]) -> list[bool]:
    """Have events happen at the same moment; return which of them were not refused."""
    together = threading.Barrier(len(events))
    done = [False] * len(events)

    def attempt(number: int) -> None:
        together.wait()
        with suppress(*_LOST):
            events[number]()
            done[number] = True

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(len(events))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def demand_exact_usage(world: World, user: str, job_id: str) -> None:
    """Check that a job's user and the deployment have used what the job has billed, and nothing is reserved."""
    job = world.job(job_id)
    month = month_of(world.clock.now())
    for usage in (
        composition.usage_repository().month(user, month).total,
        composition.usage_repository().deployment_month(month).total,
    ):
        assert usage.billed_characters == usage.committed_characters == job.billed_characters
    assert world.repository.taken_slots(user) == frozenset()


def recorded_charge(world: World, job_id: str) -> int:
    record = world.repository.get_record(job_id)
    assert record is not None
    return record.billed_characters


@pytest.mark.parametrize("other", ["assemble", "record_failure", "cancel", "stop"])
def test_a_stop_and_another_end_have_one_winner(world: World, other: str) -> None:
    for number in range(ROUNDS):
        world.forget_everything()
        user = new_user()
        job_id = world.submit(user, dialogue(f"第{number}次")).id
        if other != "cancel":
            world.plan(job_id)
            world.synthesize(job_id)
        ends: dict[str, Callable[[], object]] = {
            "assemble": lambda job_id=job_id: world.assemble(job_id),  # type: ignore[misc]
            "record_failure": lambda job_id=job_id: world.record_failure(job_id),  # type: ignore[misc]
            "cancel": lambda user=user, job_id=job_id: world.cancel(user, job_id),  # type: ignore[misc]
            "stop": lambda user=user, job_id=job_id: world.stop(user, job_id),  # type: ignore[misc]
        }

        stopped, ended = at_once(ends["stop"], ends[other])

        if other != "record_failure":  # which does nothing, and says nothing, when a job has ended
            assert stopped is not ended
        status = world.status_of(job_id)
        assert (status is JobStatus.CANCELLED) == (stopped or other in {"cancel", "stop"})
        events = [sk for pk, sk in world.table() if pk == f"JOB#{job_id}" and sk.startswith("EVENT#")]
        assert sum(name != "EVENT#job.started" for name in events) == 1
        demand_exact_usage(world, user, job_id)


def test_what_a_batch_bills_that_begins_with_the_stop_counts_once(world: World) -> None:
    for number in range(ROUNDS):
        world.forget_everything()
        user = new_user()
        job_id = world.submit(user, dialogue(f"第{number}批")).id
        world.plan(job_id)

        def speak(job_id: str = job_id) -> None:
            # A task whose execution has been stopped learns that nobody awaits its outcome.
            with suppress(JobNotActive):
                world.synthesize(job_id)
            settle_late(job_id, world.repository)

        stopped, _ = at_once(lambda user=user, job_id=job_id: world.stop(user, job_id), speak)  # type: ignore[misc]

        assert stopped
        assert world.job(job_id).billed_characters == recorded_charge(world, job_id)
        demand_exact_usage(world, user, job_id)


def test_late_tasks_settle_together_and_the_reconciler_adds_nothing(world: World) -> None:
    # Given a stopped job with four tasks at work
    user = new_user()
    job_id = world.submit(user, dialogue("好幾批")).id
    world.begin(job_id)
    world.stop(user, job_id)

    # When each records what it has billed, and settles it
    def end_late(number: int) -> Callable[[], None]:
        segment = SpokenSegment(number=number, fingerprint="0" * 64, samples=240, billed_characters=7 + number)

        def record() -> None:
            batch = Batch(number=number, segments=(segment,))
            world.repository.record_batch(job_id, batch, now=world.clock.now())
            settle_late(job_id, world.repository)

        return record

    at_once(*map(end_late, range(4)))

    # Then all of it counts, once
    assert world.job(job_id).billed_characters == 7 + 8 + 9 + 10
    demand_exact_usage(world, user, job_id)
    world.clock.advance(timedelta(minutes=15))
    assert world.reconcile()["settled"] == 1
    demand_exact_usage(world, user, job_id)
    assert world.open_jobs() == []


def test_what_a_lost_task_has_recorded_is_settled_by_the_reconciler(world: World) -> None:
    user = new_user()
    job_id = world.submit(user, dialogue("一批")).id
    world.begin(job_id)
    world.stop(user, job_id)
    late = SpokenSegment(number=0, fingerprint="0" * 64, samples=240, billed_characters=6)
    world.repository.record_batch(job_id, Batch(number=0, segments=(late,)), now=world.clock.now())
    assert world.job(job_id).billed_characters == 0

    world.clock.advance(timedelta(minutes=15))
    world.reconcile()

    assert world.job(job_id).billed_characters == 6
    demand_exact_usage(world, user, job_id)


def test_a_job_that_is_deleted_at_once_is_settled_all_the_same(world: World) -> None:
    user = new_user()
    job_id = world.submit(user, dialogue("刪掉")).id
    world.begin(job_id)
    world.stop(user, job_id)
    world.delete(user, job_id)
    late = SpokenSegment(number=0, fingerprint="0" * 64, samples=240, billed_characters=6)
    world.repository.record_batch(job_id, Batch(number=0, segments=(late,)), now=world.clock.now())

    settle_late(job_id, world.repository)

    demand_exact_usage(world, user, job_id)
    assert world.job(job_id).billed_characters == 6
