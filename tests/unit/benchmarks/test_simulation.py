"""The simulation of a deployment: what waits for what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.simulation import Capacity, JobShape, SimulatedJob, Simulation

SHORT = JobShape(
    api_requests=12,
    batches=(2,),
    request_seconds=0.5,
    work_seconds=0.0,
    plan_seconds=0.0,
    assemble_seconds=0.0,
    transitions=3,
    transitions_a_batch=1,
)
LONG = replace(SHORT, batches=(16,) * 62 + (8,))
ROOMY = Capacity(
    speech_resources=1,
    speech_requests_per_second=10_000,
    requests_in_flight=8,
    tasks=5,
    batches_at_once=10,
    max_active_jobs=3,
    api_requests_per_second=10_000,
    api_burst=10_000,
    transitions_per_second=10_000,
    transitions_burst=10_000,
    max_processing_seconds=600,
    hold_seconds=0.0,
    hand_over_seconds=0.0,
)
"""A capacity in which only the tasks are scarce."""


def run(capacity: Capacity, *arrivals: tuple[float, int, JobShape]) -> Simulation:
    simulation = Simulation(capacity, seed=1)
    simulation.run(arrivals)
    return simulation


def of_user(simulation: Simulation, user: int) -> list[SimulatedJob]:
    return [job for job in simulation.ended if job.user == user]


def test_a_job_alone_takes_as_long_as_the_provider() -> None:
    (job,) = run(ROOMY, (10.0, 1, SHORT)).ended

    assert job.seconds_until_start == 0
    assert job.seconds_until_end == pytest.approx(SHORT.request_seconds)


def test_a_batch_takes_two_rounds_of_requests_and_the_work_on_them() -> None:
    shape = replace(SHORT, batches=(16,), work_seconds=0.01)

    (job,) = run(ROOMY, (0.0, 1, shape)).ended

    assert job.seconds_until_end == pytest.approx(2 * 0.5 + 8 * 0.01)


def test_a_user_has_no_more_active_jobs_than_allowed() -> None:
    simulation = run(ROOMY, *((0.0, 1, SHORT) for _ in range(6)))

    assert [job.submitted_at for job in simulation.ended] == pytest.approx([0, 0, 0, 0.5, 0.5, 0.5])


def test_a_short_job_begins_before_what_is_left_of_long_ones() -> None:
    # Given thirty long jobs of as many users
    crowd = [(0.0, user, LONG) for user in range(30)]

    # When somebody submits a short one
    simulation = run(ROOMY, *crowd, (60.0, 99, SHORT))

    # Then it begins within two batch times
    (short,) = of_user(simulation, 99)
    assert short.seconds_until_start <= 2 * 2 * SHORT.request_seconds
    assert not any(job.ended_at < short.ended_at for job in simulation.ended if job.user != 99)


def test_requests_keep_the_providers_pace() -> None:
    shape = replace(SHORT, batches=(16,) * 100)
    slow = replace(ROOMY, speech_requests_per_second=50, tasks=20)

    (job,) = run(slow, (0.0, 1, shape)).ended
    (pooled,) = run(replace(slow, speech_resources=2), (0.0, 1, shape)).ended

    assert job.seconds_until_end == pytest.approx(1_600 / 50, rel=0.1)
    assert pooled.seconds_until_end < 0.6 * job.seconds_until_end


def test_state_transitions_are_delayed_beyond_their_quota() -> None:
    throttled = replace(ROOMY, transitions_per_second=1, transitions_burst=1)

    (job,) = run(throttled, (0.0, 1, SHORT)).ended

    assert job.seconds_until_start >= 3


def test_submissions_wait_for_the_throttle_of_the_api() -> None:
    throttled = replace(ROOMY, api_requests_per_second=12, api_burst=12)

    simulation = run(throttled, *((0.0, user, SHORT) for user in range(10)))

    assert max(job.seconds_until_start for job in simulation.ended) == pytest.approx(9, abs=1)


def test_transactions_on_one_item_are_tried_again_and_some_are_refused() -> None:
    contended = replace(ROOMY, hold_seconds=0.1, tasks=1_000)

    simulation = run(contended, *((number / 20, number, SHORT) for number in range(600)))

    assert len(simulation.ended) == 600
    assert simulation.refusals


def test_what_is_slower_than_a_job_may_be_times_out() -> None:
    simulation = run(replace(ROOMY, tasks=1, max_processing_seconds=30), (0.0, 1, LONG))

    assert [job.has_timed_out for job in simulation.ended] == [True]
    assert simulation.ended[0].seconds_until_end == pytest.approx(30, abs=2)


def test_tasks_grow_with_time() -> None:
    # Given many tasks: Lambda begins with five, and adds five a second
    crowd = [(0.0, user, replace(SHORT, request_seconds=60)) for user in range(20)]

    simulation = run(replace(ROOMY, tasks=100), *crowd)

    started = sorted(job.started_at or 0.0 for job in simulation.ended)
    assert started[4] == 0.0 < started[5]
    assert started[-1] == pytest.approx(3, abs=0.3)
