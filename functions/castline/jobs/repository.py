"""Where jobs are kept: every read and write of the table."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from castline.aws_errors import ServiceUnavailable, error_code, translated_aws_errors
from castline.jobs import items
from castline.jobs.errors import JobLimitExceeded, JobNotActive
from castline.jobs.model import JobPage, JobStatus
from castline.jobs.table import OPEN_JOBS, TTL_ATTRIBUTE, USER_JOBS, USER_STATUS_JOBS
from castline.jobs.transitions import predecessors, retention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, TransactWriteItemTypeDef

    from castline.jobs.model import Batch, Dialogue, Failure, Job, JobRecord, Result

_LARGEST_QUERY_PAGE = 1000
_CONFLICT_ATTEMPTS = 8
_CONFLICT_BACKOFF_SECONDS = 0.05

_IS_NEW = "attribute_not_exists(pk)"
_HAS_FREE_SLOT = "attribute_not_exists(job_ids) OR size(job_ids) < :max"
_IS_VISIBLE = f"attribute_not_exists({TTL_ATTRIBUTE}) OR {TTL_ATTRIBUTE} > :now"


class JobRepository:
    """Jobs in one DynamoDB table.

    Every change of status is a conditional write. Whatever makes a job terminal frees its slot in the same
    transaction, so that a slot is neither lost nor freed twice.

    All methods raise ServiceUnavailable when DynamoDB cannot serve them just now.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table = table_name

    def create(self, job: Job, dialogue: Dialogue, *, max_active: int) -> None:
        """Store a new job and its dialogue, and take one of its user's slots: all or nothing.

        Raises:
            JobLimitExceeded: the user has ``max_active`` active jobs.
        """
        reasons = self._transact(
            {"Put": self._put(items.new_job_item(job), condition=_IS_NEW)},
            {"Put": self._put(items.input_item(job.id, dialogue))},
            {
                "Update": {
                    "TableName": self._table,
                    "Key": items.serialize(items.active_key(job.user_id)),
                    "UpdateExpression": "ADD job_ids :ids",
                    "ConditionExpression": _HAS_FREE_SLOT,
                    "ExpressionAttributeValues": items.serialize({":ids": {job.id}, ":max": max_active}),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
        )
        if reasons is not None:
            active = items.deserialize(reasons[2].get("Item", {})).get("job_ids", set())
            raise JobLimitExceeded(current_jobs=len(active), max_jobs=max_active)

    def discard(self, job: Job) -> None:
        """Undo :meth:`create` of a job that is still pending; a job that has moved on is left alone."""
        self._transact(
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": items.serialize(items.job_key(job.id)),
                    "ConditionExpression": "#status = :pending",
                    "ExpressionAttributeNames": {"#status": "status"},
                    "ExpressionAttributeValues": items.serialize({":pending": JobStatus.PENDING.value}),
                }
            },
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": items.serialize(items.job_key(job.id, items.INPUT)),
                }
            },
            {"Update": self._free_slot(job)},
        )

    def get(self, job_id: str) -> Job | None:
        """The job as it is now, expired or not; None when there is none."""
        with translated_aws_errors():
            answer = self._client.get_item(
                TableName=self._table, Key=items.serialize(items.job_key(job_id)), ConsistentRead=True
            )
        return items.read_job(answer["Item"]) if "Item" in answer else None

    def get_record(self, job_id: str) -> JobRecord | None:
        """The job with its dialogue, batches and result, as they are now; None when there is none."""
        return items.read_record(
            self._query(
                {
                    "TableName": self._table,
                    "KeyConditionExpression": "pk = :pk",
                    "ExpressionAttributeValues": items.serialize({":pk": items.job_key(job_id)["pk"]}),
                    "ConsistentRead": True,
                }
            )
        )

    def list_page(
        self,
        user_id: str,
        *,
        now: datetime,
        limit: int,
        status: JobStatus | None = None,
        offset: int = 0,
        after: str | None = None,
    ) -> JobPage:
        """One page of a user's jobs, newest first, without those that have expired at ``now``.

        Args:
            user_id: whose jobs.
            now: the time at which expiry is judged.
            limit: how many jobs a page holds at most.
            status: only jobs of this status.
            offset: how many jobs to pass over first.
            after: only jobs older than the one with this id.
        """
        index = USER_STATUS_JOBS if status else USER_JOBS
        partition = items.user_status_key(user_id, status) if status else items.user_key(user_id)
        values: dict[str, Any] = {":partition": partition, ":now": items.encode_expiry(now)}
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "IndexName": index.name,
            "KeyConditionExpression": f"{index.partition_key} = :partition",
            "FilterExpression": _IS_VISIBLE,
            "ExpressionAttributeValues": items.serialize(values),
            "ScanIndexForward": False,
        }
        total = self._count(query)
        if after is not None:
            query["KeyConditionExpression"] += f" AND {index.sort_key} < :after"
            query["ExpressionAttributeValues"] = items.serialize({**values, ":after": after})
        query["Limit"] = min(offset + limit + 1, _LARGEST_QUERY_PAGE)

        found: list[Job] = []
        for position, item in enumerate(self._query(query)):
            if position < offset:
                continue
            if len(found) == limit:
                return JobPage(jobs=tuple(found), total=total, next_after=found[-1].id)
            found.append(items.read_job(item))
        return JobPage(jobs=tuple(found), total=total, next_after=None)

    def start(self, job: Job, *, total_segments: int, now: datetime) -> None:
        """Make a pending job processing. Doing it again changes nothing, so that the task may be retried.

        Raises:
            JobNotActive: the job is in a terminal status, or gone.
        """
        try:
            with translated_aws_errors():
                self._client.update_item(
                    TableName=self._table,
                    Key=items.serialize(items.job_key(job.id)),
                    UpdateExpression=(
                        "SET #status = :processing, started_at = if_not_exists(started_at, :now), "
                        f"total_segments = :total, {USER_STATUS_JOBS.partition_key} = :user_status"
                    ),
                    ConditionExpression="#status IN (:pending, :processing)",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues=items.serialize(
                        {
                            ":pending": JobStatus.PENDING.value,
                            ":processing": JobStatus.PROCESSING.value,
                            ":now": items.encode_time(now),
                            ":total": total_segments,
                            ":user_status": items.user_status_key(job.user_id, JobStatus.PROCESSING),
                        }
                    ),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            old: Any = error.response.get("Item")
            raise JobNotActive(items.read_job(old).status if old else None) from error

    def record_batch(self, job_id: str, batch: Batch, *, now: datetime, failed: bool = False) -> None:
        """Store how far a batch has come, and count a transient provider failure if that ended the attempt.

        Failures are counted by the table: ``batch.provider_failures`` is ignored.
        """
        values = items.batch_values(batch, now)
        with translated_aws_errors():
            self._client.update_item(
                TableName=self._table,
                Key=items.serialize(items.batch_key(job_id, batch.number)),
                UpdateExpression=(
                    f"SET spoken_segments = :segments, {TTL_ATTRIBUTE} = :expiry ADD provider_failures :failures"
                ),
                ExpressionAttributeValues=items.serialize(
                    {
                        ":segments": values["spoken_segments"],
                        ":expiry": values[TTL_ATTRIBUTE],
                        ":failures": int(failed),
                    }
                ),
            )

    def finish(
        self,
        job: Job,
        status: JobStatus,
        *,
        now: datetime,
        completed_segments: int = 0,
        retry_count: int = 0,
        audio_file_id: str | None = None,
        result: Result | None = None,
        failure: Failure | None = None,
    ) -> Job:
        """Make a job terminal, free its slot and set the end of its retention: all or nothing, and once only.

        Returns:
            The job as it is now.

        Raises:
            JobNotActive: the job may not become ``status`` any more; it carries the status that it has.
        """
        ended = replace(
            job,
            status=status,
            completed_at=now,
            expires_at=now + retention(status),
            completed_segments=completed_segments,
            retry_count=retry_count,
            audio_file_id=audio_file_id,
            failure=failure,
        )
        expires_at = now + retention(status)
        changes: dict[str, Any] = {
            "status": status.value,
            "completed_at": items.encode_time(now),
            TTL_ATTRIBUTE: items.encode_expiry(expires_at),
            "completed_segments": completed_segments,
            "retry_count": retry_count,
            USER_STATUS_JOBS.partition_key: items.user_status_key(job.user_id, status),
        }
        if audio_file_id is not None:
            changes["audio_file_id"] = audio_file_id
        if failure is not None:
            changes["failure_code"] = failure.code.value
            changes["failure_details"] = items.pack_failure_details(failure)

        allowed = {f":from{number}": value.value for number, value in enumerate(predecessors(status))}
        writes: list[TransactWriteItemTypeDef] = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": items.serialize(items.job_key(job.id)),
                    "UpdateExpression": "SET "
                    + ", ".join(f"#{name} = :{name}" for name in changes)
                    + f" REMOVE {OPEN_JOBS.partition_key}",
                    "ConditionExpression": f"#status IN ({', '.join(allowed)})",
                    "ExpressionAttributeNames": {f"#{name}": name for name in changes},
                    "ExpressionAttributeValues": items.serialize(
                        {**{f":{name}": value for name, value in changes.items()}, **allowed}
                    ),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            {
                "Update": {
                    "TableName": self._table,
                    "Key": items.serialize(items.job_key(job.id, items.INPUT)),
                    "UpdateExpression": f"SET {TTL_ATTRIBUTE} = :expiry",
                    "ExpressionAttributeValues": items.serialize({":expiry": items.encode_expiry(expires_at)}),
                }
            },
            {"Update": self._free_slot(job)},
        ]
        if result is not None:
            writes.append({"Put": self._put(items.result_item(job.id, result, expires_at))})
        reasons = self._transact(*writes)
        if reasons is not None:
            old = reasons[0].get("Item")
            raise JobNotActive(items.read_job(old).status if old else None)
        return ended

    def _free_slot(self, job: Job) -> Any:
        return {
            "TableName": self._table,
            "Key": items.serialize(items.active_key(job.user_id)),
            "UpdateExpression": "DELETE job_ids :ids",
            "ExpressionAttributeValues": items.serialize({":ids": {job.id}}),
        }

    def _put(self, item: dict[str, Any], *, condition: str | None = None) -> Any:
        put = {"TableName": self._table, "Item": items.serialize(item)}
        return {**put, "ConditionExpression": condition} if condition else put

    def _transact(self, *writes: TransactWriteItemTypeDef) -> list[Any] | None:
        """Write all or nothing.

        DynamoDB cancels a transaction that meets another one on the same item; that is tried again here.

        Returns:
            None when it was written; the cancellation reasons, one a write, when a condition did not hold.
        """
        for attempt in range(_CONFLICT_ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0, _CONFLICT_BACKOFF_SECONDS * 2**attempt))  # noqa: S311
            try:
                with translated_aws_errors():
                    self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons: list[Any] = error.response.get("CancellationReasons", [])
                codes = {reason["Code"] for reason in reasons} - {"None"}
                if codes == {"ConditionalCheckFailed"}:
                    return reasons
                if not codes <= {"ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"}:
                    raise
            else:
                return None
        raise ServiceUnavailable("TransactWriteItems: TransactionConflict")

    def _query(self, query: QueryInputTypeDef) -> Iterator[dict[str, Any]]:
        request: QueryInputTypeDef = {**query}
        while True:
            with translated_aws_errors():
                page = self._client.query(**request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _count(self, query: QueryInputTypeDef) -> int:
        request: QueryInputTypeDef = {**query, "Select": "COUNT"}
        count = 0
        while True:
            with translated_aws_errors():
                page = self._client.query(**request)
            count += page["Count"]
            if "LastEvaluatedKey" not in page:
                return count
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
