"""Acknowledgements of cdk-nag findings, each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Acknowledge ``finding``, such as ``AwsSolutions-S1``, on ``construct``, with a reason."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def acknowledge_wildcard(role: IConstruct, arn: str, reason: str) -> None:
    """Acknowledge, with a reason, that ``role`` has permissions on ``arn``, which ends with a wildcard."""
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{_flat(cdk.Stack.of(role).resolve(arn))}]", reason)


def _flat(value: Any) -> str:
    """Return an ARN in cdk-nag's notation. The ARN may contain CloudFormation functions."""
    match value:
        case str():
            return value
        case {"Fn::Join": [str() as separator, [*parts]]}:
            return separator.join(_flat(part) for part in parts)
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::ImportValue": str() as name}:
            return name
    raise ValueError(f"not part of an ARN: {value}")
