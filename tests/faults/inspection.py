"""Inspection of a job that has ended: the conditions that hold whatever was broken."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from castline import composition
from castline.batch_queue import items as batch_queue
from castline.jobs.failures import FailureCode
from castline.jobs.model import JobStatus
from castline.jobs.transitions import is_terminal
from castline.previews.items import PREVIEW_PREFIX
from castline.synthesis.segment_notes import SegmentNotes
from local.azure_speech.server import DEFAULT_KEY
from tests.e2e.decoded_audio import decode
from tests.event_schema import violations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import httpx
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

    from tests.e2e.api_client import ApiClient

_NEVER_TOLD = ("botocore", "Traceback", "Error(", "Exception", "arn:aws", "injected", "staged", DEFAULT_KEY)
_ANSWERS = {500: {"INTERNAL_ERROR"}, 503: {"PROVIDER_UNAVAILABLE", "SERVICE_UNAVAILABLE"}}
# What API Gateway itself answers for a function that died.
_ANSWER_OF_THE_DEAD = {"message": "Internal Server Error"}
_DECODED_WITHIN_MS = 1.0


@dataclass(frozen=True, slots=True)
class Remains:
    """Everything that is stored, of all jobs and users.

    Attributes:
        items: the table's items by partition and sort key.
        objects: the keys in the bucket.
        uploads: the keys of uploads that were begun and neither completed nor aborted.
    """

    items: dict[str, dict[str, dict[str, Any]]]
    objects: frozenset[str]
    uploads: tuple[str, ...]

    @classmethod
    def of_everything(cls) -> Remains:
        """Return everything that is stored now."""
        dynamodb, s3, settings = _dynamodb(), _s3(), composition.settings()
        items: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for page in dynamodb.get_paginator("scan").paginate(TableName=settings.table_name):
            for item in page["Items"]:
                items[item["pk"]["S"]][item["sk"]["S"]] = item
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=settings.bucket_name)
        objects = frozenset(found["Key"] for page in pages for found in page.get("Contents", ()))
        uploads = s3.list_multipart_uploads(Bucket=settings.bucket_name).get("Uploads", ())
        return cls(dict(items), objects, tuple(upload["Key"] for upload in uploads))

    def jobs(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the items of each job, by its id."""
        return {pk.removeprefix("JOB#"): each for pk, each in self.items.items() if pk.startswith("JOB#")}

    def previews(self) -> Iterator[tuple[str, int]]:
        """Yield what was billed for each segment that a preview has paid for, with the id of its user."""
        jobs = self.jobs()
        for key in self.objects:
            if key.startswith("segments/"):
                stored = _s3().head_object(Bucket=composition.settings().bucket_name, Key=key)["Metadata"]
                notes = SegmentNotes.from_metadata(stored)
                if notes is not None and notes.spoken_for not in jobs:
                    yield key.split("/")[1], notes.billed_characters

    def slots(self) -> list[str]:
        """Return the job ids that take slots."""
        return [
            job_id
            for pk, each in self.items.items()
            if pk.startswith("USER#")
            for job_id in each.get("ACTIVE", {}).get("job_ids", {}).get("SS", ())
        ]


@cache
def _dynamodb() -> DynamoDBClient:
    return boto3.Session().client("dynamodb")


@cache
def _s3() -> S3Client:
    return boto3.Session().client("s3")


@cache
def _sqs() -> SQSClient:
    return boto3.Session().client("sqs")


def tickets_left() -> dict[str, int]:
    """Return how many tickets are in their queue in each state, where there are any."""
    attributes = _sqs().get_queue_attributes(
        QueueUrl=composition.settings().synthesis_queue_url,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesDelayed",
            "ApproximateNumberOfMessagesNotVisible",
        ],
    )["Attributes"]
    return {name: int(count) for name, count in attributes.items() if count != "0"}


def batches_waiting() -> bool:
    """Return whether any batch is in the queue, be it taken or not."""
    answer = _dynamodb().query(
        TableName=composition.settings().table_name,
        KeyConditionExpression="pk = :queue",
        ExpressionAttributeValues={":queue": {"S": batch_queue.PARTITION}},
        ConsistentRead=True,
        Limit=1,
    )
    return bool(answer["Count"])


def problems_of_answers(answers: list[httpx.Response]) -> Iterator[str]:
    """Yield the problems of the answers to the client's requests."""
    for answer in answers:
        yield from _leaks(answer.text)
        if answer.status_code >= 500 and answer.json() != _ANSWER_OF_THE_DEAD:
            code = answer.json().get("error")
            if code not in _ANSWERS.get(answer.status_code, set()):
                yield f"the client was told {answer.status_code} {code}"


def problems_of_jobs(remains: Remains, api: ApiClient) -> Iterator[str]:
    """Yield the problems of one user's jobs, some time after they were submitted."""
    for job_id, items in remains.jobs().items():
        audio = [key for key in remains.objects if key.startswith(f"audio/{job_id}/")]
        if "JOB" not in items:
            # Its execution may have queued a batch before the creation was undone. The share expires by itself.
            if items.keys() != {batch_queue.share_key(job_id)["sk"]}:
                yield f"{job_id} is gone, but for {sorted(items)}"
        else:
            yield from _problems_of_job(api, job_id, audio)
        yield from (f"{sk} never expires" for sk, item in items.items() if "expires_at" not in item)
    known = tuple(f"audio/{job_id}/" for job_id in remains.jobs())
    yield from (
        f"{key} belongs to no job"
        for key in remains.objects
        if key.startswith("audio/") and not key.startswith(known)
    )
    yield from (f"a slot is taken by {job_id}" for job_id in remains.slots())


def problems_of_events(remains: Remains, events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the problems of the events that were published: each job's start and end, and nothing else."""
    told: dict[str, set[str]] = defaultdict(set)
    ids: dict[str, set[str]] = defaultdict(set)
    for event in events:
        yield from (f"an event is not as its schema says: {violation}" for violation in violations(event))
        told[event["data"]["job_id"]].add(event["type"])
        ids[event["data"]["job_id"]].add(event["id"])
    happened = {
        job_id: {
            *(["job.started"] if "started_at" in items["JOB"] else []),
            *([f"job.{items['JOB']['status']['S']}"] if "completed_at" in items["JOB"] else []),
        }
        for job_id, items in remains.jobs().items()
        if "JOB" in items
    }
    for job_id in told.keys() | happened.keys():
        if told[job_id] != happened.get(job_id, set()):
            yield f"{sorted(told[job_id])} were published of a job with {sorted(happened.get(job_id, set()))}"
        if len(ids[job_id]) != len(told[job_id]):
            yield f"events of {job_id} have changed their ids"


def problems_of_usage(remains: Remains) -> Iterator[str]:
    """Yield the problems of the usage in the end: it is exactly what jobs and previews have billed."""
    expected = _expected_usage(remains)
    for partition, items in remains.items.items():
        for sk, item in items.items():
            for prefix in {name[:4] for name in item if name[1:3].isdigit()} | {""}:
                names = ("jobs", "committed", "billed")
                found = {name: int(item.get(prefix + name, {"N": "0"})["N"]) for name in names}
                if sk.startswith("USAGE#") and +Counter(found) != expected[partition]:
                    yield f"{partition} {prefix}: {found} are used, and {dict(expected[partition])} were billed"
    yield from (
        f"{partition} {sk} is not settled"
        for partition, items in remains.items.items()
        for sk in items
        if sk.startswith(PREVIEW_PREFIX)
    )


def _expected_usage(remains: Remains) -> dict[str, Counter[str]]:
    """Return the usage that follows from the jobs and previews, by its partition."""
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for items in remains.jobs().values():
        if "JOB" in items:
            job = items["JOB"]
            # One that has not ended, which is a problem of its own, has none.
            billed = int(job.get("billed_characters", {"N": "0"})["N"])
            for partition in (f"USER#{job['user_id']['S']}", "DEPLOYMENT"):
                expected[partition] += Counter(jobs=1, committed=billed, billed=billed)
    for user, billed in remains.previews():
        for partition in (f"USER#{user}", "DEPLOYMENT"):
            expected[partition] += Counter(committed=billed, billed=billed)
    return expected


def problems_of_speech(spoken: Mapping[str, int]) -> Iterator[str]:
    """Yield the texts that were paid for twice."""
    yield from (f"{text} was spoken {times} times" for text, times in spoken.items() if times > 1)


def problems_of_queue(remains: Remains) -> Iterator[str]:
    """Yield what is left in the queue of batches, and the tickets that are left."""
    yield from (f"the batch {sk} is still in the queue" for sk in remains.items.get(batch_queue.PARTITION, ()))
    yield from (f"{name} of tickets is {count}" for name, count in tickets_left().items())


def problems_of_what_outlives(remains: Remains) -> Iterator[str]:
    """Yield everything that is left of any job when it should all be gone.

    Usage is kept for longer, and what is about the whole deployment for ever.
    """
    yield from (
        f"{pk} {sk} is still there"
        for pk, each in remains.items.items()
        for sk in each
        if pk != "DEPLOYMENT" and sk != "ACTIVE" and not sk.startswith("USAGE#")
    )
    yield from (f"{key} is still there" for key in remains.objects)
    yield from (f"an upload of {key} is still open" for key in remains.uploads)


def abort_uploads_by_rule() -> None:
    """Abort every upload that a rule of the bucket aborts; the local cloud does not apply such rules."""
    s3, bucket = _s3(), composition.settings().bucket_name
    prefixes = tuple(
        rule["Filter"]["Prefix"]
        for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        if "AbortIncompleteMultipartUpload" in rule
    )
    for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ()):
        if upload["Key"].startswith(prefixes):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def clear_away() -> None:
    """Delete everything that is stored, so that a failed experiment does not affect the next one."""
    dynamodb, s3, settings, remains = _dynamodb(), _s3(), composition.settings(), Remains.of_everything()
    for pk, each in remains.items.items():
        for sk in each:
            dynamodb.delete_item(TableName=settings.table_name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    for key in remains.objects:
        s3.delete_object(Bucket=settings.bucket_name, Key=key)
    if tickets_left():
        with suppress(_sqs().exceptions.PurgeQueueInProgress):
            _sqs().purge_queue(QueueUrl=settings.synthesis_queue_url)


def _problems_of_job(api: ApiClient, job_id: str, audio: list[str]) -> Iterator[str]:
    job = api.job(job_id)
    status = JobStatus(job["status"])
    if not is_terminal(status):
        yield f"the job is still {status}"
    if status is JobStatus.COMPLETED:
        suffixes = {key.partition(".")[2] for key in audio}
        if len(audio) != 3 or not suffixes > {"cues.json", "words.json"}:
            yield f"a completed job has {audio}, not a file, its cues and its words"
        yield from _problems_of_audio(api, job)
    elif audio:
        yield f"a {status} job has {audio}"
    if status is JobStatus.FAILED:
        if job.get("error_code") not in set(FailureCode):
            yield f"the client is told {job.get('error_code')}"
        yield from _leaks(json.dumps([job.get("error_code"), job.get("error_message")], ensure_ascii=False))


def _problems_of_audio(api: ApiClient, job: dict[str, Any]) -> Iterator[str]:
    answer = api.get(f"/jobs/{job['id']}/download", follow_redirects=True)
    if answer.status_code != 200:
        yield f"downloading answers {answer.status_code}"
        return
    heard_ms, told_ms = decode(answer.content).duration_ms, job["result_metadata"]["duration_ms"]
    if abs(heard_ms - told_ms) > _DECODED_WITHIN_MS:
        yield f"the audio lasts {heard_ms:.0f} ms, not {told_ms} ms"


def _leaks(text: str) -> Iterator[str]:
    yield from (f"the client is told of {secret}" for secret in _NEVER_TOLD if secret in text)
