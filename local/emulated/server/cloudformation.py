"""CloudFormation's resource types and attributes that ministack does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ministack.core.responses import get_account_id
from ministack.services import budgets, dynamodb, eventbridge
from ministack.services.cloudformation import provisioners

if TYPE_CHECKING:
    from collections.abc import Callable

    Properties = dict[str, Any]
    Created = tuple[str, dict[str, Any]]
    """The physical id of a resource, and its attributes."""
    Create = Callable[[str, Properties, str], Created]

_TYPES = provisioners._RESOURCE_HANDLERS


def add_resource_types() -> None:
    """Add and correct resource types."""
    _TYPES["AWS::Events::Archive"] = {"create": _create_archive, "delete": _delete_archive}
    _TYPES["AWS::Budgets::Budget"] = {"create": _create_budget, "delete": _delete_budget}
    _wrap("AWS::CloudWatch::Alarm", _create_alarm)
    _wrap("AWS::Cognito::UserPool", _create_user_pool)
    _wrap("AWS::DynamoDB::Table", _create_table)
    _wrap("AWS::SecretsManager::Secret", _create_secret)
    delete_secret = _TYPES["AWS::SecretsManager::Secret"]["delete"]
    _TYPES["AWS::SecretsManager::Secret"]["delete"] = lambda arn, properties: delete_secret(
        arn.rpartition(":")[2].rpartition("-")[0], properties
    )


def _wrap(resource_type: str, wrapped: Callable[[Create, str, Properties, str], Created]) -> None:
    create: Create = _TYPES[resource_type]["create"]
    _TYPES[resource_type] = {
        **_TYPES[resource_type],
        "create": lambda logical_id, properties, stack: wrapped(create, logical_id, properties, stack),
    }


def _create_archive(logical_id: str, properties: Properties, stack: str) -> Created:
    """Create an archive of a bus. ministack supports archives, but not in templates."""
    name = properties.get("ArchiveName") or provisioners._physical_name(stack, logical_id, max_len=48)
    pattern = properties.get("EventPattern")
    created = _checked(
        eventbridge._create_archive(
            {
                "ArchiveName": name,
                "EventSourceArn": properties["SourceArn"],
                "EventPattern": json.dumps(pattern) if isinstance(pattern, dict) else pattern or "",
                "RetentionDays": int(properties.get("RetentionDays", 0)),
            }
        )
    )
    return name, {"Arn": created["ArchiveArn"], "ArchiveName": name}


def _delete_archive(name: str, _properties: Properties) -> None:
    eventbridge._delete_archive({"ArchiveName": name})


def _create_budget(logical_id: str, properties: Properties, stack: str) -> Created:
    """Create a budget. ministack supports budgets, but not in templates."""
    budget = {"BudgetName": provisioners._physical_name(stack, logical_id, max_len=100), **properties["Budget"]}
    notifications = properties.get("NotificationsWithSubscribers", [])
    _checked(
        budgets._create_budget(
            {"AccountId": get_account_id(), "Budget": budget, "NotificationsWithSubscribers": notifications}
        )
    )
    return budget["BudgetName"], {}


def _delete_budget(name: str, _properties: Properties) -> None:
    budgets._delete_budget({"AccountId": get_account_id(), "BudgetName": name})


def _create_alarm(create: Create, logical_id: str, properties: Properties, stack: str) -> Created:
    """Create an alarm. ministack has no math expressions, so an alarm on one watches its first metric instead."""
    if "Metrics" in properties:
        metric = next(each["MetricStat"] for each in properties["Metrics"] if "MetricStat" in each)
        one = {**metric["Metric"], "Period": metric["Period"], "Statistic": metric["Stat"]}
        properties = {name: value for name, value in properties.items() if name != "Metrics"} | one
    return create(logical_id, properties, stack)


def _create_user_pool(create: Create, logical_id: str, properties: Properties, stack: str) -> Created:
    """Create a user pool with the attribute ``ProviderURL``."""
    physical_id, attributes = create(logical_id, properties, stack)
    return physical_id, {**attributes, "ProviderURL": f"https://{attributes['ProviderName']}"}


def _create_table(create: Create, logical_id: str, properties: Properties, stack: str) -> Created:
    """Create a table, with time to live if its template has it."""
    name, attributes = create(logical_id, properties, stack)
    if "TimeToLiveSpecification" in properties:
        expiry = properties["TimeToLiveSpecification"]
        _checked(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": expiry}))
    return name, attributes


def _create_secret(create: Create, logical_id: str, properties: Properties, stack: str) -> Created:
    """Create a secret whose reference is its ARN, not its name."""
    _name, attributes = create(logical_id, properties, stack)
    return attributes["Arn"], attributes


def _checked(answer: tuple[int, Any, bytes | str]) -> dict[str, Any]:
    """Return the body of a service's answer.

    Raises:
        ValueError: the service refuses the request; CloudFormation shows the message.
    """
    status, _headers, body = answer
    if status >= 300:
        raise ValueError(str(body))
    parsed: dict[str, Any] = json.loads(body or "{}")
    return parsed
