"""Task tokens take one outcome, while their task waits for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.cloud import LocalCloud
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINITION = {
    "StartAt": "Wait",
    "States": {
        "Wait": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "note", "Payload": {"token.$": "$$.Task.Token"}},
            "Retry": [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "MaxAttempts": 1}],
            "End": True,
        }
    },
}


class Machine:
    """A state machine that waits for a token, and the tokens that it has given out."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.tokens: list[str] = []
        self.client: Any = clients.client("stepfunctions")
        cloud.lambdas.register("note", lambda event, _context: self.tokens.append(event["token"]), timeout_seconds=90)
        self.arn = self.client.create_state_machine(
            name="waiting", definition=json.dumps(DEFINITION), roleArn="arn:aws:iam::123456789012:role/any"
        )["stateMachineArn"]
        self.execution = self.client.start_execution(stateMachineArn=self.arn)["executionArn"]
        eventually(lambda: len(self.tokens) == 1)

    def described(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.describe_execution(executionArn=self.execution)
        return answer

    def ends(self, status: str) -> dict[str, Any]:
        eventually(lambda: self.described()["status"] == status)
        return self.described()


@pytest.fixture
def machine() -> Iterator[Machine]:
    with LocalCloud(poll_interval_seconds=None, expiry_interval_seconds=None) as cloud:
        yield Machine(cloud)


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_a_task_ends_with_the_outcome_that_is_told(machine: Machine) -> None:
    assert machine.described()["status"] == "RUNNING"

    machine.client.send_task_success(taskToken=machine.tokens[0], output='{"it": "worked"}')

    assert json.loads(machine.ends("SUCCEEDED")["output"]) == {"it": "worked"}


def test_a_failure_has_its_name_and_its_cause(machine: Machine) -> None:
    machine.client.send_task_failure(taskToken=machine.tokens[0], error="Broken", cause="by hand")

    ended = machine.ends("FAILED")
    assert (ended["error"], ended["cause"]) == ("Broken", "by hand")


def test_a_retry_has_a_token_of_its_own(machine: Machine) -> None:
    machine.client.send_task_failure(taskToken=machine.tokens[0], error="Again")
    eventually(lambda: len(machine.tokens) == 2)

    with pytest.raises(ClientError) as refused:
        machine.client.send_task_success(taskToken=machine.tokens[0], output="{}")
    machine.client.send_task_success(taskToken=machine.tokens[1], output="{}")

    assert code_of(refused) == "TaskTimedOut"
    machine.ends("SUCCEEDED")


@pytest.mark.parametrize("how", ["success", "failure"])
def test_a_second_outcome_is_refused(machine: Machine, how: str) -> None:
    machine.client.send_task_success(taskToken=machine.tokens[0], output="{}")

    second: dict[str, Any] = {"success": {"output": "{}"}, "failure": {"error": "TooLate"}}
    with pytest.raises(ClientError) as refused:
        getattr(machine.client, f"send_task_{how}")(taskToken=machine.tokens[0], **second[how])

    assert code_of(refused) == "TaskTimedOut"
    machine.ends("SUCCEEDED")


def test_an_outcome_after_the_end_of_the_execution_is_refused(machine: Machine) -> None:
    machine.client.stop_execution(executionArn=machine.execution)
    machine.ends("ABORTED")

    # The token is closed right after that.
    def is_refused() -> bool:
        try:
            machine.client.send_task_failure(taskToken=machine.tokens[0], error="TooLate")
        except ClientError as error:
            return error.response["Error"]["Code"] == "TaskTimedOut"
        return False

    eventually(is_refused)


def test_an_unknown_token_is_refused(machine: Machine) -> None:
    with pytest.raises(ClientError) as refused:
        machine.client.send_task_success(taskToken="made up", output="{}")

    assert code_of(refused) == "InvalidToken"
