"""Aliases of functions, and their settings for asynchronous invocations."""

from __future__ import annotations

from functools import partial
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType


def _alias(_name: str, properties: Properties) -> Made:
    client: Any = boto3.client("lambda")
    function, name = properties["FunctionName"], properties["Name"]
    arn = client.create_alias(FunctionName=function, Name=name, FunctionVersion=str(properties["FunctionVersion"]))[
        "AliasArn"
    ]
    delete = partial(client.delete_alias, FunctionName=function, Name=name)
    return Made(id=arn, delete=delete, attributes={"AliasArn": arn})


def _event_invoke_config(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("lambda")
    client.put_function_event_invoke_config(**properties)
    function = properties["FunctionName"]
    return Made(id=name, delete=partial(client.delete_function_event_invoke_config, FunctionName=function))


TYPES = (
    ResourceType("AWS::Lambda::Alias", _alias, attributes=("AliasArn",)),
    ResourceType("AWS::Lambda::EventInvokeConfig", _event_invoke_config),
)
