"""Repository of jobs: every read and write of their items."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from castline.aws_errors import translated_aws_errors
from castline.dynamodb import (
    attribute_changes,
    deserialize,
    encode_expiry,
    encode_time,
    get_item,
    get_items,
    pause_before,
    query_items,
    query_pages,
    serialize,
    transact,
    update_item,
    update_item_if,
)
from castline.jobs import items, totals
from castline.jobs.errors import (
    AlreadySubmitted,
    IdempotencyKeyReused,
    JobLimitExceeded,
    JobNotActive,
    UnreadableItem,
)
from castline.jobs.model import JobPage, JobStatus
from castline.jobs.reconciliation import CheckTimes
from castline.jobs.transitions import expiry, is_terminal, leaves_tasks, predecessors, retention
from castline.table import (
    DAY_JOBS,
    OPEN_JOBS,
    OPEN_SHARDS,
    TTL_ATTRIBUTE,
    USER_JOBS,
    USER_STATUS_JOBS,
    shard_of,
    user_key,
)
from castline.usage import bookings
from castline.usage.model import Quotas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, TransactWriteItemTypeDef

    from castline.jobs.failures import JobFailure
    from castline.jobs.model import Batch, Dialogue, IdempotencyKey, Job, JobRecord, Result, Titles
    from castline.usage.model import Figures, Reservation

_LARGEST_QUERY_PAGE = 1000
SEARCHED_JOBS = 1_000
"""Maximum number of jobs whose titles one request reads, in 10 consecutive reads of 100."""

_PASSED_OVER_ROWS = 1_000
"""Number of expired rows, not yet removed by DynamoDB, that one page skips before it ends early."""

_READ_ATTEMPTS = 3
_DELETED_LIFETIME = timedelta(days=1)
"""Longer than a task of the job can run, and than one of its events can wait to be published."""
_NO_QUOTAS = Quotas()
_DEFAULT_CHECK_TIMES = CheckTimes()

_IS_NEW = "attribute_not_exists(pk)"
_HAS_FREE_SLOT = "attribute_not_exists(job_ids) OR size(job_ids) < :max"
_IS_FORGOTTEN = f"attribute_not_exists(pk) OR {TTL_ATTRIBUTE} <= :now"
_COUNTED_SINCE = f"{totals.COUNTED_SINCE} = if_not_exists({totals.COUNTED_SINCE}, :since)"
_IS_VISIBLE = f"attribute_not_exists({TTL_ATTRIBUTE}) OR {TTL_ATTRIBUTE} > :now"


class JobRepository:
    """Jobs in one DynamoDB table.

    Every change of status is a conditional write. The transaction that ends a job also frees its slot and settles its
    reservation. Each therefore happens exactly once.

    All methods raise ServiceUnavailable if DynamoDB is temporarily unavailable.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table_name: str,
        *,
        check_times: CheckTimes = _DEFAULT_CHECK_TIMES,
        unreadable: Callable[[str], None] = lambda _key: None,
    ) -> None:
        """Use a table.

        Args:
            client: a DynamoDB client.
            table_name: the name of the table.
            check_times: the times at which the reconciler checks each job.
            unreadable: called for each item that is skipped because it is missing or this release cannot read it,
                with a text that holds the item's key and the reason.
        """
        self._client = client
        self._table = table_name
        self._check_times = check_times
        self._unreadable = unreadable

    def create(
        self,
        job: Job,
        dialogue: Dialogue,
        *,
        max_active: int,
        quotas: Quotas = _NO_QUOTAS,
        idempotency_key: IdempotencyKey | None = None,
    ) -> None:
        """Store a new job and its dialogue, take a slot of its user, and reserve characters, in one transaction.

        Args:
            job: the job, with its reservation.
            dialogue: the dialogue to be spoken.
            max_active: maximum number of pending and processing jobs of the user.
            quotas: the quotas that the reservation must fit into.
            idempotency_key: the client's name for the submission.

        Raises:
            AlreadySubmitted: the user has submitted a job under ``idempotency_key`` within a day.
            InputTooLarge: the dialogue takes more bytes than can be stored.
            JobLimitExceeded: the user has ``max_active`` active jobs.
            QuotaExceeded: a quota has too few characters left for the reservation.
        """
        check_at = job.created_at + self._check_times.reconcile_after
        writes: list[TransactWriteItemTypeDef] = [
            {"Put": self._put(items.new_job_item(job, check_at=check_at), condition=_IS_NEW)},
            {"Put": self._put(items.input_item(job.id, dialogue))},
            {
                "Update": {
                    "TableName": self._table,
                    "Key": serialize(items.active_key(job.user_id)),
                    "UpdateExpression": (
                        f"SET {OPEN_JOBS.partition_key} = :slots, user_id = :user, "
                        f"{OPEN_JOBS.sort_key} = if_not_exists({OPEN_JOBS.sort_key}, :due), {_COUNTED_SINCE} "
                        "ADD job_ids :ids"
                    ),
                    "ConditionExpression": _HAS_FREE_SLOT,
                    "ExpressionAttributeValues": serialize(
                        {
                            ":due": items.due_key(check_at, job.user_id),
                            ":ids": {job.id},
                            ":max": max_active,
                            ":slots": items.taken_slots_key(shard_of(job.user_id)),
                            ":user": job.user_id,
                            ":since": totals.since(job.created_at),
                        }
                    ),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
        ]
        first_booking = len(writes)
        if job.reservation is not None:
            writes += bookings.reserve(self._table, job.user_id, job.reservation, quotas)
        if idempotency_key is not None:
            remember = self._put(items.idempotency_item(job, idempotency_key), condition=_IS_FORGOTTEN)
            remember["ExpressionAttributeValues"] = serialize({":now": encode_expiry(job.created_at)})
            remember["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            writes.append({"Put": remember})
        reasons = self._transact(*writes)
        if reasons is None:
            return
        if idempotency_key is not None and "Item" in reasons[-1]:
            earlier = deserialize(reasons[-1]["Item"])
            raise AlreadySubmitted(job_id=earlier["job_id"], request_hash=earlier["request_hash"])
        if job.reservation is not None and reasons[2]["Code"] != "ConditionalCheckFailed":
            exceeded = bookings.refusal(job.reservation, quotas, reasons[first_booking : first_booking + 2])
            if exceeded is not None:
                raise exceeded
        active = deserialize(reasons[2].get("Item", {})).get("job_ids", set())
        raise JobLimitExceeded(current_jobs=len(active), max_jobs=max_active)

    def find_submitted(self, user_id: str, key: IdempotencyKey, *, now: datetime) -> str | None:
        """Return the id of the job that the user has submitted under an idempotency key; None if there is none.

        Args:
            user_id: the user.
            key: the client's name for the submission.
            now: the current time. Keys that have expired by then are ignored.

        Raises:
            IdempotencyKeyReused: a different submission has used the key.
        """
        item = get_item(self._client, self._table, items.idempotency_key(user_id, key.key))
        earlier = deserialize(item or {})
        if not earlier or earlier[TTL_ATTRIBUTE] <= encode_expiry(now):
            return None
        if earlier["request_hash"] != key.request_hash:
            raise IdempotencyKeyReused
        return str(earlier["job_id"])

    def discard(self, job: Job, *, idempotency_key: IdempotencyKey | None = None) -> bool:
        """Undo :meth:`create`, unless the job is no longer pending or has been acknowledged.

        Returns:
            Whether it was undone.
        """
        keys = [items.job_key(job.id, items.INPUT)]
        if idempotency_key is not None:
            keys.append(items.idempotency_key(job.user_id, idempotency_key.key))
        writes: list[TransactWriteItemTypeDef] = [
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": serialize(items.job_key(job.id)),
                    "ConditionExpression": "#status = :pending AND attribute_not_exists(acknowledged)",
                    "ExpressionAttributeNames": {"#status": "status"},
                    "ExpressionAttributeValues": serialize({":pending": JobStatus.PENDING.value}),
                }
            },
            {"Update": self._free_slot(job.user_id, job.id)},
        ]
        writes += [{"Delete": {"TableName": self._table, "Key": serialize(key)}} for key in keys]
        writes += self._book(job, lambda reserved: -reserved.figures)
        return self._transact(*writes) is None

    def acknowledge(self, job_id: str) -> Job | None:
        """Keep a job from being discarded, and return its current state; None if there is no such job."""
        answer = self._update_if(
            Key=serialize(items.job_key(job_id)),
            UpdateExpression="SET acknowledged = :true",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues=serialize({":true": True}),
            ReturnValues="ALL_NEW",
        )
        return None if answer is None else items.read_job(answer["Attributes"])

    def get(self, job_id: str, *, user_id: str | None = None) -> Job | None:
        """Return the current state of a job, expired or not; None if there is no such job.

        Args:
            job_id: the job's id.
            user_id: if given, the user that the job must belong to. The answer for another user's job is None,
                even if this release cannot read it.
        """
        item = get_item(self._client, self._table, items.job_key(job_id))
        if item is None or (user_id is not None and item.get("user_id") != {"S": user_id}):
            return None
        return items.read_job(item)

    def get_record(self, job_id: str, *, with_words: bool = False) -> JobRecord | None:
        """Return the current state of a job with its dialogue, batches and result; None if there is no such job.

        A query can see only a part of a transaction. A completed job without its result is therefore read again.

        Args:
            job_id: the job's id.
            with_words: whether to read the words of the batches' segments, which are several times as large as
                everything else.
        """
        values = {":pk": items.job_key(job_id)["pk"]} | ({} if with_words else {":words": items.WORDS_PREFIX})
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk" if with_words else "pk = :pk AND sk < :words",
            "ExpressionAttributeValues": serialize(values),
            "ConsistentRead": True,
        }
        for attempt in range(_READ_ATTEMPTS):
            pause_before(attempt)
            passed_over: list[str] = []
            record = items.read_record(query_items(self._client, **query), unreadable=passed_over.append)
            if record is None or record.result is not None or record.job.status is not JobStatus.COMPLETED:
                break
        for reason in passed_over:
            self._unreadable(reason)
        return record

    def list_page(
        self,
        user_id: str,
        *,
        now: datetime,
        limit: int,
        status: JobStatus | None = None,
        offset: int = 0,
        after: str | None = None,
        words: str | None = None,
    ) -> JobPage:
        """Return one page of a user's jobs, newest first, without those that have expired at ``now``.

        The number of items that are read is bounded, however many jobs the user has. A page may therefore hold fewer
        jobs than ``limit``, or none, although ``next_after`` says that others may follow.

        Args:
            user_id: the user.
            now: the time at which expiry is judged.
            limit: maximum number of jobs on the page.
            status: return only jobs of this status.
            offset: number of jobs to skip first. Each of them is read.
            after: return only jobs older than the one with this id.
            words: return only jobs whose titles contain all of these words, in any case. The search covers
                ``SEARCHED_JOBS`` jobs: the newest ones, or, if the user has more, the newest ones older than
                ``after``.
        """
        query = self._visible_jobs(user_id, status, now=now)
        if words is not None:
            return self._search_page(query, words, limit=limit, offset=offset, after=after)
        jobs, last_read = self._read_visible(_older_than(query, after), offset + limit + 1)
        found = jobs[offset : offset + limit]
        return JobPage(
            jobs=self._complete(found),
            total=self._total(user_id, status, now=now),
            next_after=found[-1].id if len(jobs) > offset + limit else last_read,
        )

    def _visible_jobs(self, user_id: str, status: JobStatus | None, *, now: datetime) -> QueryInputTypeDef:
        """Return the query for a user's jobs that have not expired, newest first."""
        index = USER_STATUS_JOBS if status else USER_JOBS
        partition = items.user_status_key(user_id, status) if status else user_key(user_id)
        return {
            "TableName": self._table,
            "IndexName": index.name,
            "KeyConditionExpression": f"{index.partition_key} = :partition",
            "FilterExpression": _IS_VISIBLE,
            "ExpressionAttributeValues": serialize({":partition": partition, ":now": encode_expiry(now)}),
            "ScanIndexForward": False,
        }

    def _total(self, user_id: str, status: JobStatus | None, *, now: datetime) -> int:
        """Count a user's jobs that have not expired.

        Active jobs of one status are few and are counted by a query. The user's ACTIVE item holds all other counts,
        except for jobs that ended in a release without counters.
        """
        query = self._visible_jobs(user_id, status, now=now)
        if status is not None and not is_terminal(status):
            return sum(page["Count"] for page in query_pages(self._client, **query, Select="COUNT"))
        active = deserialize(get_item(self._client, self._table, items.active_key(user_id)) or {})
        total = totals.count_ended(active, now=now, status=status)
        if status is None:
            total += len(active.get("job_ids", ()))
        if totals.may_have_uncounted(active, now=now):
            query["FilterExpression"] = f"{TTL_ATTRIBUTE} > :now"
            query["ProjectionExpression"] = f"{TTL_ATTRIBUTE}, completed_at"
            rows = query_items(self._client, **_older_than(query, totals.uncounted_bound(active)))
            total += sum(not totals.is_counted(deserialize(row)) for row in rows)
        return total

    def _read_visible(self, query: QueryInputTypeDef, wanted: int) -> tuple[list[Job], str | None]:
        """Read jobs until as many as wanted are found.

        Returns:
            The jobs. If too many expired ones were read, also the id of the last job that was read; otherwise None.
        """
        found: list[Job] = []
        left = wanted + _PASSED_OVER_ROWS
        query = {**query, "Limit": wanted}
        while True:
            page = next(query_pages(self._client, **query))
            found += self._read_jobs(map(dict, page["Items"]))
            left -= page["ScannedCount"]
            if len(found) >= wanted or "LastEvaluatedKey" not in page:
                return found[:wanted], None
            if left <= 0:
                return found, deserialize(page["LastEvaluatedKey"])["job_id"]
            query |= {"ExclusiveStartKey": page["LastEvaluatedKey"], "Limit": left}

    def _complete(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        unprojected = self._unprojected(job.id for job in jobs)
        return tuple(replace(job, **unprojected[job.id]) for job in jobs if job.id in unprojected)

    def _search_page(
        self, query: QueryInputTypeDef, words: str, *, limit: int, offset: int, after: str | None
    ) -> JobPage:
        jobs, last_read = self._read_to_search(query)
        has_all = last_read is None
        if after is not None and not has_all:
            jobs, last_read = self._read_to_search(_older_than(query, after))
        matching = [job for job in self._complete(jobs) if job.is_found_by(words)]
        rest = [job for job in matching if after is None or job.id < after][offset:]
        page = tuple(rest[:limit])
        return JobPage(
            jobs=page,
            total=len(matching) if has_all else None,
            next_after=page[-1].id if len(rest) > limit else last_read,
        )

    def _read_to_search(self, query: QueryInputTypeDef) -> tuple[list[Job], str | None]:
        """Return the jobs that one request searches, and the id of the last one if others follow."""
        jobs, last_read = self._read_visible(query, SEARCHED_JOBS + 1)
        if len(jobs) <= SEARCHED_JOBS:
            return jobs, last_read
        return jobs[:SEARCHED_JOBS], jobs[SEARCHED_JOBS - 1].id

    def _unprojected(self, job_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the fields that the indexes do not hold, by job id, for jobs that still exist."""
        found = get_items(
            self._client,
            self._table,
            map(items.job_key, job_ids),
            ProjectionExpression="job_id, title, author, album, rendition_of, is_deleted",
        )
        return {
            values["job_id"]: items.read_unprojected(values)
            for values in map(deserialize, found)
            if not values.get("is_deleted")
        }

    def rename(self, job: Job, titles: Titles) -> Job | None:
        """Replace a job's titles, and return its current state; None if the job is gone."""
        given = items.title_values(titles)
        missing = [name for name in asdict(titles) if name not in given]
        answer = self._update_if(
            Key=serialize(items.job_key(job.id)),
            ConditionExpression="attribute_exists(pk)",
            ReturnValues="ALL_NEW",
            **attribute_changes(given, missing),
        )
        return None if answer is None else items.read_job(answer["Attributes"])

    def mark_planned(self, job: Job, *, now: datetime) -> bool:
        """Record that the execution of a pending job runs, so that the reconciler checks the job later.

        Returns:
            Whether the job is pending.
        """
        answer = self._update_if(
            Key=serialize(items.job_key(job.id)),
            UpdateExpression=f"SET {OPEN_JOBS.sort_key} = :due",
            ConditionExpression="#status = :pending",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=serialize(
                {":pending": JobStatus.PENDING.value, ":due": self._due_key(job, now)}
            ),
        )
        return answer is not None

    def start(self, job: Job, *, total_segments: int, now: datetime) -> bool:
        """Change a pending job to processing and write an event, in one transaction.

        A second call changes nothing, so the task can be retried.

        Returns:
            Whether this call changed the job.

        Raises:
            JobNotActive: the job is in a terminal status, or gone.
        """
        started = replace(job, status=JobStatus.PROCESSING, started_at=now)
        reasons = self._transact(
            {
                "Update": {
                    "TableName": self._table,
                    "Key": serialize(items.job_key(job.id)),
                    "UpdateExpression": (
                        "SET #status = :processing, started_at = :now, total_segments = :total, "
                        f"{USER_STATUS_JOBS.partition_key} = :user_status, {OPEN_JOBS.sort_key} = :due"
                    ),
                    "ConditionExpression": "#status = :pending",
                    "ExpressionAttributeNames": {"#status": "status"},
                    "ExpressionAttributeValues": serialize(
                        {
                            ":pending": JobStatus.PENDING.value,
                            ":processing": started.status.value,
                            ":now": encode_time(now),
                            ":total": total_segments,
                            ":user_status": items.user_status_key(job.user_id, started.status),
                            ":due": self._due_key(started, now),
                        }
                    ),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            # The event may expire before the job does, by as long as the job was processing.
            {
                "Put": self._put(
                    items.event_item(started, occurred_at=now, expires_at=now + retention(JobStatus.COMPLETED))
                )
            },
        )
        if reasons is None:
            return True
        old = reasons[0].get("Item")
        status = items.read_job(old).status if old else None
        if status is not JobStatus.PROCESSING:
            raise JobNotActive(status)
        return False

    def record_batch(
        self, job_id: str, batch: Batch, *, now: datetime, failed: bool = False, with_words: bool = False
    ) -> None:
        """Store the progress of a batch, and count a transient provider failure if one ended the attempt.

        DynamoDB counts the failures; ``batch.provider_failures`` is ignored.

        Args:
            job_id: the job's id.
            batch: the progress of the batch.
            now: the current time.
            failed: whether a transient provider failure ended the attempt.
            with_words: whether to store the words of the batch's segments too. This is needed only when an attempt
                ends.
        """
        if with_words:
            words = items.words_values(batch, now)
            self._update(
                Key=serialize(items.words_key(job_id, batch.number)),
                UpdateExpression=f"SET words = :words, {TTL_ATTRIBUTE} = :expiry",
                ExpressionAttributeValues=serialize({":words": words["words"], ":expiry": words[TTL_ATTRIBUTE]}),
            )
        values = items.batch_values(batch, now)
        self._update(
            Key=serialize(items.batch_key(job_id, batch.number)),
            UpdateExpression=(
                f"SET spoken_segments = :segments, is_native = :native, {TTL_ATTRIBUTE} = :expiry "
                "ADD provider_failures :failures"
            ),
            ExpressionAttributeValues=serialize(
                {
                    ":segments": values["spoken_segments"],
                    ":native": values["is_native"],
                    ":expiry": values[TTL_ATTRIBUTE],
                    ":failures": int(failed),
                }
            ),
        )

    def complete(self, record: JobRecord, result: Result, *, audio_file_id: str, now: datetime) -> Job:
        """Complete a processing job; see :meth:`_end`."""
        completed = replace(
            record.job,
            status=JobStatus.COMPLETED,
            completed_segments=record.completed_segments,
            retry_count=record.retry_count,
            audio_file_id=audio_file_id,
            billed_characters=result.billed_characters,
        )
        return self._end(completed, now=now, attributes={"audio_file_id": audio_file_id}, result=result)

    def fail(self, record: JobRecord, failure: JobFailure, *, now: datetime) -> Job:
        """Fail a pending or processing job; see :meth:`_end_early`."""
        attributes = {"failure_code": failure.code.value, "failure_details": items.pack_failure_details(failure)}
        job = replace(record.job, status=JobStatus.FAILED, failure=failure)
        return self._end_early(replace(record, job=job), now=now, attributes=attributes)

    def stop(self, record: JobRecord, *, now: datetime) -> Job:
        """Change a pending or processing job to cancelled; see :meth:`_end_early`."""
        job = replace(record.job, status=JobStatus.CANCELLED)
        return self._end_early(replace(record, job=job), now=now)

    def _end_early(self, record: JobRecord, *, now: datetime, attributes: Mapping[str, Any] | None = None) -> Job:
        """End a job whose tasks may still be running; see :meth:`_end`.

        The reservation is settled with the characters that its batches have billed so far. The job stays open until
        :meth:`settle` closes it, because a late task may still speak and write audio.
        """
        ended = replace(
            record.job,
            completed_segments=record.completed_segments,
            retry_count=record.retry_count,
            billed_characters=record.billed_characters,
        )
        return self._end(ended, now=now, attributes=attributes, stays_open=True)

    def cancel(self, job: Job, *, now: datetime) -> Job:
        """Change a pending job to cancelled; see :meth:`_end`."""
        cancelled = replace(job, status=JobStatus.CANCELLED, billed_characters=0)
        return self._end(cancelled, now=now, allowed=(JobStatus.PENDING,))

    def _end(
        self,
        job: Job,
        *,
        now: datetime,
        attributes: Mapping[str, Any] | None = None,
        result: Result | None = None,
        allowed: Sequence[JobStatus] = (),
        stays_open: bool = False,
    ) -> Job:
        """End a job once, in one transaction.

        The transaction frees the job's slot, settles its reservation, begins its retention and writes an event.

        Args:
            job: the job as read from its JOB item, but with its new status and everything that belongs to that status
                except the times.
            now: the time at which it ends.
            attributes: further attributes to set on the JOB item.
            result: the result of a completed job.
            allowed: the statuses from which the job may change; by default every predecessor of the new status.
            stays_open: whether the reconciler must check the job once again.

        Returns:
            The job in its new state.

        Raises:
            JobNotActive: the job's status no longer allows the change. The error carries that status.
        """
        status, expires_at = job.status, expiry(job.status, now)
        ended = replace(job, completed_at=now, expires_at=expires_at)
        changes: dict[str, Any] = {
            "status": status.value,
            "completed_at": encode_time(now),
            TTL_ATTRIBUTE: encode_expiry(expires_at),
            "completed_segments": job.completed_segments,
            "retry_count": job.retry_count,
            "billed_characters": job.billed_characters,
            USER_STATUS_JOBS.partition_key: items.user_status_key(job.user_id, status),
            **({OPEN_JOBS.sort_key: self._due_key(ended, now)} if stays_open else {}),
            **(attributes or {}),
        }
        sources = {f":from{number}": each.value for number, each in enumerate(allowed or predecessors(status))}
        writes: list[TransactWriteItemTypeDef] = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": serialize(items.job_key(job.id)),
                    "UpdateExpression": "SET "
                    + ", ".join(f"#{name} = :{name}" for name in changes)
                    + ("" if stays_open else f" REMOVE {OPEN_JOBS.partition_key}"),
                    "ConditionExpression": f"#status IN ({', '.join(sources)})",
                    "ExpressionAttributeNames": {f"#{name}": name for name in changes},
                    "ExpressionAttributeValues": serialize(
                        {**{f":{name}": value for name, value in changes.items()}, **sources}
                    ),
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                }
            },
            {
                "Update": {
                    "TableName": self._table,
                    "Key": serialize(items.job_key(job.id, items.INPUT)),
                    "UpdateExpression": f"SET {TTL_ATTRIBUTE} = :expiry",
                    "ExpressionAttributeValues": serialize({":expiry": encode_expiry(expires_at)}),
                }
            },
            {"Update": self._count_ended(job, expires_at, now=now)},
        ]
        writes.append({"Put": self._put(items.event_item(job, occurred_at=now, expires_at=expires_at))})
        if result is not None:
            writes.append({"Put": self._put(items.result_item(job.id, result, expires_at))})
        billed, audio_ms = job.billed_characters or 0, result.duration_ms if result is not None else 0
        writes += self._book(job, lambda reserved: reserved.settled(billed, audio_ms=audio_ms))
        reasons = self._transact(*writes)
        if reasons is not None:
            old = reasons[0].get("Item")
            raise JobNotActive(items.read_job(old).status if old else None)
        return ended

    def delete(self, job: Job, *, now: datetime) -> bool:
        """Delete an ended job for its user, together with its dialogue and titles.

        The job is removed from the lists and the counters. TTL removes its other items a day later: until then, its
        late tasks can be settled and its events published.

        Returns:
            False if the job was already deleted or is gone; then nothing is changed.
        """
        expiry_values = serialize({":expiry": encode_expiry(now + _DELETED_LIFETIME)})
        gone = (USER_JOBS.partition_key, USER_STATUS_JOBS.partition_key, DAY_JOBS.partition_key, *asdict(job.titles))
        writes: list[TransactWriteItemTypeDef] = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": serialize(items.job_key(job.id)),
                    "UpdateExpression": (
                        f"SET is_deleted = :true, {TTL_ATTRIBUTE} = :expiry REMOVE {', '.join(gone)}"
                    ),
                    "ConditionExpression": "#status = :status AND attribute_not_exists(is_deleted)",
                    "ExpressionAttributeNames": {"#status": "status"},
                    "ExpressionAttributeValues": {
                        **expiry_values,
                        **serialize({":true": True, ":status": job.status.value}),
                    },
                }
            },
            {"Delete": {"TableName": self._table, "Key": serialize(items.job_key(job.id, items.INPUT))}},
        ]
        if job.status is JobStatus.COMPLETED:
            writes.append(
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": serialize(items.job_key(job.id, items.RESULT)),
                        "UpdateExpression": f"SET {TTL_ATTRIBUTE} = :expiry",
                        "ExpressionAttributeValues": expiry_values,
                    }
                }
            )
        counter = totals.counter_of(job)
        if counter is not None:
            writes.append(
                {
                    "Update": {
                        "TableName": self._table,
                        "Key": serialize(items.active_key(job.user_id)),
                        "UpdateExpression": f"ADD {counter} :minus",
                        "ExpressionAttributeValues": serialize({":minus": -1}),
                    }
                }
            )
        return self._transact(*writes) is None

    def pending_jobs(self, limit: int) -> list[Job]:
        """Return pending jobs, oldest first. The read is eventually consistent.

        Only a bounded number of open jobs is read, in the order in which the reconciler checks them. If more jobs are
        open, some of the oldest pending ones may be missing.

        Args:
            limit: maximum number of jobs to return.
        """
        found: list[Job] = []
        for shard in range(OPEN_SHARDS):
            with translated_aws_errors():
                page = self._client.query(
                    TableName=self._table,
                    IndexName=OPEN_JOBS.name,
                    KeyConditionExpression=f"{OPEN_JOBS.partition_key} = :partition",
                    FilterExpression="#status = :pending",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues=serialize(
                        {":partition": items.open_jobs_key(shard), ":pending": JobStatus.PENDING.value}
                    ),
                    Limit=_LARGEST_QUERY_PAGE,
                )
            found += self._read_jobs(page["Items"])
        return sorted(found, key=lambda job: job.id)[:limit]

    def settle(self, record: JobRecord, *, closes: bool) -> bool:
        """Settle, once, the characters that the batches of a failed or stopped job have billed since it ended.

        Args:
            record: the job as it was just read.
            closes: whether none of its tasks can still be running. The job is then no longer open.

        Returns:
            False if another caller has settled more since the job was read; then nothing is changed.
        """
        job = record.job
        before, after = job.billed_characters, max(job.billed_characters or 0, record.billed_characters)
        if not leaves_tasks(job.status) or (not closes and after == before):
            return True
        values: dict[str, Any] = {":billed": after}
        condition = f"attribute_exists({OPEN_JOBS.partition_key}) AND "
        if before is None:
            condition += "attribute_not_exists(billed_characters)"
        else:
            condition += "billed_characters = :before"
            values[":before"] = before
        settled: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._table,
                "Key": serialize(items.job_key(job.id)),
                "UpdateExpression": "SET billed_characters = :billed"
                + (f" REMOVE {OPEN_JOBS.partition_key}" if closes else ""),
                "ConditionExpression": condition,
                "ExpressionAttributeValues": serialize(values),
            }
        }
        booked = self._book(job, lambda reserved: reserved.corrected(before or 0, after))
        return self._transact(settled, *booked) is None

    def taken_slots(self, user_id: str) -> frozenset[str]:
        """Return the ids of the jobs that take a user's slots."""
        item = get_item(self._client, self._table, items.active_key(user_id))
        return frozenset(deserialize(item or {}).get("job_ids", ()))

    def free_slot(self, user_id: str, job_id: str) -> bool:
        """Free the slot that a job takes, if it takes one.

        Returns:
            Whether this call freed a slot.
        """
        answer = self._update(**self._free_slot(user_id, job_id), ReturnValues="ALL_OLD")
        return job_id in deserialize(answer.get("Attributes", {})).get("job_ids", ())

    def forget_user_without_slots(self, user_id: str, *, now: datetime) -> None:
        """Remove a user without taken slots from the index of open jobs, and remove the user's outdated counters."""
        key = serialize(items.active_key(user_id))
        answer = self._update_if(
            Key=key,
            UpdateExpression=f"REMOVE {OPEN_JOBS.partition_key}, {OPEN_JOBS.sort_key}",
            ConditionExpression="attribute_not_exists(job_ids)",
            ReturnValues="ALL_NEW",
        )
        outdated = totals.outdated(answer["Attributes"], now=now) if answer is not None else []
        if outdated:
            self._update(Key=key, **attribute_changes({}, outdated))

    def _read_jobs(self, found: Iterable[dict[str, Any]]) -> Iterator[Job]:
        """Yield the jobs of index rows. Skip and report those that this release cannot read."""
        for item in found:
            try:
                job = items.read_job(item)
            except UnreadableItem as error:
                self._unreadable(str(error))
            else:
                yield job

    def _due_key(self, job: Job, now: datetime) -> str:
        return items.due_key(self._check_times.next_check(job, now=now), job.id)

    def _free_slot(self, user_id: str, job_id: str) -> Any:
        return {
            "TableName": self._table,
            "Key": serialize(items.active_key(user_id)),
            "UpdateExpression": "DELETE job_ids :ids",
            "ExpressionAttributeValues": serialize({":ids": {job_id}}),
        }

    def _count_ended(self, job: Job, expires_at: datetime, *, now: datetime) -> Any:
        """Free the slot of a job that has ended, and count the job."""
        free = self._free_slot(job.user_id, job.id)
        counter = totals.counter(job.status, expires_at)
        values = serialize({":one": 1, ":since": totals.since(now)})
        return {
            **free,
            "UpdateExpression": f"{free['UpdateExpression']} ADD {counter} :one SET {_COUNTED_SINCE}",
            "ExpressionAttributeValues": {**free["ExpressionAttributeValues"], **values},
        }

    def _book(self, job: Job, change: Callable[[Reservation], Figures]) -> list[TransactWriteItemTypeDef]:
        """Return the writes that apply a job's change to the usage; none for a job of an earlier release."""
        if job.reservation is None:
            return []
        return bookings.book(self._table, job.user_id, job.reservation.day, change(job.reservation))

    def _put(self, item: dict[str, Any], *, condition: str | None = None) -> Any:
        put = {"TableName": self._table, "Item": serialize(item)}
        return {**put, "ConditionExpression": condition} if condition else put

    def _transact(self, *writes: TransactWriteItemTypeDef) -> list[Any] | None:
        return transact(self._client, *writes)

    def _update(self, **update: Any) -> dict[str, Any]:
        return update_item(self._client, **{"TableName": self._table, **update})

    def _update_if(self, **update: Any) -> dict[str, Any] | None:
        return update_item_if(self._client, TableName=self._table, **update)


def _older_than(query: QueryInputTypeDef, bound: str | None) -> QueryInputTypeDef:
    """Return a query for the rows of an index whose job ids sort before ``bound``, or for all rows if it is None."""
    if bound is None:
        return query
    condition = f"{query['KeyConditionExpression']} AND job_id < :bound"
    values = {**query["ExpressionAttributeValues"], **serialize({":bound": bound})}
    return {**query, "KeyConditionExpression": condition, "ExpressionAttributeValues": values}
