"""Laboratory of the experiments: a local stack whose calls are observed."""

from __future__ import annotations

import gc
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import uuid4

import boto3

from castline import composition, dynamodb, table
from castline.jobs import checks, repository
from local import stack as local_stack
from local.azure_speech.server import AzureSpeechEmulator
from local.cloud import event_delivery
from local.cloud.clock import Clock
from local.cloud.lambda_errors import FunctionError
from local.stack import LocalStack
from tests.faults import inspection
from tests.faults.calls import Calls
from tests.faults.outcomes import Outcomes
from tests.faults.processes import Processes
from tests.patience import PATIENCE_SECONDS
from tests.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from local.azure_speech.throttling import Throttling
    from local.cloud.limits import Limits

# If nothing has happened for so long, time passes until the next run of the schedule. An outage lasts for longer than
# a job may take.
_QUIET_SECONDS = 0.3
_SCHEDULE = timedelta(minutes=1)
_OUTAGE = timedelta(minutes=12)
# A ticket that nobody has deleted comes back before that.
_TICKETS_RETURN = timedelta(minutes=6)
# 5 s of the state machine's are 10 ms here.
_WAIT_SCALE = 0.002
# EventBridge's patience and the repository's, shortened likewise; and the schedule, kept out of what is observed.
_DELIVERY_RETRIES_SECONDS = (0.01, 0.02, 0.04)
_CONFLICT_BACKOFF_SECONDS = 0.0001
_NEVER_SECONDS = 1e6
# The partitions that the reconciler reads each time. With all eight, a third of all calls were its reads.
_OPEN_SHARDS = 2
# What a first delivery of a table's stream could not do, the next one does.
_STREAM_DELIVERIES = 2
# Allocations, then collections of the generation before.
_COLLECT_AFTER = (50_000, 10, 100)


class FunctionsClock:
    """A clock that may be ahead of real time, as may the cloud's.

    Attributes:
        ahead: by how much.
    """

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.ahead


class Laboratory:
    """A running local stack, one job at a time.

    Attributes:
        stack: the stack.
        speech: its provider.
        calls: the calls of its functions to AWS and the provider.
        clock: the clock of its functions.
        undisturbed: the outcomes of the scenarios without a fault.
    """

    def __init__(
        self,
        stack: LocalStack,
        speech: AzureSpeechEmulator,
        calls: Calls,
        processes: Processes,
        clock: FunctionsClock,
        undisturbed: Outcomes,
    ) -> None:
        self.stack = stack
        self.speech = speech
        self.calls = calls
        self.undisturbed = undisturbed
        self.clock = clock
        self._processes = processes
        self._ended: set[str] = set()
        self._delivered = threading.Condition()
        stack.cloud.on_execution_status_change(self._note_delivery)
        self._published: list[Mapping[str, Any]] = []
        self._marks: set[str] = set()
        stack.cloud.published.subscribe(self._note_published)

    @classmethod
    @contextmanager
    def opened(
        cls,
        *,
        throttling: Throttling | None = None,
        limits: Limits | None = None,
        undisturbed: Path | None = None,
    ) -> Iterator[Laboratory]:
        """Yield a laboratory, while the context lasts.

        Args:
            throttling: the limits of its provider.
            limits: the limits of AWS.
            undisturbed: a folder for the outcomes without a fault, which laboratories with the same limits share.
        """
        speech = AzureSpeechEmulator(voice_engine="tone", throttling=throttling)
        calls, processes, clock = Calls(), Processes(), FunctionsClock()
        with ExitStack() as context:
            context.enter_context(patch.object(event_delivery, "_RETRY_DELAYS_SECONDS", _DELIVERY_RETRIES_SECONDS))
            context.enter_context(patch.object(dynamodb, "_CONFLICT_BACKOFF_SECONDS", _CONFLICT_BACKOFF_SECONDS))
            for module in (checks, repository, table):
                context.enter_context(patch.object(module, "OPEN_SHARDS", _OPEN_SHARDS))
            context.enter_context(patch.object(local_stack, "_RECONCILE_SECONDS", _NEVER_SECONDS))
            context.enter_context(quiet(event_delivery.logger))
            context.enter_context(processes.observed())
            context.enter_context(calls.observed())
            context.enter_context(_clients_made_once())
            context.enter_context(composition.given(clock=lambda: clock.now))
            stack = LocalStack(
                clock=Clock(wait_scale=_WAIT_SCALE),
                speech=speech,
                settings={"RECONCILE_AFTER_SECONDS": "0", "SETTLE_AFTER_SECONDS": "0"},
                limits=limits,
            )
            context.enter_context(stack)
            context.enter_context(_little_garbage_collected())
            yield cls(stack, speech, calls, processes, clock, Outcomes(undisturbed))

    def settle(self) -> None:
        """Wait until all automatic work is done: executions, events, and every invocation.

        Raises:
            TimeoutError: the work does not end.
        """
        self._wait_for_executions()
        self._processes.wait_until_none_runs(PATIENCE_SECONDS)
        for _ in range(_STREAM_DELIVERIES):
            self.stack.cloud.tick()
        self._wait_for_tickets()
        self._wait_for_the_bus()
        self._processes.wait_until_none_runs(PATIENCE_SECONDS)

    def pass_time(self, delta: timedelta) -> None:
        """Move the functions' clock and the cloud's forward: leases end, and hidden messages come back."""
        self.clock.ahead += delta
        self.stack.cloud.clock.advance(delta)

    def return_to_present(self) -> None:
        """Undo all passing of time."""
        self.pass_time(-self.clock.ahead)

    def _wait_for_executions(self) -> None:
        """Wait for the end of all executions.

        Where batches wait for time to pass, it passes, and the reconciler runs every minute. An outage that keeps
        them waiting comes to an end.
        """
        passed, last_progress = timedelta(), time.monotonic()
        while True:
            with self._delivered:
                if self._delivered.wait_for(lambda: self.calls.started <= self._ended, _QUIET_SECONDS):
                    return
            if self._processes.quiet_seconds() >= _QUIET_SECONDS and inspection.batches_waiting():
                if passed == _OUTAGE:
                    self.calls.recover()
                self.pass_time(_SCHEDULE)
                with suppress(FunctionError):
                    self.stack.reconcile()
                passed, last_progress = passed + _SCHEDULE, time.monotonic()
            if time.monotonic() - last_progress > PATIENCE_SECONDS or passed > 2 * _OUTAGE:
                raise TimeoutError(f"still running: executions {self.calls.started - self._ended}")

    def _wait_for_tickets(self) -> None:
        """Let the time pass until tickets that are hidden or delayed have come to nothing."""
        passed = timedelta()
        while inspection.tickets_left() and passed < _TICKETS_RETURN:
            self.pass_time(_SCHEDULE)
            passed += _SCHEDULE
            self.stack.cloud.tick()

    def events_published(self) -> list[Mapping[str, Any]]:
        """Return the events of jobs that have come to the bus since the last time, and forget them."""
        with self._delivered:
            published, self._published = self._published, []
        return published

    def _wait_for_the_bus(self) -> None:
        """Wait until everything on the bus has been delivered to all subscribers."""
        mark = str(uuid4())
        self.stack.cloud.published.publish({"detail-type": "Mark", "resources": [], "id": mark})
        with self._delivered:
            if not self._delivered.wait_for(lambda: mark in self._marks, PATIENCE_SECONDS):
                raise TimeoutError("still delivering: events of the bus")

    def wait_for_end_of(self, job_id: str) -> None:
        """Wait until the end of the job's execution has been delivered to all subscribers.

        Raises:
            TimeoutError: it has not ended.
        """
        with self._delivered:
            if not self._delivered.wait_for(lambda: job_id in self._ended, PATIENCE_SECONDS):
                raise TimeoutError(f"still running: execution {job_id}")

    @contextmanager
    def later(self, delta: timedelta) -> Iterator[None]:
        """Move the time of TTL and lifecycle rules forward while the context lasts."""
        self.stack.cloud.clock.advance(delta)
        try:
            yield
        finally:
            self.stack.cloud.clock.advance(-delta)

    def _note_published(self, event: Mapping[str, Any]) -> None:
        """Record an event of the bus. This subscriber is the last, too."""
        with self._delivered:
            if "detail" in event:
                self._published.append(event["detail"])
            else:
                self._marks.add(event["id"])
            self._delivered.notify_all()

    def _note_delivery(self, event: Mapping[str, Any]) -> None:
        """Record an event. This subscriber is the last: all others have received the event or failed by now."""
        if event["detail"]["status"] != "RUNNING":
            with self._delivered:
                self._ended.add(event["detail"]["name"])
                self._delivered.notify_all()


@contextmanager
def _clients_made_once() -> Iterator[None]:
    """Make each AWS client only once: a fifth of the CPU time went into making them, although that calls nothing."""
    make_client: Any = boto3.Session.client
    made: dict[str, Any] = {}
    making = threading.Lock()

    def client(session: boto3.Session, service: str, /, **options: Any) -> Any:
        config = options.get("config")
        told = {**options, "config": vars(config) if config else None}
        key = f"{session.region_name} {service} {sorted(told.items())}"
        with making:
            if key not in made:
                made[key] = make_client(session, service, **options)
            return made[key]

    with patch.object(boto3.Session, "client", client):
        yield


@contextmanager
def _little_garbage_collected() -> Iterator[None]:
    """Collect only young garbage, and ignore old objects, which are most."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
