"""Requests of functions, judged by their roles' statements as IAM would: by a simulator that is not ours."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.faults.permissions import Permission
    from tests.infra.synthesis import Deployment

Statements = list[dict[str, Any]]

_ROOT: Final = Path(__file__).parent.parent.parent
_COMMAND: Final = (_ROOT / "scripts" / "with-node", "node", Path(__file__).with_name("simulate_iam.mjs"))
_PLACE: Final = "eu-west-1:123456789012"
# In this order: one may begin with another.
_EXAMPLES: Final = {
    "AWS::DynamoDB::Table.StreamArn": f"arn:aws:dynamodb:{_PLACE}:table/jobs/stream/2026-01-20T10:30:00.000",
    "AWS::DynamoDB::Table.Arn": f"arn:aws:dynamodb:{_PLACE}:table/jobs",
    "AWS::S3::Bucket.Arn": "arn:aws:s3:::bucket",
    "AWS::StepFunctions::StateMachine.Name": "workflow",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_PLACE}:stateMachine:workflow",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{_PLACE}:secret:speech-AbCdEf",
    "AWS::Events::EventBus.Arn": f"arn:aws:events:{_PLACE}:event-bus/jobs",
    "AWS::SQS::Queue.Arn": f"arn:aws:sqs:{_PLACE}:queue",
    "AWS::Logs::LogGroup.Arn": f"arn:aws:logs:{_PLACE}:log-group:function:*",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an action on a resource, named as ``Deployment.flat`` names it."""

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


def request_for(permission: Permission) -> Request:
    """Return a request that needs a permission: for one key, object or execution of those that it is for."""
    context: dict[str, str | list[str]] = {}
    if permission.prefix is not None:
        context["s3:prefix"] = permission.prefix.replace("*", "example")
    if permission.action in {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}:
        context["dynamodb:LeadingKeys"] = [(permission.partitions or "JOB#*").replace("*", "example")]
    resource = permission.resource
    return Request(permission.action, resource if resource == "*" else resource.replace("*", "example"), context)


def judge(deployment: Deployment, asked: Iterable[tuple[Statements, Request]]) -> list[str]:
    """Return the outcome of each request by its role's statements, in order.

    It is ``Allowed``, ``ImplicitlyDenied`` or ``ExplicitlyDenied``.
    """
    questions = [
        {
            "statements": [
                {**each, "Resource": [_example(deployment.flat(resource)) for resource in _listed(each["Resource"])]}
                for each in statements
            ],
            "action": request.action,
            "resource": _example(request.resource),
            "context": request.context,
        }
        for statements, request in asked
    ]
    answer = subprocess.run(  # noqa: S603 (our own script)
        _COMMAND, input=json.dumps(questions), check=True, stdout=subprocess.PIPE, text=True
    )
    outcomes: list[str] = json.loads(answer.stdout)
    return outcomes


def _example(flat: str) -> str:
    for name, example in _EXAMPLES.items():
        flat = flat.replace(name, example)
    return flat


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
