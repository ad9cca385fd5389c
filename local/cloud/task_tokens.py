"""Task tokens as documented: each takes one outcome, while its task waits for it.

moto differs from AWS:

- It looks for a token in every running execution.
- A second outcome replaces the first one.
- It accepts the failure of a task whose execution has ended, and calls the token invalid if the task succeeds.
- It drops the cause of a failure.
- A retry gets the token and the outcome of the previous attempt.
- It continues to wait when an execution has ended.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.exceptions import AWSError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    CallbackPoolManager,
)
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.responses import StepFunctionResponse


class _InvalidToken(AWSError):  # type: ignore[misc]  # moto has no types
    TYPE = "InvalidToken"
    STATUS = 400


class _TaskTimedOut(AWSError):  # type: ignore[misc]  # moto has no types
    TYPE = "TaskTimedOut"
    STATUS = 400


class _Tokens:
    """All tokens that were ever issued."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, CallbackEndpoint | None] = {}

    def open(self, endpoint: CallbackEndpoint) -> None:
        """Add the token of a task that begins to wait."""
        with self._lock:
            self._waiting[endpoint.callback_id] = endpoint

    def close(self, endpoint: CallbackEndpoint) -> None:
        """Refuse further outcomes for a task that no longer waits."""
        with self._lock:
            self._waiting[endpoint.callback_id] = None

    def take(self, outcome: CallbackOutcome) -> None:
        """Hand an outcome to the task that waits for it."""
        with self._lock:
            if outcome.callback_id not in self._waiting:
                raise _InvalidToken("Invalid Token: 'Invalid token'")
            endpoint = self._waiting[outcome.callback_id]
            if endpoint is None:
                raise _TaskTimedOut("Task Timed Out: 'Provided task does not exist anymore'")
            self._waiting[outcome.callback_id] = None
        endpoint.notify(outcome)

    def succeed(self, request: Any) -> ActionResult:
        """Answer SendTaskSuccess."""
        token, output = request._get_param("taskToken"), request._get_param("output")
        self.take(CallbackOutcomeSuccess(callback_id=token, output=output))
        return EmptyResult()

    def fail(self, request: Any) -> ActionResult:
        """Answer SendTaskFailure."""
        token, error, cause = (request._get_param(name) for name in ("taskToken", "error", "cause"))
        self.take(CallbackOutcomeFailure(callback_id=token, error=error, cause=cause))
        return EmptyResult()


@contextmanager
def single_use_task_tokens() -> Iterator[None]:
    """Answer InvalidToken for an unknown token, and TaskTimedOut for a token whose task has ended."""
    tokens = _Tokens()
    add = CallbackPoolManager.add
    interrupt_all = CallbackEndpoint.interrupt_all
    evaluate = StateTaskServiceCallback._eval_execution
    terminated = BaseExecutionWorkerCommunication.terminated

    def add_open(pool: Any, callback_id: str) -> CallbackEndpoint:
        endpoint = add(pool, callback_id)
        tokens.open(endpoint)
        return endpoint

    def close(endpoint: Any) -> None:
        tokens.close(endpoint)
        interrupt_all(endpoint)

    def attempt(task: Any, env: Any) -> None:
        if task.resource.condition == ResourceCondition.WaitForTaskToken:
            env.callback_pool_manager.add(env.states.context_object.update_task_token())
        evaluate(task, env)

    def end(worker: Any) -> None:
        terminated(worker)
        environment = worker.execution.exec_worker.env
        for endpoint in list(environment.callback_pool_manager._pool.values()) if environment else ():
            endpoint.interrupt_all()

    def succeed(request: Any) -> ActionResult:
        return tokens.succeed(request)

    def fail(request: Any) -> ActionResult:
        return tokens.fail(request)

    with (
        patch.object(CallbackPoolManager, "add", add_open),
        patch.object(CallbackEndpoint, "interrupt_all", close),
        patch.object(StateTaskServiceCallback, "_eval_execution", attempt),
        patch.object(BaseExecutionWorkerCommunication, "terminated", end),
        patch.object(StepFunctionResponse, "send_task_success", succeed),
        patch.object(StepFunctionResponse, "send_task_failure", fail),
    ):
        yield
