"""Checks of open jobs and of users with slots taken: each has the time of its next one in the index of what is open.

The reconciler reads those that are due, never all that is open.
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
"""Entries that a query reads ahead: no more than a run of the reconciler can look at."""
_NO_CHECK_IS_LATER = timedelta(days=1)
"""More than the longest time until the next check of a user's slots."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check of a job, or of a user's slots."""

    key: Mapping[str, str]
    """The key of the item that is to be looked at."""
    subject: str
    """The id of the job or of the user."""
    is_of_job: bool
    due_key: str
    due_at: datetime | None
    """None if an older release has written the item: it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedCheck:
    """A check that has been moved to a later time, and the item that it is of, as it is now."""

    check: Check
    item: Mapping[str, Any]

    @property
    def job(self) -> Job:
        """The job.

        Raises:
            UnreadableItem: this release cannot read it.
        """
        return items.read_job(self.item)

    @property
    def taken_slots(self) -> frozenset[str]:
        """The ids of the jobs that the user's slots are taken by."""
        return frozenset(deserialize(self.item).get("job_ids", ()))


class Checks:
    """The checks in the jobs' table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def due(self, now: datetime) -> Iterator[Check]:
        """Yield what is due, the oldest first, perhaps without the latest changes. It is read page by page."""
        until = items.last_due_key(now)
        sources = [
            source
            for shard in range(OPEN_SHARDS)
            for source in (
                self._query(items.open_jobs_key(shard), "<", until, is_of_job=True),
                self._query(items.taken_slots_key(shard), "<", until, is_of_job=False),
                # Users of older releases have their ids in place of a time. Ids of jobs are less than any time.
                self._query(
                    items.taken_slots_key(shard), ">", items.last_due_key(now + _NO_CHECK_IS_LATER), is_of_job=False
                ),
            )
        ]
        yield from heapq.merge(*sources, key=lambda check: check.due_at or _LONG_AGO)

    def move(self, check: Check, moment: datetime) -> MovedCheck | None:
        """Move a check to a later time; None, and nothing is changed, if somebody else has moved or ended it."""
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
