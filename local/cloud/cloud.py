"""Local cloud: all AWS services that Castline needs, in this process."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

import boto3

from local.cloud.background import repeating, woken
from local.cloud.clock import Clock
from local.cloud.corrected_moto import corrected_moto
from local.cloud.event_delivery import Event, EventDelivery, Subscriber
from local.cloud.lambda_host import LambdaHost
from local.cloud.limits import Limits
from local.cloud.published_events import BusEvent
from local.cloud.queues import QueueMapping
from local.cloud.s3_expiry import delete_expired_objects
from local.cloud.s3_http import s3_wsgi_app
from local.cloud.sqs import holds_messages, noticed_messages
from local.cloud.step_functions import join_interpreter, stop_executions
from local.cloud.streams import Record, StreamMapping, noticed_records
from local.cloud.ttl import delete_expired_items
from local.cloud.usage import Usage

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_GRACE_SECONDS = 1.0


class LocalCloud:
    """DynamoDB, S3, SQS, Step Functions, Lambda and their events, reached by any boto3 client while the cloud runs.

    Use it as a context manager, or call `start` and `stop`. A cloud can be started once, and only one cloud can run
    at a time.

    Args:
        clock: The clock; by default real time.
        region: The region of all resources.
        poll_interval_seconds: The interval at which queues that hold messages are read, and table streams whose
            function failed. New messages and records are read at once. None leaves all reading to `tick`.
        expiry_interval_seconds: The interval at which expired items and objects are deleted; None leaves that to
            `tick`.
        limits: The limits of AWS that apply; by default none.

    Attributes:
        clock: The clock.
        region: The region of all resources.
        lambdas: The Lambda functions.
        events: The status-change events of executions, and their delivery.
        uploads: The events of objects that are created in S3, and their delivery.
        published: The events that are put on buses of EventBridge, and their delivery.
        usage: Counts of transitions, calls, and refusals.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        region: str = "us-east-1",
        poll_interval_seconds: float | None = 0.2,
        expiry_interval_seconds: float | None = 60.0,
        limits: Limits | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.region = region
        self.lambdas = LambdaHost(self.clock)
        self.events = EventDelivery("execution-events")
        self.uploads = EventDelivery("object-events")
        self.published = EventDelivery("bus-events")
        self.usage = Usage()
        self._limits = limits
        self._poll_interval_seconds = poll_interval_seconds
        self._background = [
            ("queues", self._poll_queues, poll_interval_seconds),
            ("expiry", self._expire, expiry_interval_seconds),
        ]
        self._streams: list[StreamMapping] = []
        self._written = threading.Event()
        self._queues: list[QueueMapping] = []
        self._sent = threading.Event()
        # The cloud has its own session, because threads must not share a session while they build clients.
        self._session = boto3.Session(region_name=region)
        self._background_work = threading.Lock()
        self._running = ExitStack()

    def start(self) -> None:
        """Start with no resources.

        Raises:
            RuntimeError: A local cloud is running in this process already.
        """
        with ExitStack() as stack:
            stack.enter_context(
                corrected_moto(
                    region=self.region,
                    clock=self.clock,
                    lambdas=self.lambdas,
                    events=self.events,
                    uploads=self.uploads,
                    published=self.published,
                    limits=self._limits,
                    usage=self.usage,
                )
            )
            stack.enter_context(self.events.delivering())
            stack.enter_context(self.uploads.delivering())
            stack.enter_context(self.published.delivering())
            if self._poll_interval_seconds is not None:
                stack.enter_context(noticed_records(self._written.set))
                stack.enter_context(
                    woken(
                        self._deliver_streams,
                        by=self._written,
                        retry_seconds=self._poll_interval_seconds,
                        name="streams",
                    )
                )
                stack.enter_context(noticed_messages(self._sent.set))
                stack.enter_context(
                    woken(self._poll_queues, by=self._sent, retry_seconds=self._poll_interval_seconds, name="sent")
                )
            for name, task, interval_seconds in self._background:
                if interval_seconds is not None:
                    stack.enter_context(repeating(task, interval_seconds=interval_seconds, name=name))
            stack.callback(join_interpreter, timeout_seconds=_GRACE_SECONDS)
            stack.enter_context(self.lambdas.serving(grace_seconds=_GRACE_SECONDS))
            stack.callback(stop_executions)
            stack.callback(self._stop_queues)
            self._running = stack.pop_all()

    def stop(self) -> None:
        """Stop all tasks and delete all resources; does nothing if the cloud is not running."""
        self._running.close()

    def on_execution_status_change(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with EventBridge's event for each change of an execution's status.

        The call is made on a separate thread. If it raises, it is repeated after a while.
        """
        self.events.subscribe(subscriber)

    def on_object_created(self, subscriber: Subscriber) -> None:
        """Call `subscriber` with EventBridge's event for each object that is created in a bucket, as above.

        The bucket has to send its events to EventBridge.
        """
        self.uploads.subscribe(subscriber)

    def on_event(self, bus_name: str, subscriber: Subscriber) -> None:
        """Call `subscriber` with each event that is put on a bus of EventBridge, as above."""

        def take(event: Event) -> None:
            if isinstance(event, BusEvent) and event.bus_name == bus_name:
                subscriber(event)

        self.published.subscribe(take)

    def map_stream(
        self,
        table_name: str,
        function_name: str,
        *,
        batch_size: int = 100,
        max_retries: int | None = 3,
        matches: Callable[[Record], bool] = lambda _record: True,
    ) -> StreamMapping:
        """Deliver future changes of a table to a function; see `StreamMapping`."""
        mapping = StreamMapping(
            self.lambdas,
            region=self.region,
            table_name=table_name,
            function_name=function_name,
            batch_size=batch_size,
            max_retries=max_retries,
            matches=matches,
        )
        self._streams.append(mapping)
        return mapping

    def map_queue(
        self,
        queue_name: str,
        function_name: str,
        *,
        batch_size: int = 10,
        max_concurrency: int | None = None,
        reports_failures: bool = True,
    ) -> QueueMapping:
        """Deliver a queue's messages to a function; see `QueueMapping`.

        Raises:
            ValueError: Lambda would refuse the mapping.
        """
        mapping = QueueMapping(
            self.lambdas,
            self._session.client,
            queue_name=queue_name,
            function_name=function_name,
            batch_size=batch_size,
            max_concurrency=max_concurrency,
            reports_failures=reports_failures,
        )
        self._queues.append(mapping)
        return mapping

    def tick(self) -> None:
        """Do AWS's background work now: delete expired items and objects, then deliver the streams and the queues."""
        self._expire()
        self._deliver_streams()
        for mapping in list(self._queues):
            mapping.deliver()

    def s3_wsgi_app(self) -> "WSGIApplication":
        """Return the cloud's S3 as a WSGI application, for presigned URLs; see `s3_http`."""
        return s3_wsgi_app(self.clock.now)

    def _expire(self) -> None:
        with self._background_work:
            now = self.clock.now()
            delete_expired_items(self._session.client("dynamodb"), now)
            delete_expired_objects(self._session.client("s3"), now)

    def _poll_queues(self) -> bool:
        for mapping in list(self._queues):
            if holds_messages(self.region, mapping.queue_name):
                mapping.poll()
        return False

    def _stop_queues(self) -> None:
        for mapping in self._queues:
            mapping.stop()

    def _deliver_streams(self) -> bool:
        """Deliver the records in the streams; return whether a batch must be retried."""
        with self._background_work:
            undelivered = [mapping.deliver() for mapping in list(self._streams)]
        return any(undelivered)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
