"""Corrections of how executions start, stop and end in moto's Step Functions.

The functions below say what moto does instead. It also publishes no event when the status of an execution changes,
and fails to stop an execution whose thread has not begun to run.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import TMP_THREADS
from moto.stepfunctions.responses import StepFunctionResponse

from local.cloud.event_delivery import Event
from local.cloud.execution_events import status_change
from local.cloud.right_of_way import executions_give_way

_START_SECONDS = 60.0
_POLL_SECONDS = 0.005


@contextmanager
def step_functions(publish: Callable[[Event], None]) -> Iterator[None]:
    """Make executions start, stop and end as on AWS, and `publish` each change of their status."""
    # Held wherever an execution's status is read and then changed.
    transition = threading.RLock()
    with (
        _idempotent_start(publish, transition),
        _single_outcome(publish, transition),
        _stop_at_once(publish, transition),
        _stop_date_always(transition),
        _quiet("moto.stepfunctions"),
        _states_errors_leave_a_map(),
        executions_give_way(),
    ):
        yield


def stop_executions() -> None:
    """Stop every running execution, without an event."""
    for execution in _running_executions():
        _stop_interpreter(execution, error=None, cause=None)


def join_interpreter(*, timeout_seconds: float) -> None:
    """Wait for the threads of stopped executions, `timeout_seconds` at most."""
    deadline = time.monotonic() + timeout_seconds
    for thread in list(TMP_THREADS):
        thread.join(max(0.0, deadline - time.monotonic()))
    TMP_THREADS.clear()


@contextmanager
def _idempotent_start(publish: Callable[[Event], None], transition: threading.RLock) -> Iterator[None]:
    """Start one execution for each name, even for concurrent requests; give unnamed executions unique names.

    moto looks for the name and adds the execution in two steps, and names all unnamed executions "None".
    """
    start_execution = StepFunctionsParserBackend.start_execution
    start = Execution.start

    def start_once(backend: Any, state_machine_arn: str, name: str | None = None, *args: Any, **options: Any) -> Any:
        with transition:
            return start_execution(backend, state_machine_arn, name or str(uuid.uuid4()), *args, **options)

    def start_and_publish(execution: Any) -> None:
        publish(status_change(execution, "RUNNING"))
        start(execution)

    with (
        patch.object(StepFunctionsParserBackend, "start_execution", start_once),
        patch.object(Execution, "start", start_and_publish),
    ):
        yield


@contextmanager
def _single_outcome(publish: Callable[[Event], None], transition: threading.RLock) -> Iterator[None]:
    """Keep the first outcome of an execution.

    When an execution is stopped or times out, its current state is interrupted and fails. In moto, that failure
    overwrites ABORTED and TIMED_OUT.
    """
    set_error = Environment.set_error

    def set_error_while_running(env: Any, error: Any) -> None:
        with env._state_mutex:
            if env.is_running():
                set_error(env, error)

    def terminated(worker: Any) -> None:
        execution = worker.execution
        with transition:
            if execution.exec_status != ExecutionStatus.RUNNING:
                return
            worker._reflect_execution_status()
        publish(status_change(execution, execution.status))

    with (
        patch.object(Environment, "set_error", set_error_while_running),
        patch.object(BaseExecutionWorkerCommunication, "terminated", terminated),
    ):
        yield


@contextmanager
def _stop_at_once(publish: Callable[[Event], None], transition: threading.RLock) -> Iterator[None]:
    """Abort at once on StopExecution. In moto, the running state ends first; error, cause and stopDate are lost."""

    def stop_execution(request: Any) -> Any:
        execution = request.stepfunction_backend.describe_execution(request._get_param("executionArn"))
        error, cause = request._get_param("error"), request._get_param("cause")
        with transition:
            running = execution.exec_status == ExecutionStatus.RUNNING
            if running:
                execution.exec_status = ExecutionStatus.ABORTED
                execution.error, execution.cause = error, cause
                execution.stop_date = datetime.now(UTC)
        if running:
            publish(status_change(execution, execution.status))
            _stop_interpreter(execution, error, cause)
        return ActionResult({"stopDate": execution.stop_date})

    with patch.object(StepFunctionResponse, "stop_execution", stop_execution):
        yield


@contextmanager
def _stop_date_always(transition: threading.RLock) -> Iterator[None]:
    """Describe a timed-out execution with its stopDate, which moto omits."""
    describe_execution = StepFunctionResponse.describe_execution

    def describe(request: Any) -> Any:
        with transition:
            described = describe_execution(request)
            arn = request._get_param("executionArn")
            stop_date = request.stepfunction_backend.describe_execution(arn).stop_date
        if stop_date:
            described.result["stopDate"] = stop_date
        return described

    with patch.object(StepFunctionResponse, "describe_execution", describe):
        yield


def _running_executions() -> list[Any]:
    return [
        execution
        for account in stepfunctions_parser_backends.values()
        for backend in account.values()
        for machine in backend.state_machines
        for execution in machine.executions
        if execution.exec_status == ExecutionStatus.RUNNING
    ]


def _stop_interpreter(execution: Any, error: str | None, cause: str | None) -> None:
    # An execution that was just started has no environment yet, or one that does not run and cannot stop.
    deadline = time.monotonic() + _START_SECONDS
    worker = execution.exec_worker
    while not (worker.env and worker.env.program_state()) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    execution.stop(stop_date=execution.stop_date, error=error, cause=cause)


@contextmanager
def _states_errors_leave_a_map() -> Iterator[None]:
    """Fail a Map with its item's error, even if it is an error of the States Language, such as States.Timeout.

    moto treats it as a custom error, refuses its name because of the prefix, and fails with States.Runtime.
    """
    with patch.object(CustomErrorName, "__init__", ErrorName.__init__):
        yield


@contextmanager
def _quiet(logger_name: str) -> Iterator[None]:
    """Silence a logger. The interpreter logs long errors for failures that a Map's Catch handles."""
    logger = logging.getLogger(logger_name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
