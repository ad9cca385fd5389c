"""Guarantees of the queue of waiting batches: whose turn it is, and that each batch is taken by one at a time."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from castline.batch_queue.model import Place, Snapshot, WaitingBatch
from castline.batch_queue.queue import BatchQueue
from castline.dynamodb import serialize
from castline.jobs.items import active_key
from local import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from castline.batch_queue.model import TakenBatch
    from local.cloud.cloud import LocalCloud

NOW = datetime(2026, 1, 20, 10, 30, tzinfo=UTC)
LEASE = timedelta(minutes=1)
UTTERANCES = 16
IN_QUEUE = 3
"""The number of its batches that a job has in the queue at most; fewer than in the workflow's Map, for speed."""


class Crowd:
    """Jobs that keep their batches in the queue, as the workflow does."""

    def __init__(self, queue: BatchQueue, table: str) -> None:
        self.queue = queue
        self._client = boto3.client("dynamodb")
        self._table = table
        self._left: dict[str, Iterator[int]] = {}
        self._users: dict[str, str] = {}
        self._clock = NOW

    def submit(self, user: str, turns: int, name: str) -> None:
        """Queue the first batches of a job."""
        self._users[name] = user
        self._client.update_item(
            TableName=self._table,
            Key=serialize(active_key(user)),
            UpdateExpression="ADD job_ids :id",
            ExpressionAttributeValues=serialize({":id": {name}}),
        )
        self._left[name] = iter(range(0, turns, UTTERANCES))
        self._sizes = getattr(self, "_sizes", {}) | {name: turns}
        for _ in range(IN_QUEUE):
            self._queue_next(name)

    def speak_one(self) -> str | None:
        """Speak the batch whose turn it is; return the name of its job."""
        self._clock += timedelta(milliseconds=1)
        taken = self.queue.take(now=self._clock, until=self._clock + LEASE)
        if taken is None:
            return None
        self.queue.remove(taken)
        self._queue_next(taken.waiting.job_id)
        return taken.waiting.job_id

    def _queue_next(self, name: str) -> None:
        first = next(self._left[name], None)
        if first is not None:
            self._clock += timedelta(milliseconds=1)
            count = min(UTTERANCES, self._sizes[name] - first)
            self.queue.put(waiting(self._users[name], name, first // UTTERANCES, count, at=self._clock))


def waiting(
    user: str, job_id: str, number: int = 0, utterances: int = UTTERANCES, at: datetime = NOW
) -> WaitingBatch:
    return WaitingBatch(
        job_id=job_id,
        user_id=user,
        batch={"number": number, "first_utterance": number * UTTERANCES, "utterance_count": utterances},
        task_token=f"token of {job_id} {number}",
        cost=utterances,
        queued_at=at,
    )


@pytest.fixture
def table(cloud: LocalCloud) -> str:
    name = f"queue-{uuid4()}"
    resources.create_table(name)
    return name


@pytest.fixture
def queue(table: str) -> BatchQueue:
    return BatchQueue(boto3.client("dynamodb"), table)


@pytest.fixture
def crowd(queue: BatchQueue, table: str) -> Crowd:
    return Crowd(queue, table)


class TestWhoseTurnItIs:
    def test_a_job_is_spoken_in_order(self, crowd: Crowd) -> None:
        crowd.submit("a", 5 * UTTERANCES, "only")

        assert [crowd.speak_one() for _ in range(6)] == ["only"] * 5 + [None]

    @pytest.mark.parametrize("jobs_a_user", [1, 3])
    def test_a_short_job_begins_at_once_among_long_ones(self, crowd: Crowd, jobs_a_user: int) -> None:
        # Given nine jobs of a thousand turns that are being spoken
        for job in range(9):
            crowd.submit(f"user {job // jobs_a_user}", 1000, f"long {job}")
        for _ in range(12):
            crowd.speak_one()

        # When somebody submits two turns
        crowd.submit("newcomer", 2, "short")

        # Then they are next
        assert "short" in [crowd.speak_one() for _ in range(2)]

    def test_a_short_job_of_a_user_with_long_ones_begins_at_once_too(self, crowd: Crowd) -> None:
        for job in range(6):
            crowd.submit(f"user {job // 2}", 1000, f"long {job}")
        for _ in range(10):
            crowd.speak_one()

        crowd.submit("user 0", 2, "short")

        assert "short" in [crowd.speak_one() for _ in range(2)]

    def test_three_jobs_of_a_user_get_as_much_as_one_of_another(self, crowd: Crowd) -> None:
        for job in range(3):
            crowd.submit("greedy", 1000, f"greedy {job}")
        crowd.submit("modest", 1000, "modest")

        spoken = Counter(crowd.speak_one() for _ in range(30))

        # The first batches of each job were queued while the user had fewer.
        assert 11 <= spoken["modest"] <= 16
        assert min(spoken.values()) >= 3

    def test_equal_jobs_get_equally_much(self, crowd: Crowd) -> None:
        for job in range(3):
            crowd.submit(f"user {job}", 1000, f"job {job}")

        spoken = Counter(crowd.speak_one() for _ in range(18))

        assert max(spoken.values()) - min(spoken.values()) <= 1

    def test_whoever_has_waited_gets_no_credit_for_it(self, crowd: Crowd) -> None:
        # Given a job that was not in the queue for long
        crowd.submit("a", 1000, "steady")
        crowd.submit("b", UTTERANCES, "early")
        for _ in range(12):
            crowd.speak_one()

        # When its user comes back
        crowd.submit("b", 1000, "late")

        # Then both get equally much from now on
        spoken = Counter(crowd.speak_one() for _ in range(6))
        assert spoken == {"steady": 3, "late": 3}


class TestTaking:
    def take(self, queue: BatchQueue, at: datetime = NOW) -> TakenBatch | None:
        return queue.take(now=at, until=at + LEASE)

    def test_what_was_put_is_taken_whole(self, queue: BatchQueue) -> None:
        put = waiting("a", "job", 3)
        queue.put(put)

        taken = self.take(queue)

        assert taken is not None
        assert (taken.waiting, taken.attempts) == (put, 1)

    def test_a_taken_batch_is_kept_from_others_until_its_time_is_up(self, queue: BatchQueue) -> None:
        queue.put(waiting("a", "job"))
        first = self.take(queue)
        assert first is not None

        assert self.take(queue, NOW + LEASE / 2) is None
        assert queue.keep(first, until=NOW + 2 * LEASE)
        assert self.take(queue, NOW + 1.5 * LEASE) is None
        again = self.take(queue, NOW + 2 * LEASE)

        assert again is not None
        assert again.attempts == 2

    def test_a_batch_that_is_put_off_is_not_counted_and_comes_at_its_time(self, queue: BatchQueue) -> None:
        queue.put(waiting("a", "job"))
        first = self.take(queue)
        assert first is not None

        queue.put_off(first, until=NOW + timedelta(seconds=5))

        assert self.take(queue, NOW + timedelta(seconds=4)) is None
        again = self.take(queue, NOW + timedelta(seconds=5))
        assert again is not None
        assert again.attempts == 1

    def test_what_is_removed_is_gone(self, queue: BatchQueue) -> None:
        queue.put(waiting("a", "job"))
        taken = self.take(queue)
        assert taken is not None

        queue.remove(taken)
        queue.remove(taken)

        assert self.take(queue, NOW + timedelta(days=1)) is None
        assert not queue.keep(taken, until=NOW + timedelta(days=2))
        assert not queue.put_off(taken, until=NOW + timedelta(days=2))
        assert self.take(queue, NOW + timedelta(days=3)) is None

    def test_many_at_once_take_each_batch_once(self, queue: BatchQueue) -> None:
        # Given
        for number in range(8):
            queue.put(waiting("a", "job", number))
        taken: list[TakenBatch | None] = []

        # When more than that take at the same moment
        threads = [threading.Thread(target=lambda: taken.append(self.take(queue))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        # Then
        numbers = sorted(each.waiting.number for each in taken if each is not None)
        assert numbers == list(range(8))

    def test_who_was_too_slow_looks_again_for_what_was_queued_meanwhile(self, queue: BatchQueue, table: str) -> None:
        """Otherwise the ticket of the later batch would be used up, and nobody would come for it."""
        # Given a batch, and another one that is queued when someone has already looked for batches
        queue.put(waiting("a", "job", 0))
        slow = boto3.client("dynamodb")

        def overtake(**_: object) -> None:
            slow.meta.events.unregister("before-call.dynamodb.UpdateItem", overtake)
            queue.put(waiting("a", "job", 1))
            first = queue.take(now=NOW, until=NOW + LEASE)
            assert first is not None
            assert first.waiting.number == 0

        slow.meta.events.register("before-call.dynamodb.UpdateItem", overtake)

        # When
        taken = BatchQueue(slow, table).take(now=NOW, until=NOW + LEASE)

        # Then
        assert taken is not None
        assert taken.waiting.number == 1

    def test_a_task_that_was_too_slow_does_not_take_the_second_entry_of_a_batch(
        self, queue: BatchQueue, table: str
    ) -> None:
        """Otherwise two tasks would speak, and pay for, a batch that was queued twice."""
        # Given a batch that was queued twice, and another task that takes it after this one has read the queue
        queue.put(waiting("a", "job", 0))
        queue.put(waiting("a", "job", 0))
        slow = boto3.client("dynamodb")

        def overtake(**_: object) -> None:
            slow.meta.events.unregister("before-call.dynamodb.UpdateItem", overtake)
            assert self.take(queue) is not None

        slow.meta.events.register("before-call.dynamodb.UpdateItem", overtake)

        # When, then
        assert BatchQueue(slow, table).take(now=NOW, until=NOW + LEASE) is None

    def test_batches_of_a_job_that_are_put_at_once_follow_each_other(self, queue: BatchQueue) -> None:
        threads = [threading.Thread(target=lambda n=n: queue.put(waiting("a", "job", n))) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        tags = sorted(taken.sort_key[:15] for _ in range(6) if (taken := self.take(queue)) is not None)
        assert [int(tag) for tag in tags] == [UTTERANCES * position for position in range(6)]


class TestPlaces:
    def test_a_place_counts_the_batches_before_it(self, crowd: Crowd, queue: BatchQueue) -> None:
        # Given one batch that is spoken, for 2 s
        crowd.submit("a", UTTERANCES, "spoken before")
        taken = queue.take(now=NOW, until=NOW + LEASE)
        assert taken is not None
        queue.remove(taken, took=timedelta(seconds=2))
        crowd.submit("a", 3 * UTTERANCES, "first")
        crowd.submit("b", UTTERANCES, "second")
        assert queue.take(now=NOW, until=NOW + LEASE) is not None

        # When
        place = queue.snapshot(now=NOW).place("second")

        # Then
        assert place == Place(ahead=0, wait=timedelta(seconds=2))

    def test_nothing_is_estimated_before_anything_was_spoken(self, crowd: Crowd, queue: BatchQueue) -> None:
        crowd.submit("a", UTTERANCES, "first")
        crowd.submit("b", UTTERANCES, "second")

        place = queue.snapshot(now=NOW).place("second")

        assert place == Place(ahead=1, wait=None)

    def test_who_is_behind_the_front_is_told_so(self) -> None:
        front = Snapshot(jobs=("a", "b"), is_whole=False, taken=1, batch_time=timedelta(seconds=1))

        assert front.place("c") == Place(ahead=2, wait=None)
        assert front.place("b") == Place(ahead=1, wait=timedelta(seconds=2))

    def test_who_does_not_wait_has_no_place(self, queue: BatchQueue) -> None:
        assert queue.snapshot(now=NOW).place("nobody") is None


def test_batches_that_nobody_takes_are_counted(queue: BatchQueue) -> None:
    for number in range(5):
        queue.put(waiting("a", "job", number))
    assert queue.take(now=NOW, until=NOW + LEASE) is not None

    assert queue.overdue(since=NOW - timedelta(seconds=1), limit=10) == 0
    assert queue.overdue(since=NOW + timedelta(seconds=1), limit=10) == 4
    assert queue.overdue(since=NOW + timedelta(seconds=1), limit=3) == 3
