"""Secrets."""

from __future__ import annotations

import json
from functools import partial
from secrets import token_hex
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType, tags_as_list


def _secret(name: str, properties: Properties) -> Made:
    client: Any = boto3.client("secretsmanager")
    arn = client.create_secret(
        Name=properties.get("Name", name),
        Description=properties.get("Description", ""),
        SecretString=properties.get("SecretString") or _generated(properties["GenerateSecretString"]),
        Tags=tags_as_list(properties.get("Tags")),
    )["ARN"]
    delete = partial(client.delete_secret, SecretId=arn, ForceDeleteWithoutRecovery=True)
    return Made(id=arn, delete=delete, attributes={"Id": arn})


def _generated(wish: Properties) -> str:
    template, key = wish.get("SecretStringTemplate"), wish.get("GenerateStringKey")
    return json.dumps(json.loads(template) | {key: token_hex(16)}) if template else token_hex(16)


TYPES = (ResourceType("AWS::SecretsManager::Secret", _secret, name_property="Name", attributes=("Id",)),)
