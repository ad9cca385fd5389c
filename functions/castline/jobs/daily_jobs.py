"""Jobs of all users by day, with statuses and failures, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from castline.dynamodb import deserialize, encode_expiry, query_pages, serialize
from castline.jobs import items
from castline.jobs.errors import UnreadableItem
from castline.table import DAY_JOBS, TTL_ATTRIBUTE, day_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from castline.jobs.model import Job, JobStatus

_MOST_QUERIES: Final = 20
"""Maximum number of queries for one page. Each query reads at most 1 MB: about 3,000 jobs in about 50 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """One page of the jobs of a day, newest first. It may hold fewer jobs than requested although more follow."""

    jobs: tuple[Job, ...]
    next_after: str | None
    """The id of the last job that was read; None if no jobs follow."""


class DailyJobs:
    """The index of jobs by the UTC day of their creation."""

    def __init__(
        self, client: DynamoDBClient, table_name: str, *, unreadable: Callable[[str], None] = lambda _key: None
    ) -> None:
        """Use a table; ``unreadable`` is called with the key of each skipped job and the reason, in one text."""
        self._client = client
        self._table = table_name
        self._unreadable = unreadable

    def page(
        self,
        day: date,
        *,
        now: datetime,
        limit: int,
        status: JobStatus | None = None,
        user_id: str | None = None,
        after: str | None = None,
    ) -> DayPage:
        """Return one page of a day's jobs, without those that have expired at ``now``.

        Args:
            day: the day of creation in UTC.
            now: the time at which expiry is judged.
            limit: maximum number of jobs on the page.
            status: return only jobs of this status.
            user_id: return only jobs of this user.
            after: return only jobs older than the one with this id.

        Raises:
            ServiceUnavailable: DynamoDB is temporarily unavailable.
        """
        request = self._request(day, now=now, status=status, user_id=user_id, after=after)
        found: list[Job] = []
        last_key: Any = None
        for answer in islice(query_pages(self._client, **request), _MOST_QUERIES):
            for item in answer["Items"]:
                if len(found) == limit:
                    return DayPage(jobs=tuple(found), next_after=found[-1].id)
                try:
                    found.append(items.read_job(item))
                except UnreadableItem as error:
                    self._unreadable(str(error))
            last_key = answer.get("LastEvaluatedKey")
        if last_key is None:
            return DayPage(jobs=tuple(found), next_after=None)
        is_full = len(found) == limit
        return DayPage(
            jobs=tuple(found), next_after=found[-1].id if is_full else deserialize(last_key)[DAY_JOBS.sort_key]
        )

    def _request(
        self, day: date, *, now: datetime, status: JobStatus | None, user_id: str | None, after: str | None
    ) -> QueryInputTypeDef:
        keys, filters = (
            [f"{DAY_JOBS.partition_key} = :day"],
            [f"(attribute_not_exists({TTL_ATTRIBUTE}) OR {TTL_ATTRIBUTE} > :now)"],
        )
        names: dict[str, str] = {}
        values: dict[str, Any] = {":day": day_key(day), ":now": encode_expiry(now)}
        if after is not None:
            keys.append(f"{DAY_JOBS.sort_key} < :after")
            values[":after"] = after
        if status is not None:
            filters.append("#status = :status")
            names["#status"], values[":status"] = "status", status.value
        if user_id is not None:
            filters.append("user_id = :user")
            values[":user"] = user_id
        request: QueryInputTypeDef = {
            "TableName": self._table,
            "IndexName": DAY_JOBS.name,
            "KeyConditionExpression": " AND ".join(keys),
            "FilterExpression": " AND ".join(filters),
            "ExpressionAttributeValues": serialize(values),
            "ScanIndexForward": False,
        }
        if names:
            request["ExpressionAttributeNames"] = names
        return request
