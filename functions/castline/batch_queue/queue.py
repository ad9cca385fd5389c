"""Fair queue of waiting batches, in the jobs table.

The queue uses start-time fair queueing (Goyal, Vin and Cheng, 1996). Each batch has a tag: the virtual time at which
it starts. The batch with the lowest tag is spoken next. The queue's virtual time is the tag of the batch that was
taken last. The tags of a job's batches are spaced by the batch's cost times the number of active jobs of its user, so
that all jobs of a user together get the share of one user. The first batch of a job starts at the current virtual
time, before all later batches of other jobs.

A fair queue of SQS does not achieve this: it delays only users with more than a tenth of the messages in flight or of
the processing time (``docs/adr/0033-queue.md``).
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from castline.batch_queue import items
from castline.batch_queue.model import Snapshot, TakenBatch
from castline.dynamodb import (
    delete_item,
    deserialize,
    encode_expiry,
    get_item,
    get_items,
    put_item,
    query_items,
    serialize,
    update_item_if,
)
from castline.jobs.items import active_key
from castline.table import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.batch_queue.model import WaitingBatch

_LIFETIME: Final = timedelta(days=2)
"""Longer than a job can wait and be spoken. After it, TTL removes the item."""
_READ_AT_ONCE: Final = 50
_FRONT: Final = 500
"""Maximum number of batches that are read for a snapshot."""
_SMOOTHING: Final = 0.2
"""The weight of the newest batch in the average time of a batch."""


class BatchQueue:
    """The queue.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name
        self._mean_ms: float | None = None

    def put(self, waiting: WaitingBatch) -> None:
        """Add a batch behind the waiting batches of its job."""
        keys = (items.clock_key(), items.share_key(waiting.job_id), active_key(waiting.user_id))
        found = {item["sk"]["S"]: deserialize(item) for item in get_items(self._client, self._table, keys)}
        clock, share, active = (found.get(key["sk"], {}) for key in keys)
        tag, is_first = self._next_tag(
            waiting,
            int(clock.get("virtual_time", 0)),
            step=waiting.cost * max(1, len(active.get("job_ids", ()))),
            known=int(share["next_tag"]) if "next_tag" in share else None,
        )
        item = items.waiting_item(waiting, tag, is_first=is_first, lifetime=_LIFETIME)
        put_item(self._client, TableName=self._table, Item=serialize(item))

    def take(self, *, now: datetime, until: datetime) -> TakenBatch | None:
        """Take the next batch, and keep other tasks from taking it. Return None if no batch can be taken.

        Args:
            now: the current time.
            until: the time from which others may take the batch, unless ``keep`` extends it.
        """
        while True:
            taken, lost = self._take_first(now=now, until=until)
            # Another task took a batch that this one had seen. Its ticket may have been for a batch that was queued
            # after this read, so read again: no other task may come for that batch.
            if taken is not None or not lost:
                return taken

    def _take_first(self, *, now: datetime, until: datetime) -> tuple[TakenBatch | None, bool]:
        """Read the queue once and take its first free batch. Return also whether another task was faster at any."""
        now_ms = items.milliseconds(now)
        busy: set[str] = set()
        lost = False
        for item in self._query(Limit=_READ_AT_ONCE, ConsistentRead=True):
            sort_key, claimed_until_ms = item["sk"]["S"], int(item["claimed_until_ms"]["N"])
            # Two tasks must not speak, and pay for, a batch that was queued twice.
            batch = items.batch_of(sort_key)
            if claimed_until_ms > now_ms or batch in busy:
                busy.add(batch)
                continue
            taken = self._take(sort_key, seen_ms=claimed_until_ms, until=until)
            if taken is not None:
                self._advance(items.tag_of(sort_key))
                return taken, lost
            busy.add(batch)
            lost = True
        return None, lost

    def _take(self, sort_key: str, *, seen_ms: int, until: datetime) -> TakenBatch | None:
        """Take one batch, unless another task has taken it since it was read."""
        answer = update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.batch_key(sort_key)),
            UpdateExpression="SET claimed_until_ms = :until ADD attempts :one",
            ConditionExpression="claimed_until_ms = :seen",
            ExpressionAttributeValues=serialize({":until": items.milliseconds(until), ":seen": seen_ms, ":one": 1}),
            ReturnValues="ALL_NEW",
        )
        if answer is None:
            return None
        item = answer["Attributes"]
        return TakenBatch(waiting=items.read_waiting(item), sort_key=sort_key, attempts=int(item["attempts"]["N"]))

    def keep(self, taken: TakenBatch, *, until: datetime) -> bool:
        """Extend the time for which others cannot take a batch. Return False if the batch is gone."""
        return self._claim(taken, until, "SET claimed_until_ms = :until", {})

    def put_off(self, taken: TakenBatch, *, until: datetime) -> bool:
        """Return a batch to its place, to be taken again from ``until``. This does not count as an attempt."""
        return self._claim(taken, until, "SET claimed_until_ms = :until ADD attempts :minus", {":minus": -1})

    def remove(self, taken: TakenBatch, *, took: timedelta | None = None) -> None:
        """Remove a batch whose outcome was reported.

        Args:
            taken: the batch.
            took: the time for which it was spoken, for estimates of waiting times; None if it was not spoken.
        """
        delete_item(self._client, TableName=self._table, Key=serialize(items.batch_key(taken.sort_key)))
        if took is not None:
            took_ms = took.total_seconds() * 1000
            mean_ms = self._mean_ms if self._mean_ms is not None else took_ms
            self._mean_ms = mean_ms + _SMOOTHING * (took_ms - mean_ms)

    def snapshot(self, *, now: datetime) -> Snapshot:
        """Return the first batches of the queue, at most 500. The read is eventually consistent."""
        now_ms = items.milliseconds(now)
        found = self._front("sk, job_id, claimed_until_ms")
        waiting = tuple(each["job_id"]["S"] for each in found if int(each["claimed_until_ms"]["N"]) <= now_ms)
        clock = deserialize(get_item(self._client, self._table, items.clock_key()) or {})
        return Snapshot(
            jobs=waiting,
            is_whole=len(found) < _FRONT,
            taken=len(found) - len(waiting),
            batch_time=timedelta(milliseconds=int(clock["batch_ms"])) if "batch_ms" in clock else None,
        )

    def overdue(self, *, since: datetime, limit: int) -> int:
        """Count free batches at the front that were queued, and last claimed, before ``since``; at most ``limit``."""
        since_ms = items.milliseconds(since)
        overdue = [
            each
            for each in self._front("queued_at, claimed_until_ms")
            if items.milliseconds(items.read_queued_at(each)) < since_ms
            and int(each["claimed_until_ms"]["N"]) < since_ms
        ]
        return min(len(overdue), limit)

    def _front(self, attributes: str) -> list[dict[str, Any]]:
        """Return some attributes of the first batches in the queue."""
        return list(islice(self._query(Limit=_FRONT, ProjectionExpression=attributes), _FRONT))

    def _query(self, **options: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of batches in the order of the queue."""
        return query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :queue",
            ExpressionAttributeValues=serialize({":queue": items.PARTITION}),
            **options,
        )

    def _next_tag(
        self, waiting: WaitingBatch, virtual_time: int, *, step: int, known: int | None
    ) -> tuple[int, bool]:
        """Return the tag of a job's next batch, and whether the job enters the queue with it.

        The tag is the end of the job's previous batch, or the virtual time if that is later. ``known`` is the end as
        it was just read.
        """
        values = {":now": virtual_time, ":step": step, ":expiry": encode_expiry(waiting.queued_at + _LIFETIME)}
        is_first = known is None or known < virtual_time
        while True:
            base = ":now" if is_first else "next_tag"
            answer = update_item_if(
                self._client,
                TableName=self._table,
                Key=serialize(items.share_key(waiting.job_id)),
                UpdateExpression=f"SET next_tag = {base} + :step, {TTL_ATTRIBUTE} = :expiry",
                ConditionExpression=(
                    "attribute_not_exists(next_tag) OR next_tag < :now" if is_first else "next_tag >= :now"
                ),
                ExpressionAttributeValues=serialize(values),
                ReturnValues="UPDATED_NEW",
            )
            if answer is not None:
                return int(answer["Attributes"]["next_tag"]["N"]) - step, is_first
            is_first = not is_first  # another batch of the job was queued since it was read

    def _claim(self, taken: TakenBatch, until: datetime, expression: str, values: dict[str, Any]) -> bool:
        answer = update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.batch_key(taken.sort_key)),
            UpdateExpression=expression,
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues=serialize({":until": items.milliseconds(until), **values}),
        )
        return answer is not None

    def _advance(self, tag: int) -> None:
        """Advance the virtual time to ``tag``, unless it is later. Also store the average time of a batch."""
        values = {"virtual_time": tag} | ({} if self._mean_ms is None else {"batch_ms": int(self._mean_ms)})
        update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(items.clock_key()),
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in values),
            ConditionExpression="attribute_not_exists(virtual_time) OR virtual_time <= :virtual_time",
            ExpressionAttributeValues=serialize({f":{name}": value for name, value in values.items()}),
        )
