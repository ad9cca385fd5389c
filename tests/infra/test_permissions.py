"""Permissions: each function may make its calls, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra import functions
from tests.faults.calls import SPEAK
from tests.faults.catalogue import CALLS, parse
from tests.faults.laboratory import Laboratory
from tests.faults.outcomes import folder_for_all_processes
from tests.faults.permissions import BUCKET, QUEUE, SECRET, STATE_MACHINE, TABLE, WEBHOOKS, Permission
from tests.infra.iam_simulation import Request, judge, request_for
from tests.infra.observed_calls import Observed, observe
from tests.infra.test_functions import path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.infra.synthesis import Deployment

# Every scenario of the fault suite runs once, here or in another process.
pytestmark = pytest.mark.timeout(900)

KEYS = "dynamodb:LeadingKeys"
WITHIN_WEBHOOKS = {
    "deliver-webhooks": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    "dispatch-webhooks": {"dynamodb:PutItem"},
}
"""The actions of functions that are allowed on webhooks and their deliveries only."""

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
FOR_LAMBDA["publish-events"] |= DEAD_LETTERS | STREAM
FOR_LAMBDA["dispatch-webhooks"] |= DEAD_LETTERS
for reader in ("deliver-webhooks", "synthesize"):
    FOR_LAMBDA[reader] |= {
        Permission(f"sqs:{action}", QUEUE) for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    }

ITEM_OF_A_JOB = {KEYS: ["JOB#example"]}
ITEM_OF_A_WEBHOOK = {KEYS: ["WEBHOOKS#anna"]}
DONE_BY_NOBODY = (
    Request("dynamodb:Scan", TABLE),
    Request("dynamodb:DeleteTable", TABLE),
    Request("dynamodb:PutItem", f"{TABLE}-of-another", ITEM_OF_A_JOB),
    Request("iam:CreateUser", "arn:aws:iam::123456789012:user/example"),
    Request("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:example"),
    Request("s3:DeleteBucket", BUCKET),
    Request("s3:GetObject", f"{BUCKET}/elsewhere/example"),
    Request("s3:PutBucketPolicy", BUCKET),
    Request("secretsmanager:PutSecretValue", SECRET),
    Request("sqs:PurgeQueue", QUEUE),
    Request("states:UpdateStateMachine", STATE_MACHINE),
)
DONE_BY_OTHERS = {
    functions.API: (
        Request("s3:DeleteObject", f"{BUCKET}/segments/example"),
        Request("s3:PutObject", f"{BUCKET}/segments/example"),
    ),
    functions.PREVIEW: (
        Request("dynamodb:Query", TABLE, ITEM_OF_A_JOB),
        Request("s3:DeleteObject", f"{BUCKET}/previews/example"),
        Request("s3:GetObject", f"{BUCKET}/audio/example"),
        Request("s3:PutObject", f"{BUCKET}/audio/example"),
        Request("states:StartExecution", STATE_MACHINE),
    ),
    functions.PLAN: (
        Request("s3:GetObject", f"{BUCKET}/segments/example"),
        Request("secretsmanager:GetSecretValue", SECRET),
        Request("states:StartExecution", STATE_MACHINE),
    ),
    functions.SYNTHESIZE: (
        Request("s3:DeleteObject", f"{BUCKET}/segments/example"),
        Request("s3:PutObject", f"{BUCKET}/audio/example"),
        Request("states:StartExecution", STATE_MACHINE),
    ),
    functions.ASSEMBLE: (
        Request("s3:PutObject", f"{BUCKET}/segments/example"),
        Request("secretsmanager:GetSecretValue", SECRET),
    ),
    functions.RECORD_FAILURE: (
        Request("s3:DeleteObject", f"{BUCKET}/sounds/example"),
        Request("s3:ListBucket", BUCKET, {"s3:prefix": "sounds/example"}),
        Request("s3:ListBucket", BUCKET),
    ),
    functions.EXPIRE: (
        Request("dynamodb:DeleteItem", TABLE, ITEM_OF_A_JOB),
        Request("s3:DeleteObject", f"{BUCKET}/segments/example"),
        Request("s3:ListBucket", BUCKET, {"s3:prefix": "segments/example"}),
    ),
    functions.DISPATCH_WEBHOOKS: (
        Request("dynamodb:PutItem", TABLE, ITEM_OF_A_JOB),
        Request("dynamodb:PutItem", TABLE),
        Request("dynamodb:PutItem", TABLE, {KEYS: [*ITEM_OF_A_WEBHOOK[KEYS], *ITEM_OF_A_JOB[KEYS]]}),
    ),
    functions.DELIVER_WEBHOOKS: (
        Request("dynamodb:GetItem", TABLE, ITEM_OF_A_JOB),
        Request("dynamodb:GetItem", TABLE),
        Request("dynamodb:Query", TABLE, ITEM_OF_A_WEBHOOK),
        Request("s3:GetObject", f"{BUCKET}/audio/example"),
        Request("secretsmanager:GetSecretValue", SECRET),
    ),
}
"""Calls that only other functions make, or that a function makes on other items and objects."""

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
    "states:SendTaskFailure",
    "states:SendTaskSuccess",
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
            partitions = condition.get("ForAllValues:StringLike", {}).get(KEYS)
            if prefix is not None:
                assert condition == {"StringLike": {"s3:prefix": prefix}}
            elif partitions is not None:
                assert condition == {"ForAllValues:StringLike": {KEYS: partitions}, "Null": {KEYS: "false"}}
            else:
                assert condition == {}
            for action in listed(statement["Action"]):
                for resource in listed(statement["Resource"]):
                    yield Permission(action, deployment.flat(resource), prefix, partitions)

    return set(permissions())


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    with Laboratory.opened(undisturbed=folder_for_all_processes(tmp_path_factory)) as laboratory:
        return observe(laboratory)


def needed(observed: Observed, spec: functions.FunctionSpec) -> set[Permission]:
    permissions = {_within(spec, each) for each in observed.permissions[spec.name]}
    if Permission("s3:ListBucket", BUCKET) in permissions:  # which goes for every prefix
        permissions = {each for each in permissions if each.prefix is None}
    return permissions


def _within(spec: functions.FunctionSpec, permission: Permission) -> Permission:
    """Return a permission that is observed with the partitions that it is limited to."""
    if permission.action not in WITHIN_WEBHOOKS.get(spec.name, ()):
        return replace(permission, partitions=None)
    assert permission.partitions == WEBHOOKS
    return permission


def test_the_function_that_talks_to_servers_of_users_can_read_nothing_else(deployment: Deployment) -> None:
    allowed = granted(deployment, f"{path(functions.DELIVER_WEBHOOKS)}Role") - LOGS - TRACES

    assert {each for each in allowed if each.resource != QUEUE} == {
        Permission("dynamodb:GetItem", TABLE, partitions=WEBHOOKS),
        Permission("dynamodb:UpdateItem", TABLE, partitions=WEBHOOKS),
    }


def test_every_call_that_can_be_broken_has_been_seen(observed: Observed) -> None:
    catalogue = {key for text in CALLS.values() for key in parse(text) if key[1] != SPEAK}

    assert catalogue <= observed.operations


@pytest.mark.parametrize("spec", functions.ALL, ids=lambda spec: spec.name)
def test_a_function_may_do_exactly_what_it_does(
    deployment: Deployment, observed: Observed, spec: functions.FunctionSpec
) -> None:
    assert granted(deployment, f"{path(spec)}Role") == needed(observed, spec) | FOR_LAMBDA[spec.name]


def judged(
    deployment: Deployment, requests: dict[functions.FunctionSpec, list[Request]]
) -> list[tuple[str, Request, str]]:
    """Return each request with the name of its function and its outcome by the simulator of IAM."""
    statements = policies(deployment)
    asked = [(spec, request) for spec, each in requests.items() for request in each]
    outcomes = judge(deployment, [(statements[f"{path(spec)}Role"], request) for spec, request in asked])
    return [(spec.name, request, outcome) for (spec, request), outcome in zip(asked, outcomes, strict=True)]


def test_a_simulator_of_iam_allows_every_call(prod: Deployment, observed: Observed) -> None:
    requests = {spec: list(map(request_for, observed.permissions[spec.name])) for spec in functions.ALL}

    outcomes = judged(prod, requests)

    assert [each for each in outcomes if each[2] != "Allowed"] == []


def test_a_simulator_of_iam_denies_what_no_function_does(prod: Deployment) -> None:
    requests = {spec: [*DONE_BY_NOBODY, *DONE_BY_OTHERS.get(spec, ())] for spec in functions.ALL}

    outcomes = judged(prod, requests)

    assert [each for each in outcomes if each[2] != "ImplicitlyDenied"] == []


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
