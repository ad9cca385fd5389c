"""Errors of Lambda tasks, by their documented names, run through the real workflow file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline.workflow.failures import read_failure
from infra.functions import ASSEMBLE, PLAN, QUEUE_BATCH, RECORD_FAILURE, WORKFLOW_SUBSTITUTIONS
from local import resources
from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud.state_machines import finish, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HANDLE_SERVICE_EXCEPTIONS = "step-functions/latest/dg/bp-lambda-serviceexception.html"
_FUNCTION_ERRORS = "lambda/latest/dg/python-exceptions.html and troubleshooting-invocation.html"
_ERROR_NAMES = "step-functions/latest/dg/concepts-error-handling.html"

TRANSIENT = {
    "Lambda.ClientExecutionTimeoutException": _HANDLE_SERVICE_EXCEPTIONS,
    "Lambda.ServiceException": _HANDLE_SERVICE_EXCEPTIONS,
    "Lambda.AWSLambdaException": _HANDLE_SERVICE_EXCEPTIONS,
    "Lambda.SdkClientException": _HANDLE_SERVICE_EXCEPTIONS,
    "Lambda.TooManyRequestsException": _HANDLE_SERVICE_EXCEPTIONS,
    "Lambda.Unknown": _HANDLE_SERVICE_EXCEPTIONS,
    "Runtime.ExitError": _FUNCTION_ERRORS,
    "Runtime.OutOfMemory": _FUNCTION_ERRORS,
}
PERMANENT = {
    "Sandbox.Timedout": (_FUNCTION_ERRORS, "TIMEOUT"),
    "States.Timeout": (_ERROR_NAMES, "TIMEOUT"),
    "States.Permissions": (_ERROR_NAMES, "INTERNAL_ERROR"),
    "Lambda.ResourceNotFoundException": (_ERROR_NAMES, "INTERNAL_ERROR"),
    "Runtime.ImportModuleError": (_FUNCTION_ERRORS, "INTERNAL_ERROR"),
}


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud(
        clock=Clock(wait_scale=0.001), poll_interval_seconds=None, expiry_interval_seconds=None
    ) as running:
        yield running


class Workflow:
    """The real definition, with functions that only fail as told."""

    def __init__(self, cloud: LocalCloud, *, failing: str, error: str, times: int) -> None:
        self.failures: list[dict[str, Any]] = []
        self.calls = dict.fromkeys((spec.name for spec in WORKFLOW_SUBSTITUTIONS.values()), 0)
        self._client = boto3.client("stepfunctions")
        self._failing, self._error, self._times = failing, error, times
        arns = {
            spec.name: cloud.lambdas.register(spec.name, self._handler(spec.name), timeout_seconds=60)
            for spec in WORKFLOW_SUBSTITUTIONS.values()
        }
        self._arn = resources.create_state_machine(arns)

    def run(self) -> str:
        status: str = finish(start(self._arn, {"job_id": "job"}))["status"]
        return status

    def _handler(self, name: str) -> Callable[[Any, Any], Any]:
        def handle(event: Any, _context: Any) -> Any:
            self.calls[name] += 1
            if name == self._failing and self.calls[name] <= self._times:
                raise type(self._error, (Exception,), {})("it was so")
            if name == RECORD_FAILURE.name:
                self.failures.append(event["failure"])
            if name == QUEUE_BATCH.name:
                self._client.send_task_success(taskToken=event["task_token"], output="{}")
            return {"user_id": "user", "batches": [[0, 1]]} if name == PLAN.name else {}

        return handle


@pytest.mark.parametrize("error", TRANSIENT)
@pytest.mark.parametrize("task", [PLAN.name, QUEUE_BATCH.name, ASSEMBLE.name])
def test_a_transient_error_is_retried_by_every_task(cloud: LocalCloud, task: str, error: str) -> None:
    workflow = Workflow(cloud, failing=task, error=error, times=2)

    assert workflow.run() == "SUCCEEDED"

    assert (workflow.calls[task], workflow.failures) == (3, [])


@pytest.mark.parametrize("error", PERMANENT)
@pytest.mark.parametrize("task", [PLAN.name, QUEUE_BATCH.name, ASSEMBLE.name])
def test_any_other_error_fails_the_job_at_once_with_its_code(cloud: LocalCloud, task: str, error: str) -> None:
    workflow = Workflow(cloud, failing=task, error=error, times=1)

    assert workflow.run() == "SUCCEEDED"

    (failure,) = workflow.failures
    assert (workflow.calls[task], failure["Error"]) == (1, error)
    assert read_failure(failure).code == PERMANENT[error][1]
