"""Behaviour of moto's Step Functions without the hooks of the local cloud.

A test that fails says that moto has mended this: look whether the hook in the test's name can go.
"""

import logging
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.backend.execution import Execution

from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, describe, finish, start
from tests.integration.local_cloud.unpatched import interrupted, mends
from tests.patience import PATIENCE_SECONDS
from tests.quiet import quiet

SUCCEED = {"Type": "Succeed"}


@pytest.fixture
def client() -> Any:
    return clients.client("stepfunctions")


@pytest.fixture(autouse=True)
def quiet_interpreter() -> Iterator[None]:
    with quiet(logging.getLogger("moto.stepfunctions")):
        yield


@mends("local/cloud/asl_timers.py")
def test_a_wait_before_a_retry_outlives_its_execution(client: Any) -> None:
    waiting, over = threading.Event(), threading.Event()

    def sleep(_seconds: float) -> None:
        waiting.set()
        over.wait(PATIENCE_SECONDS)

    # Given an execution that waits before a retry
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "none"}}
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1000, "MaxAttempts": 1}]
    with patch.object(retrier_decl, "time", SimpleNamespace(sleep=sleep)):
        execution = start(create(task | {"Retry": retry, "End": True}))
        assert waiting.wait(PATIENCE_SECONDS)

        # When it is stopped, then it sleeps on
        client.stop_execution(executionArn=execution)
        assert describe(execution)["status"] == "RUNNING"
        over.set()
        finish(execution)


@mends("local/cloud/step_functions.py")
def test_two_starts_at_once_with_one_name_make_two_executions(client: Any) -> None:
    machine = create(SUCCEED)
    with interrupted(Execution, "__init__", lambda: start(machine, name="job")):
        arn = start(machine, name="job")
    executions = client.list_executions(stateMachineArn=machine)["executions"]
    assert [each["executionArn"] for each in executions] == [arn, arn]


@mends("local/cloud/task_tokens.py")
def test_a_second_outcome_of_a_task_is_accepted(client: Any) -> None:
    # Given an execution of two tasks, each of which sends its token to a queue and waits for an outcome
    sqs: Any = clients.client("sqs")
    url = sqs.create_queue(QueueName="tokens")["QueueUrl"]

    def next_token() -> str:
        return str(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["Body"])

    def has_begun_to_wait(times: int) -> bool:
        history = client.get_execution_history(executionArn=execution)["events"]
        return [event["type"] for event in history].count("TaskSubmitted") == times

    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
    }
    execution = start(create(task | {"Next": "Then"}, then=task | {"End": True}))
    token = next_token()

    # When the first task has succeeded, and succeeds and fails again
    client.send_task_success(taskToken=token, output="{}")
    eventually(lambda: has_begun_to_wait(times=2))

    # Then nothing is refused
    client.send_task_success(taskToken=token, output="{}")
    client.send_task_failure(taskToken=token, error="TooLate")
    # Not even when the execution has ended
    client.send_task_failure(taskToken=next_token(), error="Broken")
    finish(execution)
    client.send_task_failure(taskToken=token, error="TooLate")
