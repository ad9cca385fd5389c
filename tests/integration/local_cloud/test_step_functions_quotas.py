"""Quotas of Step Functions: calls beyond them are refused, transitions beyond them wait, and all are counted."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud.clock import Clock
from local.cloud.cloud import LocalCloud
from local.cloud.limits import Limits
from local.cloud.step_functions_quotas import Quota, StepFunctionsQuotas
from tests.integration.local_cloud import clients
from tests.integration.local_cloud.eventually import eventually
from tests.integration.local_cloud.state_machines import create, finish, inline_map, invoke, start

PASS = {"Type": "Pass", "End": True}
HARDLY_REFILLED = Quota(2, 0.001)


@contextmanager
def limited(**quotas: Quota) -> Iterator[LocalCloud]:
    limits = Limits(step_functions=StepFunctionsQuotas(**quotas))
    with LocalCloud(clock=Clock(wait_scale=0.01), expiry_interval_seconds=None, limits=limits) as cloud:
        yield cloud


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


class TestCalls:
    def test_starts_beyond_the_quota_are_refused(self) -> None:
        # Given a quota of two starts
        with limited(start_execution=HARDLY_REFILLED) as cloud:
            client, machine = clients.impatient_client("stepfunctions"), create(PASS)
            for _ in range(2):
                finish(start(machine))

            # When one more is started
            with pytest.raises(ClientError) as refused:
                client.start_execution(stateMachineArn=machine, name="third")

            # Then it is refused as AWS refuses it, and was not started
            assert code_of(refused) == "ThrottlingException"
            assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
            assert len(client.list_executions(stateMachineArn=machine)["executions"]) == 2
            assert cloud.usage.step_functions_calls["StartExecution"] == 2
            assert cloud.usage.throttled_calls == {"StartExecution": 1}

    def test_the_outcome_of_a_task_is_refused_and_can_be_sent_again(self) -> None:
        # Given a task that waits for its token, and a quota of one outcome a second
        with limited(send_task_success=Quota(1, 1)) as cloud:
            client = clients.impatient_client("stepfunctions")
            url = clients.client("sqs").create_queue(QueueName="tasks")["QueueUrl"]
            execution = start(create(waiting_for_token(url)))
            token = receive(url)

            def succeed(token: str) -> str | None:
                return error_of(lambda: client.send_task_success(taskToken=token, output="{}"))

            # When the quota is used up
            eventually(lambda: succeed("no token") == "ThrottlingException")

            # Then the outcome is accepted as soon as there is a token in the bucket again
            eventually(lambda: succeed(token) is None)
            assert finish(execution)["status"] == "SUCCEEDED"
            assert cloud.usage.throttled_calls.total() > 0


class TestTransitions:
    def test_transitions_beyond_the_quota_wait_and_nothing_fails(self) -> None:
        # Given a quota of four transitions, refilled by two a second
        with limited(state_transition=Quota(4, 2)) as cloud:
            # When an execution makes nine: its map and eight items
            started = time.monotonic()
            execution = finish(start(create(inline_map(PASS)), list(range(8))))

            # Then it succeeds, but the last five had to wait for their tokens
            assert execution["status"] == "SUCCEEDED"
            assert time.monotonic() - started >= 2.4
            assert cloud.usage.state_transitions == 9
            assert cloud.usage.throttled_transitions > 0

    def test_a_throttled_execution_can_be_stopped(self) -> None:
        # Given an execution that waits for its first transition
        with limited(state_transition=Quota(0, 0.001)) as cloud:
            called: list[Any] = []
            task = cloud.lambdas.register("task", lambda event, _context: called.append(event), timeout_seconds=90)
            execution = start(create(invoke(task)))
            client: Any = clients.client("stepfunctions")
            assert client.describe_execution(executionArn=execution)["status"] == "RUNNING"

            # When it is stopped
            client.stop_execution(executionArn=execution)

            # Then it ends without having called its task
            assert finish(execution)["status"] == "ABORTED"
        assert called == []
        assert cloud.usage.state_transitions == 0

    @pytest.mark.parametrize("limits", [None, Limits.documented()], ids=["no limits", "documented"])
    def test_each_state_and_each_retry_is_a_transition(self, limits: Limits | None) -> None:
        # Given a task that fails twice, and another state after it
        with LocalCloud(clock=Clock(wait_scale=0.01), expiry_interval_seconds=None, limits=limits) as cloud:
            task = cloud.lambdas.register("task", lambda event, _context: event, timeout_seconds=90)
            cloud.lambdas.fail_next("task", ValueError("not yet"), times=2)
            state = invoke(task, Retry=[{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 3}])
            del state["End"]

            # When it runs
            execution = finish(start(create(state | {"Next": "Then"}, then={"Type": "Succeed"})))

            # Then two states and two retries are counted
            assert execution["status"] == "SUCCEEDED"
            assert cloud.usage.state_transitions == 4
            assert cloud.usage.step_functions_calls["StartExecution"] == 1


def test_large_regions_have_larger_quotas() -> None:
    smallest = StepFunctionsQuotas()

    assert StepFunctionsQuotas.of_region("eu-central-1") == smallest
    assert StepFunctionsQuotas.of_region("eu-west-1").state_transition == Quota(5000, 5000)
    assert Limits.documented().step_functions == smallest


def waiting_for_token(queue_url: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue_url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 900,
        "End": True,
    }


def receive(queue_url: str) -> str:
    sqs: Any = clients.client("sqs")
    messages: list[Any] = []

    def has_come() -> bool:
        messages.extend(sqs.receive_message(QueueUrl=queue_url).get("Messages", ()))
        return bool(messages)

    eventually(has_come)
    token: str = json.loads(messages[0]["Body"])["token"]
    return token


def error_of(call: Callable[[], object]) -> str | None:
    """Return the code of a call's error; None if it succeeds."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None
