"""AWS's commands in docs/operations.md and docs/events.md: they are run, in the order of the pages.

``aws`` is the one of ``aws.py``, which knows what AWS takes and answers. The outputs of the stacks and the names of
the functions are those of the templates, and the API is the local stack's. CDK and make are not called.
"""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from typing import TYPE_CHECKING, Any, Final

import pytest

from benchmarks.deployment import templates
from infra.environments import DEV
from local.stack import LocalStack
from tests.docs.aws import StandInAws
from tests.docs.pages import read
from tests.docs.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

OPERATIONS: Final = read("docs/operations.md")
EVENTS: Final = read("docs/events.md")
ARN: Final = "arn:aws:states:eu-west-1:123456789012:stateMachine:castline"
JOB: Final = "019bdb1a-4a5c-7c1e-b6f3-5f1f0b7d9a10"
PRELUDE: Final = """
make() { :; }
read() {
  case "$*" in *-p*|*-rsp*) printf -v "${@: -1}" secret ;; *) builtin read "$@" ;; esac
}
export AWS_REGION=eu-west-1
"""
BLOCK: Final = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
FENCED: Final = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[str]:
    return [textwrap.dedent(text) for _, text in BLOCK.findall(page)]


def commands_in_prose(page: str) -> list[str]:
    """Return AWS's commands between the blocks. What ends in ``…`` is not complete."""
    return [each for each in re.findall(r"`(aws [^`\n]+)`", FENCED.sub("", page)) if " " in each.removeprefix("aws ")]


def answers(api_url: str) -> dict[str, Any]:
    """Return what the pages' commands find in an account."""
    data, service = templates(DEV)
    outputs = {"ApiUrl": api_url, "StateMachineArn": ARN}
    functions = [
        {"ResourceType": "AWS::Lambda::Function", "LogicalResourceId": name, "PhysicalResourceId": f"castline-{name}"}
        for name, resource in service["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    return {
        "cloudformation.DescribeStacks": {
            "Stacks": [
                {
                    "StackName": f"castline-dev-{name}",
                    "Outputs": [
                        {"OutputKey": key, "OutputValue": outputs.get(key, f"the-{key}")}
                        for key in template["Outputs"]
                    ],
                }
                for name, template in (("data", data), ("service", service))
            ]
        },
        "cloudformation.ListStackResources": {"StackResourceSummaries": functions},
        "dynamodb.Scan": {"Items": [{"pk": {"S": f"JOB#{JOB}"}, "sk": {"S": "JOB"}}]},
        "logs.GetQueryResults": {"status": "Complete"},
        "secretsmanager.GetSecretValue": {"SecretString": json.dumps({"key": "k", "region": "eastasia"})},
        "sqs.ListQueues": {
            "QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/123456789012/castline-dev-DeadLetters"]
        },
        "sqs.ReceiveMessage": {"Messages": [{"Body": json.dumps({"job_id": JOB})}]},
    }


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.timeout(400)  # it synthesizes the templates and runs 150 commands
def test_every_command_is_taken_and_finds_something(folder: Path) -> None:
    # Given an account
    (folder / "scripts").mkdir()
    (folder / "scripts" / "with-node").write_text("#!/bin/sh\n", "utf-8")
    (folder / "scripts" / "with-node").chmod(0o755)
    (folder / "message.json").write_text(json.dumps({"requestPayload": {"detail": {}}}), "utf-8")

    # When
    with (
        LocalStack(log_file=folder / "functions.log") as stack,
        Shell(folder) as shell,
        StandInAws(folder / ".bin", answers(stack.url)) as aws,
    ):
        shell.run(PRELUDE)
        for block in [*blocks(OPERATIONS), *blocks(EVENTS)]:
            shell.run(f"{block}\n:")
        for command in commands_in_prose(OPERATIONS):
            shell.run(f"{command}\n:")

    # Then
    assert aws.failures == []
