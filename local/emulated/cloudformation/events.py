"""Event buses and their archives. A bus of moto's has no value of ``Ref``."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType, tags_as_list


def _bus(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("events")
    name = properties.setdefault("Name", name)
    properties["Tags"] = tags_as_list(properties.get("Tags"))
    arn = client.create_event_bus(**properties)["EventBusArn"]
    return Made(id=name, delete=partial(client.delete_event_bus, Name=name), attributes={"Arn": arn, "Name": name})


def _archive(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("events")
    name = properties.setdefault("ArchiveName", name)
    properties["EventSourceArn"] = properties.pop("SourceArn")
    if "EventPattern" in properties:
        properties["EventPattern"] = json.dumps(properties["EventPattern"])
    if "RetentionDays" in properties:
        properties["RetentionDays"] = int(properties["RetentionDays"])
    arn = client.create_archive(**properties)["ArchiveArn"]
    return Made(id=name, delete=partial(client.delete_archive, ArchiveName=name), attributes={"Arn": arn})


TYPES = (
    ResourceType("AWS::Events::EventBus", _bus, name_property="Name", attributes=("Arn", "Name")),
    ResourceType("AWS::Events::Archive", _archive, name_property="ArchiveName", attributes=("Arn",)),
)
