"""Reader of job events: EVENT items together with their jobs, and the jobs of a day."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors
from castline.dynamodb import CONFLICT_ATTEMPTS, UNREADABLE, deserialize, pause_before, query_items, serialize
from castline.jobs import items
from castline.jobs.event_types import EventType
from castline.jobs.events import JobEvent
from castline.table import DAY_JOBS, day_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import Any

    from mypy_boto3_dynamodb import DynamoDBClient

    from castline.jobs.model import Result


class EventLog:
    """Events of jobs in one DynamoDB table.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable or refuses a request.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        """Use a table."""
        self._client = client
        self._table = table_name

    def read(self, job_id: str, event_type: EventType) -> JobEvent | None:
        """Return an event with its job; None if the event or the job is gone.

        Both are read in one transaction: the stream can deliver an event before the other items of the transaction
        that wrote it are visible.

        Raises:
            UnreadableItem: this release cannot read the job.
            Exception: one of ``castline.dynamodb.UNREADABLE`` if this release cannot read the event.
        """
        sort_keys = [f"{items.EVENT_PREFIX}{event_type.value}", items.JOB]
        if event_type is EventType.COMPLETED:
            sort_keys.append(items.RESULT)
        event, job, *results = self._read_together(job_id, sort_keys)
        if not event or not job:
            return None
        values = deserialize(event)
        return JobEvent(
            id=values["event_id"],
            type=event_type,
            occurred_at=datetime.fromisoformat(values["occurred_at"]),
            job=items.read_job(job),
            result=_read_result(results[0]) if results else None,
        )

    def events_of(self, job_id: str) -> list[tuple[EventType, datetime]]:
        """Return the types and times of a job's events, oldest first, without those that this release cannot read."""
        found = self._query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :events)",
            ExpressionAttributeValues=serialize({":pk": items.job_key(job_id)["pk"], ":events": items.EVENT_PREFIX}),
            ConsistentRead=True,
        )
        events = []
        for values in map(deserialize, found):
            with suppress(*UNREADABLE):
                events.append((EventType(values["event_type"]), datetime.fromisoformat(values["occurred_at"])))
        return sorted(events, key=lambda event: event[1])

    def jobs_created_on(self, day: date, *, after: str = "") -> Iterator[str]:
        """Yield the ids of the jobs that were created on a day in UTC, oldest first.

        Args:
            day: the day of creation.
            after: yield only jobs that are newer than the one with this id.
        """
        for item in self._query(
            IndexName=DAY_JOBS.name,
            KeyConditionExpression=f"{DAY_JOBS.partition_key} = :day AND {DAY_JOBS.sort_key} > :after",
            ExpressionAttributeValues=serialize({":day": day_key(day), ":after": after or " "}),
            ProjectionExpression=DAY_JOBS.sort_key,
        ):
            yield item[DAY_JOBS.sort_key]["S"]

    def _read_together(self, job_id: str, sort_keys: list[str]) -> list[dict[str, Any]]:
        for attempt in range(CONFLICT_ATTEMPTS):
            pause_before(attempt)
            try:
                with translated_aws_errors():
                    answer = self._client.transact_get_items(
                        TransactItems=[
                            {"Get": {"TableName": self._table, "Key": serialize(items.job_key(job_id, sort_key))}}
                            for sort_key in sort_keys
                        ]
                    )
            except self._client.exceptions.TransactionCanceledException:
                continue  # another transaction is writing one of them
            except ClientError as error:
                raise ServiceUnavailable(f"TransactGetItems: {error_code(error)}") from error
            return [dict(each.get("Item", {})) for each in answer["Responses"]]
        raise ServiceUnavailable("TransactGetItems: TransactionConflict")

    def _query(self, **request: Any) -> Iterator[dict[str, Any]]:
        try:
            yield from query_items(self._client, TableName=self._table, **request)
        except ClientError as error:
            raise ServiceUnavailable(f"Query: {error_code(error)}") from error


def _read_result(item: dict[str, Any]) -> Result | None:
    """Return a result; None if it is missing or unreadable."""
    try:
        return items.read_result(item)
    except UNREADABLE:
        return None
