"""Behaviour of moto's Step Functions without the hooks of the local cloud.

A test that fails says that moto has mended this, and that this part of the hook in the test's name can go.
"""

import logging
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, describe, finish, inline_map, run, start
from tests.integration.local_cloud.unpatched import interrupted, mends
from tests.patience import PATIENCE_SECONDS
from tests.quiet import quiet

FAIL = {"Type": "Fail", "Error": "Broken"}
SUCCEED = {"Type": "Succeed"}
WAIT = {"Type": "Wait", "Seconds": 1000, "End": True}


@pytest.fixture
def client() -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture(autouse=True)
def quiet_interpreter() -> Iterator[None]:
    with quiet(logging.getLogger("moto.stepfunctions")):
        yield


def execution_of(machine_arn: str, name: str) -> str:
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


@mends("local/cloud/asl_timers.py")
class TestTimers:
    def test_a_wait_before_a_retry_outlives_its_execution(self, client: Any) -> None:
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

    def test_a_wait_that_begins_when_its_execution_is_stopped_does_not_end(self, client: Any) -> None:
        begins, stopped = threading.Event(), threading.Event()
        waited_seconds: list[float] = []
        wait = WaitFunction._wait_interval

        def wait_once_stopped(state: Any, env: Any, wait_seconds: float) -> None:
            begins.set()
            stopped.wait(PATIENCE_SECONDS)
            begun = time.monotonic()
            wait(state, env, wait_seconds / 1000)
            waited_seconds.append(time.monotonic() - begun)

        # Given an execution that is about to wait
        with patch.object(WaitFunction, "_wait_interval", wait_once_stopped):
            execution = start(create(WAIT | {"Seconds": 300}))
            assert begins.wait(PATIENCE_SECONDS)
            # When it is stopped
            client.stop_execution(executionArn=execution)
            stopped.set()
            finish(execution)
        # Then it waits to the end
        assert waited_seconds[0] > 0.25


@mends("local/cloud/step_functions.py")
class TestExecutions:
    def test_two_starts_at_once_with_one_name_make_two_executions(self, client: Any) -> None:
        machine = create(SUCCEED)
        with interrupted(Execution, "__init__", lambda: start(machine, name="job")):
            arn = start(machine, name="job")
        executions = client.list_executions(stateMachineArn=machine)["executions"]
        assert [each["executionArn"] for each in executions] == [arn, arn]

    def test_executions_without_a_name_have_the_same_name(self, client: Any) -> None:
        machine = create(SUCCEED)
        finish(start(machine))
        with pytest.raises(client.exceptions.ExecutionAlreadyExists):
            start(machine)

    def test_a_new_execution_cannot_be_stopped(self, client: Any) -> None:
        machine = create(SUCCEED)
        execution = execution_of(machine, "job")

        def stop() -> None:
            client.stop_execution(executionArn=execution)

        with interrupted(ExecutionWorker, "_execution_logic", stop) as outcomes:
            finish(start(machine, name="job"))
        assert isinstance(outcomes[0], AttributeError)

    def test_a_failure_replaces_aborted(self, client: Any) -> None:
        # Given an execution whose state fails
        machine = create(FAIL)
        execution = execution_of(machine, "job")
        # When it is stopped before the failure is noted
        with interrupted(Environment, "set_error", lambda: client.stop_execution(executionArn=execution)):
            start(machine, name="job")
            described = finish(execution)
        # Then it has failed
        assert described["status"] == "FAILED"

    def test_a_stopped_execution_has_neither_error_nor_cause(self, client: Any) -> None:
        # Given an execution that is stopped before it ends
        machine = create(SUCCEED)
        stopped = {"executionArn": execution_of(machine, "job"), "error": "Cancelled", "cause": "by the user"}
        with interrupted(Environment, "set_ended", lambda: client.stop_execution(**stopped)) as answers:
            described = finish(start(machine, name="job"))
        assert described["status"] == "ABORTED"
        # Then it does not say why, and the answer does not say when
        assert not described.keys() & {"error", "cause"}
        assert "stopDate" not in cast("dict[str, Any]", answers[0])

    def test_an_execution_that_has_timed_out_has_no_stop_date(self) -> None:
        described = run(WAIT, TimeoutSeconds=1)
        assert described["status"] == "TIMED_OUT"
        assert "stopDate" not in described

    def test_an_error_of_the_language_does_not_leave_a_map(self) -> None:
        described = run(inline_map(FAIL | {"Error": "States.Timeout"}), [1])
        assert described["error"] == "States.Runtime"

    def test_no_event_says_that_an_execution_has_ended(self) -> None:
        # Given a queue that gets the events of Step Functions
        events, sqs = boto3.client("events"), boto3.client("sqs")
        url = sqs.create_queue(QueueName="events")["QueueUrl"]
        events.put_rule(Name="ended", EventPattern='{"source": ["aws.states"]}')
        target = "arn:aws:sqs:us-east-1:123456789012:events"
        events.put_targets(Rule="ended", Targets=[{"Id": "events", "Arn": target}])
        # When an execution runs to its end
        run(SUCCEED)
        # Then there is none
        assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)


def history(client: Any, execution: str) -> list[str]:
    return [event["type"] for event in client.get_execution_history(executionArn=execution)["events"]]


class Waiting:
    """An execution of two tasks that send their tokens to a queue and wait for an outcome."""

    def __init__(self, client: Any, **fields: Any) -> None:
        self.client = client
        self._sqs: Any = boto3.client("sqs")
        self._url = self._sqs.create_queue(QueueName="tokens")["QueueUrl"]
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": self._url, "MessageBody.$": "$$.Task.Token"},
            "Next": "Then",
        }
        self.execution = start(create(task | fields, then=task | {"Next": "Only"}))

    def token(self) -> str:
        """Wait until a task begins to wait; return its token."""
        answer = self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=20)
        return str(answer["Messages"][0]["Body"])

    def begins_to_wait(self, times: int = 1) -> None:
        eventually(lambda: history(self.client, self.execution).count("TaskSubmitted") == times)


@mends("local/cloud/task_tokens.py")
class TestTaskTokens:
    def test_a_second_outcome_is_accepted(self, client: Any) -> None:
        # Given a task that has succeeded
        waiting = Waiting(client)
        token = waiting.token()
        client.send_task_success(taskToken=token, output="{}")
        waiting.begins_to_wait(times=2)
        # When it succeeds or fails again, then nothing is refused
        client.send_task_success(taskToken=token, output="{}")
        client.send_task_failure(taskToken=token, error="TooLate")
        # Not even when the execution has ended
        client.send_task_failure(taskToken=waiting.token(), error="Broken")
        finish(waiting.execution)
        client.send_task_failure(taskToken=token, error="TooLate")

    def test_a_token_of_an_ended_execution_is_called_invalid(self, client: Any) -> None:
        waiting = Waiting(client)
        token = waiting.token()
        client.send_task_failure(taskToken=token, error="Broken")
        finish(waiting.execution)
        with pytest.raises(ClientError) as refused:
            client.send_task_success(taskToken=token, output="{}")
        assert refused.value.response["Error"]["Code"] == "InvalidToken"

    def test_a_failure_loses_its_cause(self, client: Any) -> None:
        waiting = Waiting(client)
        client.send_task_failure(taskToken=waiting.token(), error="Broken", cause="by hand")
        described = finish(waiting.execution)
        assert described["error"] == "Broken"
        assert "cause" not in described

    def test_a_retry_has_the_token_and_the_outcome_of_the_attempt_before(self, client: Any) -> None:
        # Given a task that is retried once
        waiting = Waiting(client, Retry=[{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}])
        token = waiting.token()
        # When it fails once
        client.send_task_failure(taskToken=token, error="Again")
        # Then its retry has the same token
        waiting.begins_to_wait(times=2)
        assert waiting.token() == token
        # And has failed as well
        assert finish(waiting.execution)["error"] == "Again"

    def test_a_task_waits_on_when_its_execution_has_been_stopped(self, client: Any) -> None:
        waiting = Waiting(client)
        token = waiting.token()
        waiting.begins_to_wait()
        client.stop_execution(executionArn=waiting.execution)
        time.sleep(0.3)
        assert describe(waiting.execution)["status"] == "RUNNING"
        client.send_task_failure(taskToken=token, error="TooLate")
        finish(waiting.execution)
