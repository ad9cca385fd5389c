"""The deployed workflow, with functions that do as a job's id tells them.

Its input is ``{"job_id": "12 batches"}``, or ``{"job_id": "plan: JobNotActive"}`` for a task that fails.
"""

from __future__ import annotations

import json
import re
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zipfile import ZipFile, ZipInfo

import boto3
import pytest
from botocore.exceptions import ClientError

from castline.jobs.task_outcomes import TaskOutcomes
from infra.functions import WORKFLOW_SUBSTITUTIONS
from infra.workflow import DEFINITION_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.emulated.cloud import EmulatedCloud

SOURCE = """
import json, os

def handler(event, context):
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(json.dumps([name, event]) + "\\n")
    what, _, error = event["job_id"].partition(": ")
    if what == name:
        raise type(error, (Exception,), {})("as told")
    if name == "plan":
        count = int(what.split()[0]) if what[0].isdigit() else 1
        return {"user_id": "anna", "batches": [{"number": number} for number in range(count)]}
"""
PATIENCE_SECONDS = 90


class Workflow:
    """The deployed state machine, and the calls that it has made."""

    def __init__(self, calls: Path) -> None:
        self.client: Any = boto3.client("stepfunctions")
        self.outcomes = TaskOutcomes(self.client)
        self._calls = calls
        self.arn = self._create()
        self.execution = ""

    def start(self, job_id: str) -> None:
        self.execution = self.client.start_execution(
            stateMachineArn=self.arn, name=str(uuid4()), input=json.dumps({"job_id": job_id})
        )["executionArn"]

    def calls(self, name: str) -> list[dict[str, Any]]:
        """Return the events with which a function was called, in order."""
        lines = self._calls.read_text("utf-8").splitlines()
        return [event for called, event in map(json.loads, lines) if called == name]

    def tokens(self, count: int) -> list[str]:
        """Return the tokens of all batches that were queued, as soon as there are so many."""
        eventually(lambda: len(self.calls("queue-batch")) >= count)
        return [event["task_token"] for event in self.calls("queue-batch")]

    def status(self) -> str:
        return str(self.client.describe_execution(executionArn=self.execution)["status"])

    def ends(self) -> str:
        eventually(lambda: self.status() != "RUNNING")
        return self.status()

    def entered(self) -> list[str]:
        """Return the names of the states that were entered, in order."""
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=self.execution)
        events = [event for page in pages for event in page["events"]]
        return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]

    def _create(self) -> str:
        functions = {spec.name: _create_function(spec.name, self._calls) for spec in WORKFLOW_SUBSTITUTIONS.values()}
        definition = re.sub(
            r"\$\{(\w+)\}",
            lambda placeholder: functions[WORKFLOW_SUBSTITUTIONS[placeholder[1]].name],
            DEFINITION_FILE.read_text("utf-8"),
        )
        role = _create_role("workflow", "states", {"lambda:InvokeFunction": [*functions.values()]})
        created = self.client.create_state_machine(name="castline", definition=definition, roleArn=role)
        return str(created["stateMachineArn"])


def _create_function(name: str, calls: Path) -> str:
    package = BytesIO()
    with ZipFile(package, "w") as written:
        written.writestr(ZipInfo("task.py"), SOURCE)
    created = boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="task.handler",
        Role=_create_role(name, "lambda", {"logs:CreateLogStream": ["*"]}),
        Code={"ZipFile": package.getvalue()},
        Timeout=60,
        Environment={"Variables": {"CALLS": str(calls)}},
    )
    return created["FunctionArn"]


def _create_role(name: str, service: str, allowed: dict[str, list[str]]) -> str:
    client: Any = boto3.client("iam")

    def policy(*statements: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = client.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resources} for action, resources in allowed.items()
    ]
    client.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy(*statements))
    return str(arn)


def eventually(holds: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it has never come to hold"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def created(cloud: EmulatedCloud, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    calls = tmp_path_factory.mktemp("workflow") / "calls"
    calls.touch()
    return Workflow(calls)


@pytest.fixture
def workflow(created: Workflow) -> Iterator[Workflow]:
    created._calls.write_bytes(b"")
    yield created
    if created.status() == "RUNNING":
        created.client.stop_execution(executionArn=created.execution)
        created.ends()


def test_a_job_is_planned_spoken_and_assembled(workflow: Workflow) -> None:
    # Given a job of two batches
    workflow.start("2 batches")

    # When both have been spoken
    for token in workflow.tokens(2):
        assert workflow.outcomes.succeed(token)

    # Then it is assembled, and each function was told what it needs
    assert workflow.ends() == "SUCCEEDED"
    assert workflow.calls("plan") == workflow.calls("assemble") == [{"job_id": "2 batches"}]
    queued = [
        {name: value for name, value in call.items() if name != "task_token"}
        for call in workflow.calls("queue-batch")
    ]
    assert sorted(queued, key=lambda call: call["batch"]["number"]) == [
        {"job_id": "2 batches", "user_id": "anna", "batch": {"number": number}} for number in range(2)
    ]
    assert not workflow.calls("record-failure")


def test_ten_batches_at_most_are_queued_at_a_time(workflow: Workflow) -> None:
    workflow.start("12 batches")
    first = workflow.tokens(10)
    assert len(first) == 10

    workflow.outcomes.succeed(first[0])

    assert len(workflow.tokens(11)) == 11


def test_a_transient_failure_of_the_provider_is_tried_three_times_more(workflow: Workflow) -> None:
    # Given a batch that fails each time
    workflow.start("1 batches")
    failure = type("ProviderThrottled", (Exception,), {})("busy")

    # When it has failed four times
    for times in range(1, 5):
        token = workflow.tokens(times)[-1]
        assert workflow.outcomes.fail(token, failure)

    # Then the failure is recorded, with its name
    assert workflow.ends() == "SUCCEEDED"
    (recorded,) = workflow.calls("record-failure")
    assert (recorded["job_id"], recorded["failure"]["Error"]) == ("1 batches", "ProviderThrottled")
    assert json.loads(recorded["failure"]["Cause"])["errorMessage"] == "busy"
    assert len(workflow.calls("queue-batch")) == 4
    assert not workflow.calls("assemble")


def test_any_other_failure_is_recorded_without_another_try(workflow: Workflow) -> None:
    workflow.start("3 batches")
    first, *others = workflow.tokens(3)

    workflow.outcomes.fail(first, ValueError("out of range"))
    for token in others:  # for which ministack waits, unlike AWS
        workflow.outcomes.succeed(token)

    assert workflow.ends() == "SUCCEEDED"
    (recorded,) = workflow.calls("record-failure")
    assert recorded["failure"]["Error"] == "ValueError"
    assert len(workflow.calls("queue-batch")) == 3
    assert not workflow.calls("assemble")


def test_a_job_that_has_ended_ends_its_execution_without_another_word(workflow: Workflow) -> None:
    workflow.start("1 batches")

    workflow.outcomes.fail(workflow.tokens(1)[0], type("JobNotActive", (Exception,), {})("cancelled"))

    assert workflow.ends() == "SUCCEEDED"
    assert workflow.entered()[-1] == "JobHasEnded"
    assert not workflow.calls("record-failure")


def test_a_task_fails_by_the_name_of_its_exception(workflow: Workflow) -> None:
    workflow.start("plan: DialogueTooLong")

    assert workflow.ends() == "SUCCEEDED"
    (recorded,) = workflow.calls("record-failure")
    assert recorded["failure"]["Error"] == "DialogueTooLong"
    assert json.loads(recorded["failure"]["Cause"])["errorMessage"] == "as told"


def test_a_token_takes_one_outcome(workflow: Workflow) -> None:
    workflow.start("1 batches")
    (token,) = workflow.tokens(1)

    assert workflow.outcomes.succeed(token)
    assert not workflow.outcomes.succeed(token)
    assert not workflow.outcomes.fail(token, ValueError("too late"))


def test_a_task_that_hands_out_no_token_fails_by_its_exception(workflow: Workflow) -> None:
    workflow.start("queue-batch: ProviderRejected")

    assert workflow.ends() == "SUCCEEDED"
    (recorded,) = workflow.calls("record-failure")
    assert recorded["failure"]["Error"] == "ProviderRejected"


def test_a_stopped_execution_is_aborted_and_calls_nobody(workflow: Workflow) -> None:
    workflow.start("1 batches")
    workflow.tokens(1)

    workflow.client.stop_execution(executionArn=workflow.execution)

    assert workflow.ends() == "ABORTED"
    assert not workflow.calls("record-failure")


def test_an_execution_of_a_name_is_started_once(workflow: Workflow) -> None:
    workflow.start("1 batches")
    name = workflow.execution.rpartition(":")[2]

    def again(job_id: str) -> str:
        started = workflow.client.start_execution(
            stateMachineArn=workflow.arn, name=name, input=json.dumps({"job_id": job_id})
        )
        return str(started["executionArn"])

    assert again("1 batches") == workflow.execution
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        again("2 batches")
