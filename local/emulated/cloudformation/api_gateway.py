"""HTTP APIs. Properties have the names of the service's API."""

from __future__ import annotations

from functools import partial
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType


def _client() -> Any:
    return boto3.client("apigatewayv2")


def _api(_name: str, properties: Properties) -> Made:
    client = _client()
    made = client.create_api(**properties)
    return Made(
        id=made["ApiId"],
        delete=partial(client.delete_api, ApiId=made["ApiId"]),
        attributes={"ApiId": made["ApiId"], "ApiEndpoint": made["ApiEndpoint"]},
    )


def _integration(_name: str, properties: Properties) -> Made:
    client = _client()
    id = client.create_integration(**properties)["IntegrationId"]  # noqa: A001 (the service's name)
    return Made(id=id, delete=partial(client.delete_integration, ApiId=properties["ApiId"], IntegrationId=id))


def _authorizer(_name: str, properties: Properties) -> Made:
    client = _client()
    id = client.create_authorizer(**properties)["AuthorizerId"]  # noqa: A001 (the service's name)
    return Made(
        id=id,
        delete=partial(client.delete_authorizer, ApiId=properties["ApiId"], AuthorizerId=id),
        attributes={"AuthorizerId": id},
    )


def _route(_name: str, properties: Properties) -> Made:
    client = _client()
    id = client.create_route(**properties)["RouteId"]  # noqa: A001 (the service's name)
    return Made(id=id, delete=partial(client.delete_route, ApiId=properties["ApiId"], RouteId=id))


def _stage(_name: str, properties: Properties) -> Made:
    client = _client()
    name = client.create_stage(**properties)["StageName"]
    return Made(id=name, delete=partial(client.delete_stage, ApiId=properties["ApiId"], StageName=name))


def _domain_name(_name: str, properties: Properties) -> Made:
    client = _client()
    made = client.create_domain_name(**properties)
    name = made["DomainName"]
    regional = f"d-{name.replace('.', '-')}.execute-api.{client.meta.region_name}.amazonaws.com"
    return Made(
        id=name,
        delete=partial(client.delete_domain_name, DomainName=name),
        attributes={"RegionalDomainName": regional, "RegionalHostedZoneId": "Z1EMULATED"},
    )


def _api_mapping(_name: str, properties: Properties) -> Made:
    client = _client()
    id = client.create_api_mapping(**properties)["ApiMappingId"]  # noqa: A001 (the service's name)
    return Made(
        id=id,
        delete=partial(client.delete_api_mapping, ApiMappingId=id, DomainName=properties["DomainName"]),
        attributes={"ApiMappingId": id},
    )


TYPES = (
    ResourceType("AWS::ApiGatewayV2::Api", _api, attributes=("ApiId", "ApiEndpoint")),
    ResourceType("AWS::ApiGatewayV2::ApiMapping", _api_mapping, attributes=("ApiMappingId",)),
    ResourceType("AWS::ApiGatewayV2::Authorizer", _authorizer, attributes=("AuthorizerId",)),
    ResourceType(
        "AWS::ApiGatewayV2::DomainName", _domain_name, attributes=("RegionalDomainName", "RegionalHostedZoneId")
    ),
    ResourceType("AWS::ApiGatewayV2::Integration", _integration),
    ResourceType("AWS::ApiGatewayV2::Route", _route),
    ResourceType("AWS::ApiGatewayV2::Stage", _stage),
)
