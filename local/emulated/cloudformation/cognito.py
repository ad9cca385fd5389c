"""User pools."""

from __future__ import annotations

from functools import partial
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType

_RENAMED = {"UserPoolName": "PoolName"}


def _client() -> Any:
    return boto3.client("cognito-idp")


def _user_pool(name: str, properties: Properties) -> Made:
    client = _client()
    second_factors = properties.pop("EnabledMfas", [])
    request = {_RENAMED.get(key, key): value for key, value in ({"UserPoolName": name} | properties).items()}
    pool = client.create_user_pool(**request)["UserPool"]
    id = pool["Id"]  # noqa: A001 (the service's name)
    if "SOFTWARE_TOKEN_MFA" in second_factors:
        client.set_user_pool_mfa_config(
            UserPoolId=id,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            MfaConfiguration=properties.get("MfaConfiguration", "OFF"),
        )
    provider = f"cognito-idp.{client.meta.region_name}.amazonaws.com/{id}"
    return Made(
        id=id,
        delete=partial(client.delete_user_pool, UserPoolId=id),
        attributes={
            "Arn": pool["Arn"],
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "UserPoolId": id,
        },
    )


def _client_of_pool(name: str, properties: Properties) -> Made:
    client = _client()
    made = client.create_user_pool_client(**({"ClientName": name} | properties))["UserPoolClient"]
    return Made(
        id=made["ClientId"],
        delete=partial(
            client.delete_user_pool_client, UserPoolId=properties["UserPoolId"], ClientId=made["ClientId"]
        ),
        attributes={"ClientId": made["ClientId"], "Name": made["ClientName"]},
    )


def _domain(_name: str, properties: Properties) -> Made:
    client = _client()
    client.create_user_pool_domain(**properties)
    domain, pool = properties["Domain"], properties["UserPoolId"]
    return Made(id=domain, delete=partial(client.delete_user_pool_domain, Domain=domain, UserPoolId=pool))


def _group(_name: str, properties: Properties) -> Made:
    client = _client()
    client.create_group(**properties)
    group, pool = properties["GroupName"], properties["UserPoolId"]
    return Made(id=group, delete=partial(client.delete_group, GroupName=group, UserPoolId=pool))


TYPES = (
    ResourceType(
        "AWS::Cognito::UserPool",
        _user_pool,
        name_property="UserPoolName",
        attributes=("Arn", "ProviderName", "ProviderURL", "UserPoolId"),
    ),
    ResourceType("AWS::Cognito::UserPoolClient", _client_of_pool, attributes=("ClientId", "Name")),
    ResourceType("AWS::Cognito::UserPoolDomain", _domain),
    ResourceType("AWS::Cognito::UserPoolGroup", _group),
)
