"""Reservations in the table: by many at once, from several resources, and in how many requests to DynamoDB."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest

from castline.dynamodb import serialize
from castline.pacing.items import pace_key
from castline.pacing.model import BURST_SECONDS, HORIZON_SECONDS, WINDOW_SECONDS, Limit
from castline.pacing.repository import Deferral, PaceRepository, ReservedTimes
from local import resources
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from local.cloud.cloud import LocalCloud

NOW = 1_800_000_000.0
S0 = Limit(requests_per_second=200)
BURST = round(BURST_SECONDS * S0.floor)


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def client(cloud: LocalCloud) -> DynamoDBClient:
    resources.create_table()
    return boto3.client("dynamodb")


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def requests(client: DynamoDBClient) -> list[str]:
    """Return the names of the operations that are called from now on."""
    called: list[str] = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: called.append(model.name))
    return called


@pytest.fixture
def task(client: DynamoDBClient, clock: Hand) -> Callable[[], PaceRepository]:
    """Return what makes a task's repository: all of a test share the resources, and know nothing of each other."""
    provider_id = f"provider-{uuid4()}"
    return lambda: PaceRepository(client, resources.TABLE_NAME, provider_id=provider_id, limit=S0, now=clock)


def reserve(repository: PaceRepository, count: int, *names: str) -> ReservedTimes:
    reservation = repository.reserve(names or ("only",), count)
    assert isinstance(reservation, ReservedTimes)
    return reservation


def test_what_one_has_reserved_another_does_not_get(task: Callable[[], PaceRepository]) -> None:
    one, other = task(), task()

    burst = [*reserve(one, BURST // 2).times, *reserve(other, BURST // 2).times]
    later = [*reserve(one, 3).times, *reserve(other, 3).times]

    assert set(burst) == {NOW}
    assert later == pytest.approx([NOW + position / S0.floor for position in range(6)], abs=1e-5)


def test_a_reservation_is_one_write_whatever_others_have_reserved_meanwhile(
    task: Callable[[], PaceRepository], clock: Hand, requests: list[str]
) -> None:
    # Given two tasks that have seen the pace
    one, other = task(), task()
    reserve(one, 8)
    reserve(other, 8)
    requests.clear()

    # When they reserve in turn within a window
    for _ in range(5):
        clock.now += WINDOW_SECONDS / 20
        reserve(one, 8)
        reserve(other, 8)

    # Then
    assert requests == ["UpdateItem"] * 10


def test_many_tasks_at_once_never_exceed_the_rate(task: Callable[[], PaceRepository], clock: Hand) -> None:
    # Given tasks that want more than there is
    times: list[float] = []
    barrier = threading.Barrier(12, action=lambda: setattr(clock, "now", clock.now + 0.25))

    def work() -> None:
        repository = task()
        for _ in range(10):
            barrier.wait(timeout=PATIENCE_SECONDS)
            answer = repository.reserve(["only"], 8)
            if isinstance(answer, ReservedTimes):
                times.extend(answer.times)

    threads = [threading.Thread(target=work) for _ in range(12)]

    # When they reserve for two and a half seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Then each period has what the quota allows at most, and the time was used
    times.sort()
    for first in range(0, len(times), 7):
        for last in range(first, len(times), 7):
            assert last - first + 1 <= 0.4 * 200 + 200 * (times[last] - times[first]) + 1
    assert len(times) > 300
    assert len(set(times[BURST:])) > 0.9 * len(times[BURST:])


def test_no_more_than_a_second_is_reserved_ahead(task: Callable[[], PaceRepository], clock: Hand) -> None:
    repository = task()
    answers = [repository.reserve(["only"], 100) for _ in range(4)]

    # The schedule is full
    assert isinstance(answers[-1], Deferral)
    assert answers[-1].until > NOW

    # Until the time that was said
    clock.now = answers[-1].until
    assert reserve(repository, 1).times[0] <= clock.now + HORIZON_SECONDS


def test_refusals_slow_down_those_who_were_not_refused(task: Callable[[], PaceRepository], clock: Hand) -> None:
    # Given a task whose requests are refused
    refused, other = task(), task()
    reserve(other, 1)
    for _ in range(3):
        reservation = reserve(refused, 10)
        for _ in reservation.times:
            refused.refuse(reservation)
        clock.now += WINDOW_SECONDS / 2

    # When another one reserves in the next window
    clock.now += WINDOW_SECONDS
    times = reserve(other, 64).times

    # Then
    assert times[-1] - times[-2] >= 1.4 / S0.floor


def test_refusals_of_an_earlier_rate_do_not_count(task: Callable[[], PaceRepository], clock: Hand) -> None:
    # Given requests that were sent before the present window
    repository = task()
    old = reserve(repository, 10)
    clock.now += 2 * WINDOW_SECONDS
    reserve(repository, 10)

    # When they are refused now
    for _ in old.times:
        repository.refuse(old)
    clock.now += 2 * WINDOW_SECONDS

    # Then nobody is slowed down
    assert set(reserve(repository, BURST).times) == {clock.now}


class TestPool:
    def test_a_burst_goes_to_all_resources(self, task: Callable[[], PaceRepository]) -> None:
        repository = task()

        used = [reserve(repository, 8, "east", "west") for _ in range(2 * BURST // 8)]

        assert {time for each in used for time in each.times} == {NOW}
        assert [each.resource for each in used].count("east") == BURST // 8

    def test_a_resource_that_fails_gets_less(self, task: Callable[[], PaceRepository], clock: Hand) -> None:
        # Given
        repository = task()
        counts = {"sound": 0, "sick": 0}

        # When the one fails whatever it is sent, for ten seconds under load
        end = clock.now + 10
        while clock.now < end:
            answer = repository.reserve(list(counts), 8)
            if isinstance(answer, Deferral):
                clock.now = answer.until
                continue
            counts[answer.resource] += len(answer.times)
            for _ in answer.times if answer.resource == "sick" else ():
                repository.fail(answer.resource)

        # Then
        assert counts["sick"] < counts["sound"] / 4

    def test_an_unknown_resource_costs_nobody_a_second_attempt(
        self, task: Callable[[], PaceRepository], requests: list[str]
    ) -> None:
        reserve(task(), 8, "new")

        assert requests == ["UpdateItem"]


def test_a_task_that_knows_nothing_needs_a_second_write(
    task: Callable[[], PaceRepository], requests: list[str]
) -> None:
    reserve(task(), 8)
    requests.clear()

    reserve(task(), 8)

    assert requests == ["UpdateItem"] * 2


@pytest.mark.parametrize("damage", [{"since": "tomorrow"}, {"since": 1, "rate": 0}])
def test_an_item_of_no_use_is_written_anew(client: DynamoDBClient, damage: dict[str, Any]) -> None:
    # Given
    provider_id = f"provider-{uuid4()}"
    item = pace_key(provider_id, "only") | damage
    client.put_item(TableName=resources.TABLE_NAME, Item=serialize(item))

    # When
    repository = PaceRepository(client, resources.TABLE_NAME, provider_id=provider_id, limit=S0)

    # Then
    assert len(reserve(repository, 8).times) == 8
    assert len(reserve(repository, 8).times) == 8
