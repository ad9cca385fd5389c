"""Simulated Lambda processes: which one a line of code runs in, and its death."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from local.cloud import lambda_runtime
from local.cloud.lambda_runtime import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.cloud.lambda_context import LambdaContext
    from local.cloud.lambda_function import Handler

_EXIT_ERROR = "Runtime.ExitError"
_current: ContextVar[Process | None] = ContextVar("process", default=None)


class ProcessDied(BaseException):
    """The process is dead. No handler catches this error, and the AWS calls of its cleanup are no longer made."""


class ThreadDied(Exception):
    """The process is dead, and so is a thread of it that makes this call alone.

    boto3 waits forever for a part of an upload that ends with anything but an Exception, which a killed process does
    not raise; and Python reports a thread that ends so.
    """


@dataclass(slots=True, eq=False)
class Process:
    """The process of one invocation, with all its threads."""

    function: str
    """The function that runs in the process; for the API, the part of it."""
    is_dead: bool = False

    def die(self) -> ProcessDied:
        """Stop the process now: nothing that it does later has an effect."""
        self.is_dead = True
        return ProcessDied()


def current_process() -> Process | None:
    """Return the process that the calling thread belongs to; None outside of Lambda functions."""
    return _current.get()


class Processes:
    """The processes that are running."""

    def __init__(self) -> None:
        self._running: set[Process] = set()
        self._changed = threading.Condition()
        self._changed_at = time.monotonic()

    def wait_until_none_runs(self, timeout_seconds: float) -> None:
        """Wait until every invocation has ended.

        Raises:
            TimeoutError: one has not.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._running, timeout_seconds):
                raise TimeoutError(f"still running: {sorted(process.function for process in self._running)}")

    def quiet_seconds(self) -> float:
        """Return for how long no invocation has run, begun or ended; 0 while one runs."""
        with self._changed:
            return 0.0 if self._running else time.monotonic() - self._changed_at

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Give every invocation a process while the context lasts."""
        call = lambda_runtime.call
        submit = ThreadPoolExecutor.submit

        def call_in_process(handler: Handler, payload: str, context: LambdaContext) -> Response:
            process = Process(_name(context.function_name, json.loads(payload)))
            self._change(self._running.add, process)
            token = _current.set(process)
            try:
                response = call(handler, payload, context)
            finally:
                _current.reset(token)
                self._change(self._running.discard, process)
            return _died(context) if process.is_dead else response

        def submit_in_process(
            pool: ThreadPoolExecutor, task: Callable[..., Any], /, *args: Any, **options: Any
        ) -> Any:
            # Threads do not inherit the context: what a handler has done by a pool is its process's doing.
            if current_process() is None:
                return submit(pool, task, *args, **options)
            return submit(pool, copy_context().run, task, *args, **options)

        with (
            patch.object(lambda_runtime, "call", call_in_process),
            patch.object(ThreadPoolExecutor, "submit", submit_in_process),
        ):
            yield

    def _change(self, change: Callable[[Process], None], process: Process) -> None:
        with self._changed:
            change(process)
            self._changed_at = time.monotonic()
            self._changed.notify_all()


def _name(function: str, event: Any) -> str:
    if function != "api":
        return function
    if event["rawPath"].endswith("/stop"):
        return "stop"
    match event["requestContext"]["http"]["method"], "idempotency-key" in event["headers"]:
        case "POST", False:
            return "submit"
        case "POST", True:
            return "submit-keyed"
        case "DELETE", _:
            return "cancel"
        case _:
            return "read"


def _died(context: LambdaContext) -> Response:
    """Return Lambda's answer for an invocation whose process has exited."""
    message = f"RequestId: {context.aws_request_id} Error: Runtime exited with error: exit status 1"
    return Response(json.dumps({"errorType": _EXIT_ERROR, "errorMessage": message}), _EXIT_ERROR)
