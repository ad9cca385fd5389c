"""Checks of open jobs and of users with taken slots. The index of open jobs holds the time of each next check.

The reconciler reads only the checks that are due.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from castline.dynamodb import deserialize, query_items, serialize, update_item_if
from castline.jobs import items
from castline.table import OPEN_JOBS, OPEN_SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.jobs.model import Job

_PAGE_SIZE = 200
"""Number of entries that a query reads at a time: no more than one run of the reconciler can check."""
_NO_CHECK_IS_LATER = timedelta(days=1)
"""Longer than the time until the next check of a user's slots."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check of a job, or of a user's slots."""

    key: Mapping[str, str]
    """The key of the item to be checked."""
    subject: str
    """The id of the job or of the user."""
    is_of_job: bool
    due_key: str
    due_at: datetime | None
    """None if an older release wrote the item. The check is then due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedCheck:
    """A check that was moved to a later time, and the current state of its item."""

    check: Check
    item: Mapping[str, Any]

    @property
    def job(self) -> Job:
        """The job.

        Raises:
            UnreadableItem: this release cannot read the job.
        """
        return items.read_job(self.item)

    @property
    def taken_slots(self) -> frozenset[str]:
        """The ids of the jobs that take the user's slots."""
        return frozenset(deserialize(self.item).get("job_ids", ()))


class Checks:
    """The checks in the jobs table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def due(self, now: datetime) -> Iterator[Check]:
        """Yield the checks that are due, oldest first. The reads are paged and eventually consistent."""
        until = items.last_due_key(now)
        sources = [
            source
            for shard in range(OPEN_SHARDS)
            for source in (
                self._query(items.open_jobs_key(shard), "<", until, is_of_job=True),
                self._query(items.taken_slots_key(shard), "<", until, is_of_job=False),
                # Older releases wrote the subject's id instead of a time. A job's id sorts before every time, but a
                # user's id may sort after it.
                self._query(
                    items.taken_slots_key(shard), ">", items.last_due_key(now + _NO_CHECK_IS_LATER), is_of_job=False
                ),
            )
        ]
        yield from heapq.merge(*sources, key=lambda check: check.due_at or _LONG_AGO)

    def move(self, check: Check, moment: datetime) -> MovedCheck | None:
        """Move a check to a later time. Return None, and change nothing, if it was moved or ended meanwhile."""
        due_key = items.due_key(moment, check.subject)
        answer = update_item_if(
            self._client,
            TableName=self._table,
            Key=serialize(check.key),
            UpdateExpression=f"SET {OPEN_JOBS.sort_key} = :next",
            ConditionExpression=f"{OPEN_JOBS.sort_key} = :seen AND attribute_exists({OPEN_JOBS.partition_key})",
            ExpressionAttributeValues=serialize({":seen": check.due_key, ":next": due_key}),
            ReturnValues="ALL_NEW",
        )
        if answer is None:
            return None
        moved = Check(key=check.key, subject=check.subject, is_of_job=check.is_of_job, due_key=due_key, due_at=moment)
        return MovedCheck(check=moved, item=answer["Attributes"])

    def _query(self, partition: str, comparison: str, bound: str, *, is_of_job: bool) -> Iterator[Check]:
        found = query_items(
            self._client,
            TableName=self._table,
            IndexName=OPEN_JOBS.name,
            KeyConditionExpression=(
                f"{OPEN_JOBS.partition_key} = :partition AND {OPEN_JOBS.sort_key} {comparison} :bound"
            ),
            ExpressionAttributeValues=serialize({":partition": partition, ":bound": bound}),
            Limit=_PAGE_SIZE,
        )
        for item in found:
            due_key = item[OPEN_JOBS.sort_key]["S"]
            subject = item["job_id" if is_of_job else "user_id"]["S"]
            yield Check(
                key=items.job_key(subject) if is_of_job else items.active_key(subject),
                subject=subject,
                is_of_job=is_of_job,
                due_key=due_key,
                due_at=items.read_due_at(due_key),
            )
