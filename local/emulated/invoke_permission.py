"""Permissions of AWS services to invoke a function, by the function's deployed policy."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any


def may_invoke(lambda_client: Any, function_arn: str, *, service: str, source_arn: str) -> bool:
    """Return whether the function's policy allows the invocation.

    Args:
        lambda_client: a boto3 client.
        function_arn: the function's ARN, qualified or not.
        service: the invoking service, such as ``events.amazonaws.com``.
        source_arn: the ARN of the source, such as a rule.
    """
    try:
        policy = json.loads(lambda_client.get_policy(FunctionName=function_arn)["Policy"])
    except lambda_client.exceptions.ResourceNotFoundException:
        return False
    return any(_allows(statement, service, source_arn) for statement in policy["Statement"])


def _allows(statement: dict[str, Any], service: str, source_arn: str) -> bool:
    principal = statement["Principal"]
    pattern = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", "*")
    return (
        statement["Effect"] == "Allow"
        and statement["Action"] in {"lambda:InvokeFunction", "lambda:*"}
        and (principal.get("Service") if isinstance(principal, dict) else principal) == service
        # ArnLike knows ? and * only: [ stands for itself.
        and fnmatchcase(source_arn, pattern.replace("[", "[[]"))
    )
