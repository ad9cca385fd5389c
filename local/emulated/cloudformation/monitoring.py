"""Alarms and budgets."""

from __future__ import annotations

from functools import partial
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType, tags_as_list


def _alarm(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("cloudwatch")
    name = properties.setdefault("AlarmName", name)
    properties["Tags"] = tags_as_list(properties.get("Tags"))
    client.put_metric_alarm(**properties)
    arn = f"arn:aws:cloudwatch:{client.meta.region_name}:{DEFAULT_ACCOUNT_ID}:alarm:{name}"
    return Made(id=name, delete=partial(client.delete_alarms, AlarmNames=[name]), attributes={"Arn": arn})


def _budget(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("budgets")
    budget = {"BudgetName": name} | properties["Budget"]
    limit = budget["BudgetLimit"]
    budget["BudgetLimit"] = {"Amount": str(limit["Amount"]), "Unit": limit["Unit"]}
    client.create_budget(
        AccountId=DEFAULT_ACCOUNT_ID,
        Budget=budget,
        NotificationsWithSubscribers=properties.get("NotificationsWithSubscribers", []),
    )
    delete = partial(client.delete_budget, AccountId=DEFAULT_ACCOUNT_ID, BudgetName=budget["BudgetName"])
    return Made(id=budget["BudgetName"], delete=delete)


TYPES = (
    ResourceType("AWS::CloudWatch::Alarm", _alarm, name_property="AlarmName", attributes=("Arn",)),
    ResourceType("AWS::Budgets::Budget", _budget),
)
