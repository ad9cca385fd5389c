"""Host of Lambda functions that are callables of this process."""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import boto3

from local.cloud import lambda_runtime
from local.cloud.clock import Clock
from local.cloud.lambda_context import LambdaContext
from local.cloud.lambda_errors import FunctionNotFound, HostStopped, TooManyRequests
from local.cloud.lambda_faults import Fault, LambdaFaults, Pause
from local.cloud.lambda_function import Handler, LambdaFunction
from local.cloud.lambda_runtime import Response
from local.cloud.lambdas import Lambdas

Outcome = Literal["succeeded", "failed", "timed_out", "throttled"]

_KEPT_INVOCATIONS = 10_000
_ROLE_NAME = "local-lambda"
_REFERENCE = re.compile(r"(?:.*:function:)?(?P<name>[\w-]+)(?::[\w$-]+)?")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One finished invocation; `error_type` is set unless it succeeded."""

    name: str
    event: Any
    outcome: Outcome
    duration_ms: float
    error_type: str | None


class LambdaHost(Lambdas):
    """A host that registers functions and invokes them. Each invocation has its own daemon thread.

    Attributes:
        invocations: The last 10,000 finished invocations, oldest first.
    """

    def __init__(self, clock: Clock) -> None:
        self.invocations: deque[Invocation] = deque(maxlen=_KEPT_INVOCATIONS)
        self._clock = clock
        self._faults = LambdaFaults()
        self._functions: dict[str, LambdaFunction] = {}
        self._running: dict[Future[Response], threading.Thread] = {}
        self._stopped = False
        self._starting = threading.Lock()

    def register(
        self,
        name: str,
        handler: Handler,
        *,
        timeout_seconds: int,
        memory_mb: int = 128,
        reserved_concurrency: int | None = None,
        turn: AbstractContextManager[Any] | None = None,
    ) -> str:
        """Create the function in Lambda and return its ARN; `handler` takes `(event, context)`, and holds its `turn`.

        An invocation that has timed out holds the turn until its handler has ended.
        """
        arn: str = self._client.create_function(
            FunctionName=name,
            Role=self._role_arn,
            Runtime="python3.13",
            Handler="in.this.process",
            Code={"ZipFile": b"in this process"},
            Timeout=timeout_seconds,
            MemorySize=memory_mb,
        )["FunctionArn"]
        if reserved_concurrency is not None:
            self._client.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=reserved_concurrency
            )
        self._functions[name] = LambdaFunction(
            name, arn, handler, timeout_seconds, memory_mb, reserved_concurrency, turn or nullcontext()
        )
        return arn

    @cached_property
    def _client(self) -> Any:
        return boto3.client("lambda")

    @cached_property
    def _role_arn(self) -> str:
        """The role of all functions; Lambda requires one."""
        iam: Any = boto3.client("iam")
        try:
            role = iam.get_role(RoleName=_ROLE_NAME)
        except iam.exceptions.NoSuchEntityException:
            role = iam.create_role(RoleName=_ROLE_NAME, AssumeRolePolicyDocument="{}")
        return str(role["Role"]["Arn"])

    def name_of(self, reference: str) -> str:
        """See `Lambdas`."""
        return self._find(reference).name

    def run(self, name: str, payload: str) -> Response:
        """See `Lambdas`."""
        function = self._find(name)
        if not function.occupy():
            self._log(function, payload, "throttled", error_type="TooManyRequestsException")
            raise TooManyRequests(function.name)
        timeout_seconds = self._clock.scale_timeout(function.timeout_seconds)
        context = LambdaContext(
            function_name=function.name,
            function_arn=function.arn,
            memory_mb=function.memory_mb,
            timeout_seconds=timeout_seconds,
        )
        started = time.monotonic()
        outcome: Outcome
        try:
            response = self._start(function, payload, context).result(timeout_seconds)
            outcome = "failed" if response.error_type else "succeeded"
        except TimeoutError:
            # A thread cannot be ended from outside: the handler continues, but no longer counts as running.
            response = lambda_runtime.timed_out(context, function.timeout_seconds)
            outcome = "timed_out"
        except CancelledError:
            raise HostStopped(function.name) from None
        finally:
            function.vacate()
        duration_ms = (time.monotonic() - started) * 1000
        self._log(function, payload, outcome, duration_ms=duration_ms, error_type=response.error_type)
        return response

    def pause(self, name: str) -> AbstractContextManager[Pause]:
        """Hold every invocation of a function, before its handler runs, while the context lasts."""
        return self._faults.pause(name)

    def fail_next(self, name: str, exception: Exception, *, times: int = 1, after_effect: bool = False) -> None:
        """Make the next invocations of a function raise in place of its handler, or after the handler has run."""
        self._faults.fail_next(name, Fault(exception, after_effect), times)

    @contextmanager
    def serving(self, *, grace_seconds: float) -> Iterator[None]:
        """Abandon running invocations when the context ends, and wait for them, at most `grace_seconds`."""
        try:
            yield
        finally:
            with self._starting:
                self._stopped = True
                abandoned = dict(self._running)
            self._faults.release_all()
            for promise in abandoned:
                promise.cancel()
            deadline = time.monotonic() + grace_seconds
            for thread in abandoned.values():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _find(self, reference: str) -> LambdaFunction:
        match = _REFERENCE.fullmatch(reference)
        if match is None or match["name"] not in self._functions:
            raise FunctionNotFound(reference)
        return self._functions[match["name"]]

    def _start(self, function: LambdaFunction, payload: str, context: LambdaContext) -> Future[Response]:
        promise: Future[Response] = Future()

        def handle(event: Any, context: LambdaContext) -> Any:
            self._faults.hold(function.name)
            if self._stopped:
                raise HostStopped(function.name)
            fault = self._faults.take(function.name)
            if fault and not fault.after_effect:
                raise fault.exception
            with function.turn:
                result = function.handler(event, context)
            if fault:
                raise fault.exception
            return result

        def run() -> None:
            response = lambda_runtime.call(handle, payload, context)
            if promise.set_running_or_notify_cancel():
                promise.set_result(response)
            del self._running[promise]

        thread = threading.Thread(target=run, name=f"lambda-{function.name}", daemon=True)
        with self._starting:
            if self._stopped:
                raise HostStopped(function.name)
            self._running[promise] = thread
            thread.start()
        return promise

    def _log(
        self,
        function: LambdaFunction,
        payload: str,
        outcome: Outcome,
        *,
        duration_ms: float = 0.0,
        error_type: str | None,
    ) -> None:
        event = json.loads(payload)
        self.invocations.append(Invocation(function.name, event, outcome, duration_ms, error_type))
