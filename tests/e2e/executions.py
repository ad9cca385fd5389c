"""Step Functions executions: one for each job, named by the job's id."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING

import boto3

from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


def execution_arn(job_id: str) -> str:
    [machine] = _client().list_state_machines()["stateMachines"]
    return f"{machine['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{job_id}"


def ended_status(job_id: str, *, timeout_seconds: float = PATIENCE_SECONDS) -> str:
    """Wait for the end of an execution and return its status. A job has its outcome a moment earlier."""
    deadline = time.monotonic() + timeout_seconds
    while (status := _client().describe_execution(executionArn=execution_arn(job_id))["status"]) == "RUNNING":
        assert time.monotonic() < deadline, f"the execution of {job_id} is still running"
        time.sleep(0.02)
    return status


def stop_execution(job_id: str) -> None:
    _client().stop_execution(executionArn=execution_arn(job_id))


@cache
def _client() -> SFNClient:
    # A session of its own: the functions' threads may be using the default one.
    return boto3.Session().client("stepfunctions")
