"""Measurement of a job's AWS usage: real jobs on the local stack, with all their calls recorded.

The provider's voices are tones, so every character takes the same time. The cost model scales this to real speech.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import httpx

from benchmarks.dynamodb_units import item_size_bytes, read_units, write_units
from castline import composition
from castline.jobs.event_types import EventType
from castline.table import INDEXES, PARTITION_KEY, SORT_KEY, SUMMARY_ATTRIBUTES
from infra import functions
from local import stack as local_stack
from local.azure_speech.server import AzureSpeechEmulator
from local.quickstart import DIALOGUE
from local.resources import BUCKET_NAME, EVENT_BUS_NAME, TABLE_NAME
from local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.dynamodb_units import Item

_SENTENCE = "今天天氣真好我們一起去公園走走再找一家安靜的店坐下來聊聊最近讀過的書和聽過的歌"
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_WITHIN_SECONDS = 600.0
_NEVER_SECONDS = 1e6
PUT_EVENTS = "events.PutEvents"
_CALLED_MORE_OFTEN_HERE = {functions.EXECUTION_ENDED.name, functions.EXPIRE.name}
"""Functions that the local stack may invoke for a job that ends well, although AWS does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSize:
    """The size of a dialogue."""

    turns: int
    characters_a_turn: int

    @property
    def characters(self) -> int:
        """The total number of characters."""
        return self.turns * self.characters_a_turn


@dataclass(slots=True)
class Usage:
    """The usage of one stretch of work."""

    operations: dict[str, int] = field(default_factory=dict)
    """The number of AWS calls by operation, such as ``dynamodb.Query``."""
    read_units: float = 0.0
    write_units: float = 0.0
    invocations: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """The total time of the invocations, by function."""
    log_bytes: int = 0
    metrics: list[str] = field(default_factory=list)
    """The metrics that were written, with their dimensions."""
    response_bytes: int = 0
    """The size of the API's responses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUsage:
    """The usage of one job, from its submission to its download."""

    size: JobSize
    submit: Usage
    work: Usage
    """The usage between the client's requests."""
    poll: Usage
    """The usage of one poll of the completed job, the most expensive kind of poll."""
    download: Usage
    history_events: int
    """The number of events of the job's execution. Each is logged."""
    audio_seconds: float
    audio_bytes: int
    segment_bytes: int
    item_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """All measurements that the cost model uses."""

    measured_on: str
    machine: str
    jobs: list[JobUsage]
    reconcile: Usage
    """The usage of one run of the reconciler when there is nothing to do."""


def dialogue(size: JobSize) -> dict[str, Any]:
    """Build a request body in Mandarin whose turns are all different."""
    turns = [
        {"speaker": "AB"[index % 2], "text": _text(index, size.characters_a_turn), "index": index}
        for index in range(size.turns)
    ]
    return {**DIALOGUE, "turns": turns}


def measure(sizes: list[JobSize], *, today: str, done: Callable[[JobSize], None] = lambda _: None) -> Measurement:
    """Run a job of each size, one after the other, and call ``done`` after each."""
    with _Laboratory.opened() as laboratory:
        laboratory.run(sizes[0])  # warm up: imports, connections and clients
        jobs = []
        for size in sizes:
            jobs.append(laboratory.run(size))
            done(size)
        reconcile = laboratory.reconcile()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, local stack, tone engine"
    return Measurement(measured_on=today, machine=machine, jobs=jobs, reconcile=reconcile)


def _text(index: int, characters: int) -> str:
    head = f"第{index}句".translate(_DIGITS)
    rest = characters - len(head) - 1
    return head + (_SENTENCE * (rest // len(_SENTENCE) + 1))[:rest] + "。"


class _Laboratory:
    """A running local stack that runs one job at a time."""

    def __init__(self, stack: LocalStack, calls: _Calls, log: Path) -> None:
        self._stack = stack
        self._calls = calls
        self._log = log
        self._ended = threading.Event()
        self._aws = boto3.Session()
        self._told = threading.Event()
        stack.cloud.on_execution_status_change(self._note)
        stack.cloud.on_event(EVENT_BUS_NAME, self._note_event)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[_Laboratory]:
        with ExitStack() as context:
            log = Path(context.enter_context(tempfile.TemporaryDirectory())) / "functions.log"
            context.enter_context(patch.object(local_stack, "_RECONCILE_SECONDS", _NEVER_SECONDS))
            stack = context.enter_context(LocalStack(speech=AzureSpeechEmulator(voice_engine="tone"), log_file=log))
            calls = context.enter_context(_Calls().observed())
            composition.reset()  # existing clients do not report to the listener
            yield cls(stack, calls, log)

    def run(self, size: JobSize) -> JobUsage:
        """Submit a job, wait for its end, read it and download its audio."""
        self._ended.clear()
        self._told.clear()
        with httpx.Client(base_url=f"{self._stack.url}/api/v1", timeout=60) as client:
            with self._stack.cloud.lambdas.pause(functions.PLAN.name):
                submit, answer = self._observe(lambda: client.post("/jobs", json=dialogue(size)))
                job_id: str = answer.json()["id"]
                begun = self._begin()
            if not (self._ended.wait(_WITHIN_SECONDS) and self._told.wait(_WITHIN_SECONDS)):
                raise TimeoutError(f"job {job_id} has not ended")
            work = self._finish(begun)
            poll, answer = self._observe(lambda: client.get(f"/jobs/{job_id}"))
            job = answer.json()
            if job["status"] != "completed":
                raise RuntimeError(f"job {job_id} is {job['status']}: {job.get('error_code')}")
            download, _ = self._observe(lambda: client.get(f"/jobs/{job_id}/download"))
        table: Any = self._aws.client("dynamodb")
        items = table.query(
            TableName=TABLE_NAME,
            KeyConditionExpression=f"{PARTITION_KEY} = :pk",
            ExpressionAttributeValues={":pk": {"S": f"JOB#{job_id}"}},
        )["Items"]
        usage = JobUsage(
            size=size,
            submit=submit,
            work=work,
            poll=poll,
            download=download,
            history_events=self._history_events(job_id),
            audio_seconds=job["result_metadata"]["duration_ms"] / 1000,
            audio_bytes=self._stored_bytes(f"audio/{job_id}/"),
            segment_bytes=self._stored_bytes("segments/"),
            item_bytes=sum(item_size_bytes(item) for item in items),
        )
        self._empty("segments/")
        return usage

    def reconcile(self) -> Usage:
        """Run the reconciler twice and measure the second run, because the first one may still clean up."""
        self._begin()
        self._stack.reconcile()
        begun = self._begin()
        self._stack.reconcile()
        return self._finish(begun)

    def _observe(self, request: Callable[[], httpx.Response]) -> tuple[Usage, httpx.Response]:
        begun = self._begin()
        answer = request()
        if answer.is_error:
            raise RuntimeError(f"{answer.request.url} answered {answer.status_code}: {answer.text}")
        usage = self._finish(begun)
        usage.response_bytes = len(answer.content) + sum(
            len(name) + len(value) for name, value in answer.headers.items()
        )
        return usage, answer

    def _begin(self) -> tuple[int, int]:
        self._calls.usage = Usage()
        return len(self._stack.cloud.lambdas.invocations), self._log.stat().st_size

    def _finish(self, begun: tuple[int, int]) -> Usage:
        invocations, logged = begun
        usage = self._calls.usage
        for each in list(self._stack.cloud.lambdas.invocations)[invocations:]:
            if each.name not in _CALLED_MORE_OFTEN_HERE:
                usage.invocations[each.name] = usage.invocations.get(each.name, 0) + 1
                usage.seconds[each.name] = usage.seconds.get(each.name, 0.0) + each.duration_ms / 1000
        if told := usage.operations.get(PUT_EVENTS, 0):
            # The number of events in a batch of the stream is random. The worst case is one invocation per event.
            usage.invocations[functions.PUBLISH_EVENTS.name] = told
        with self._log.open("rb") as log:
            log.seek(logged)
            lines = log.read()
        usage.log_bytes = len(lines)
        usage.metrics = sorted({name for line in lines.splitlines() for name in _metrics(line)})
        return usage

    def _history_events(self, job_id: str) -> int:
        arn = os.environ["STATE_MACHINE_ARN"].replace(":stateMachine:", ":execution:") + f":{job_id}"
        pages = self._aws.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
        return sum(len(page["events"]) for page in pages)

    def _stored_bytes(self, prefix: str) -> int:
        pages = self._aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET_NAME, Prefix=prefix)
        return sum(item["Size"] for page in pages for item in page.get("Contents", ()))

    def _empty(self, prefix: str) -> None:
        bucket = self._aws.resource("s3").Bucket(BUCKET_NAME)
        bucket.objects.filter(Prefix=prefix).delete()

    def _note_event(self, event: dict[str, Any]) -> None:
        if event["detail-type"] == EventType.COMPLETED:
            self._told.set()

    def _note(self, event: dict[str, Any]) -> None:
        if event["detail"]["status"] != "RUNNING":
            self._ended.set()


class _Calls:
    """A listener on the functions' clients, which belong to boto3's default session.

    Attributes:
        usage: the usage that calls are added to.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self._lock = threading.Lock()
        self._table = boto3.Session()

    @contextmanager
    def observed(self) -> Iterator[_Calls]:
        """Listen to clients that are made while the context lasts."""
        boto3.setup_default_session()
        session: Any = boto3.DEFAULT_SESSION
        session.events.register("before-parameter-build", self._before)
        session.events.register("after-call", self._after)
        self._client: Any = self._table.client("dynamodb")
        try:
            yield self
        finally:
            boto3.setup_default_session()

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["castline_parameters"] = params
        if model.service_model.service_name == "dynamodb":
            context["castline_before"] = [self._item(key) for key in _written_keys(model.name, params)]

    def _after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        service, operation = model.service_model.service_name, model.name
        params = context["castline_parameters"]
        reads = writes = 0.0
        if service == "dynamodb":
            keys = _written_keys(operation, params)
            writes = sum(
                write_units(
                    before,
                    self._item(key),
                    indexes=INDEXES,
                    projected=SUMMARY_ATTRIBUTES,
                    transactional=operation == "TransactWriteItems",
                )
                for key, before in zip(keys, context["castline_before"], strict=True)
            )
            if operation in {"GetItem", "Query"}:
                items = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
                reads = read_units(map(item_size_bytes, items), consistent=params.get("ConsistentRead", False))
            if operation == "BatchGetItem":
                found = [item for items in parsed["Responses"].values() for item in items]
                missing = sum(len(each["Keys"]) for each in params["RequestItems"].values()) - len(found)
                # A key without an item costs as much as the smallest item.
                sizes = [*map(item_size_bytes, found), *([0] * missing)]
                reads = sum(read_units([size], consistent=True) for size in sizes)
            if operation == "TransactGetItems":
                reads = sum(
                    2 * read_units([item_size_bytes(each.get("Item", {}))], consistent=True)
                    for each in parsed["Responses"]
                )
        with self._lock:
            name = f"{service}.{operation}"
            # EventBridge charges for each event, not for each call.
            times = len(params["Entries"]) if name == PUT_EVENTS else 1
            self.usage.operations[name] = self.usage.operations.get(name, 0) + times
            self.usage.read_units += reads
            self.usage.write_units += writes

    def _item(self, key: Item) -> Item | None:
        item: Item | None = self._client.get_item(TableName=TABLE_NAME, Key=key, ConsistentRead=True).get("Item")
        return item


def _written_keys(operation: str, params: dict[str, Any]) -> list[Item]:
    """Return the keys of the items that a call writes."""
    if operation == "TransactWriteItems":
        writes = [write for entry in params["TransactItems"] for write in entry.values()]
    elif operation in {"DeleteItem", "PutItem", "UpdateItem"}:
        writes = [params]
    else:
        return []
    named = [write.get("Key") or write["Item"] for write in writes]
    return [{name: item[name] for name in (PARTITION_KEY, SORT_KEY)} for item in named]


def _metrics(line: bytes) -> Iterator[str]:
    """Yield the metrics in a log line, if it has CloudWatch's embedded metric format."""
    try:
        blob = json.loads(line)
        directives = blob["_aws"]["CloudWatchMetrics"]
    except (KeyError, TypeError, ValueError):
        return
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = sorted(f"{name}={blob[name]}" for name in names)
            yield from (
                " ".join([directive["Namespace"], each["Name"], *dimensions]) for each in directive["Metrics"]
            )
