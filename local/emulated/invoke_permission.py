"""Whether a function's policy lets an AWS service invoke it: what the deployed permissions are for."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any


def may_invoke(lambda_client: Any, function_arn: str, *, service: str, source_arn: str) -> bool:
    """Ask the function's policy.

    Args:
        lambda_client: of boto3.
        function_arn: the function's, qualified or not.
        service: who would invoke it, such as ``events.amazonaws.com``.
        source_arn: on whose behalf, such as a rule's ARN.
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
