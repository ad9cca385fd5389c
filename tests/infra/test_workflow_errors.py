"""Errors of Lambda tasks, by their documented names, run through the real workflow file.

``tests/unit/infra/test_workflow_file.py`` tests which names each task retries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from castline.jobs.failures import FailureCode
from castline.workflow.task_errors import read_failure
from infra.functions import ASSEMBLE, PLAN, QUEUE_BATCH, RECORD_FAILURE, WORKFLOW_SUBSTITUTIONS
from local import resources
from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud.state_machines import finish, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Workflow:
    """The real definition, with functions that only fail as told."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.failures: list[dict[str, Any]] = []
        self.calls: dict[str, int] = {}
        self._client = boto3.client("stepfunctions")
        self._failing, self._error, self._times = "", "", 0
        arns = {
            spec.name: cloud.lambdas.register(spec.name, self._handler(spec.name), timeout_seconds=60)
            for spec in WORKFLOW_SUBSTITUTIONS.values()
        }
        self._arn = resources.create_state_machine(arns)

    def run(self, *, failing: str, error: str, times: int) -> str:
        """Run a job whose task ``failing`` fails ``times`` times; return the execution's status."""
        self.failures = []
        self.calls = dict.fromkeys((spec.name for spec in WORKFLOW_SUBSTITUTIONS.values()), 0)
        self._failing, self._error, self._times = failing, error, times
        return str(finish(start(self._arn, {"job_id": "job"}))["status"])

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


@pytest.fixture(scope="module")
def workflow() -> Iterator[Workflow]:
    with LocalCloud(clock=Clock(wait_scale=0.001), poll_interval_seconds=None, expiry_interval_seconds=None) as cloud:
        yield Workflow(cloud)


@pytest.mark.parametrize(
    ("task", "error"),
    [
        (PLAN.name, "Lambda.ServiceException"),
        (QUEUE_BATCH.name, "Lambda.TooManyRequestsException"),
        (ASSEMBLE.name, "Runtime.OutOfMemory"),
    ],
)
def test_a_transient_error_is_retried_by_every_task(workflow: Workflow, task: str, error: str) -> None:
    status = workflow.run(failing=task, error=error, times=2)

    assert status == "SUCCEEDED"
    assert (workflow.calls[task], workflow.failures) == (3, [])


@pytest.mark.parametrize(
    ("task", "error", "code"),
    [
        (PLAN.name, "Runtime.ImportModuleError", FailureCode.INTERNAL_ERROR),
        (QUEUE_BATCH.name, "States.Permissions", FailureCode.INTERNAL_ERROR),
        (ASSEMBLE.name, "Sandbox.Timedout", FailureCode.TIMEOUT),
    ],
)
def test_any_other_error_fails_the_job_at_once_with_its_code(
    workflow: Workflow, task: str, error: str, code: FailureCode
) -> None:
    status = workflow.run(failing=task, error=error, times=1)

    assert status == "SUCCEEDED"
    (failure,) = workflow.failures
    assert (workflow.calls[task], failure["Error"]) == (1, error)
    assert read_failure(failure).code == code
