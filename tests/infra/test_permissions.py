"""Permissions: each function may make its calls, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra import functions
from tests.faults.calls import SPEAK
from tests.faults.catalogue import CALLS, parse
from tests.infra.observed_calls import BUCKET, Observed, Permission, observe
from tests.infra.test_functions import path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.infra.synthesis import Deployment

LOGS = {Permission(f"logs:{action}", "AWS::Logs::LogGroup.Arn") for action in ("CreateLogStream", "PutLogEvents")}
TRACES = {Permission(f"xray:{action}", "*") for action in ("PutTelemetryRecords", "PutTraceSegments")}
DEAD_LETTERS = {Permission("sqs:SendMessage", "AWS::SQS::Queue.Arn")}
STREAM = {
    Permission(f"dynamodb:{action}", "AWS::DynamoDB::Table.StreamArn")
    for action in ("DescribeStream", "GetRecords", "GetShardIterator")
} | {Permission("dynamodb:ListStreams", "*")}

# What Lambda does on a function's behalf.
FOR_LAMBDA = {spec.name: LOGS | TRACES for spec in functions.ALL}
FOR_LAMBDA["execution-ended"] |= DEAD_LETTERS
FOR_LAMBDA["reconcile"] |= DEAD_LETTERS
FOR_LAMBDA["sound-uploaded"] |= DEAD_LETTERS
FOR_LAMBDA["expire"] |= DEAD_LETTERS | STREAM

# What AWS lets nobody narrow down.
WITHOUT_RESOURCE = {
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def policies(deployment: Deployment) -> dict[str, list[dict[str, Any]]]:
    """Return the statements of each role, by its construct path."""
    roles = {
        logical_id: role["Metadata"]["aws:cdk:path"]
        .removeprefix(f"{deployment.service.name}/")
        .removesuffix("/Resource")
        for logical_id, role in deployment.service.of_type("AWS::IAM::Role").items()
    }
    statements: dict[str, list[dict[str, Any]]] = {path: [] for path in roles.values()}
    for policy in deployment.service.properties_of("AWS::IAM::Policy"):
        (role,) = policy["Roles"]
        statements[roles[role["Ref"]]] += policy["PolicyDocument"]["Statement"]
    return statements


def granted(deployment: Deployment, role: str) -> set[Permission]:
    def permissions() -> Iterator[Permission]:
        for statement in policies(deployment)[role]:
            assert statement["Effect"] == "Allow"
            condition = statement.get("Condition", {})
            prefix = condition.get("StringLike", {}).get("s3:prefix")
            assert condition == ({"StringLike": {"s3:prefix": prefix}} if prefix else {})
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield Permission(action, deployment.flat(resource), prefix)

    return set(permissions())


@pytest.fixture(scope="module")
def observed() -> Observed:
    return observe()


def needed(observed: Observed, spec: functions.FunctionSpec) -> set[Permission]:
    permissions = observed.permissions[spec.name]
    if Permission("s3:ListBucket", BUCKET) in permissions:  # which goes for every prefix
        permissions = {each for each in permissions if each.prefix is None}
    return permissions


def test_every_call_that_can_be_broken_has_been_seen(observed: Observed) -> None:
    catalogue = {key for text in CALLS.values() for key in parse(text) if key[1] != SPEAK}

    assert catalogue <= observed.operations


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_a_function_may_do_exactly_what_it_does(
    deployment: Deployment, observed: Observed, spec: functions.FunctionSpec
) -> None:
    assert granted(deployment, f"{path(spec)}Role") == needed(observed, spec) | FOR_LAMBDA[spec.name]


def test_a_role_is_its_functions_alone(deployment: Deployment) -> None:
    roles = deployment.service.by_path("AWS::IAM::Role")

    assert set(roles) == {
        "Workflow/StateMachine/Role",
        "Console/Files/Role",
        *(f"{path(spec)}Role" for spec in functions.ALL),
    }
    for name, role in roles.items():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        service = "states" if name.startswith("Workflow") else "lambda"
        assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}


def test_the_workflow_may_call_its_four_functions(deployment: Deployment) -> None:
    lambda_arns = [
        resource["Fn::GetAtt"]
        for statement in policies(deployment)["Workflow/StateMachine/Role"]
        if statement["Action"] == "lambda:InvokeFunction"
        for resource in statement["Resource"]
    ]
    handlers = {
        logical_id: function["Properties"]["Handler"]
        for logical_id, function in deployment.service.of_type("AWS::Lambda::Function").items()
    }

    assert {handlers[name] for name, _ in lambda_arns} == {
        spec.handler for spec in functions.WORKFLOW_SUBSTITUTIONS.values()
    }
    assert {attribute for _, attribute in lambda_arns} == {"Arn"}


def test_no_action_is_a_wildcard_and_no_resource_that_could_be_named(deployment: Deployment) -> None:
    for role in policies(deployment):
        for permission in granted(deployment, role):
            assert "*" not in permission.action
            assert (permission.resource == "*") == (permission.action in WITHOUT_RESOURCE), permission
