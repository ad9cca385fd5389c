"""Distributions and their policies. CloudFormation writes lists where the service's API also counts them."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import boto3

from local.emulated.cloudformation.resource_type import Made, Properties, ResourceType

RESPONSE_HEADERS: dict[str, Properties] = {}
"""The response headers policies by id: moto's CloudFront has none."""
ACCESS_CONTROLS: dict[tuple[str, str], str] = {}
"""The access control of each origin, by the ids of distribution and origin: moto's CloudFront forgets it."""

_RENAMED_CERTIFICATE = {"AcmCertificateArn": "ACMCertificateArn", "SslSupportMethod": "SSLSupportMethod"}


def _client() -> Any:
    return boto3.client("cloudfront")


def _counted(items: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(items), "Items": items}


def _origin(origin: Properties) -> Properties:
    request = dict(origin)
    if custom := request.get("CustomOriginConfig"):
        custom = {"HTTPPort": 80, "HTTPSPort": 443} | custom
        if protocols := custom.pop("OriginSSLProtocols", None):
            custom["OriginSslProtocols"] = _counted(protocols)
        request["CustomOriginConfig"] = custom
    return request


def _behaviour(behaviour: Properties) -> Properties:
    request = dict(behaviour)
    if methods := request.get("AllowedMethods"):
        request["AllowedMethods"] = _counted(methods)
    return request


def _distribution(name: str, properties: Properties) -> Made:
    client = _client()
    given = properties["DistributionConfig"]
    config = {
        "CallerReference": name,
        **given,
        "Origins": _counted([_origin(each) for each in given["Origins"]]),
        "DefaultCacheBehavior": _behaviour(given["DefaultCacheBehavior"]),
        "CacheBehaviors": _counted([_behaviour(each) for each in given.get("CacheBehaviors", [])]),
    }
    if errors := given.get("CustomErrorResponses"):
        # The service's API demands what CloudFormation leaves out.
        config["CustomErrorResponses"] = _counted(
            [{"ResponsePagePath": "", "ResponseCode": "", **each} for each in errors]
        )
    if "Aliases" in given:
        config["Aliases"] = _counted(given["Aliases"])
    if "IPV6Enabled" in given:
        config["IsIPV6Enabled"] = config.pop("IPV6Enabled")
    if certificate := given.get("ViewerCertificate"):
        config["ViewerCertificate"] = {
            _RENAMED_CERTIFICATE.get(key, key): value for key, value in certificate.items()
        }
    made = client.create_distribution(DistributionConfig=config)
    id = made["Distribution"]["Id"]  # noqa: A001 (the service's name)
    for origin in given["Origins"]:
        if control := origin.get("OriginAccessControlId"):
            ACCESS_CONTROLS[id, origin["Id"]] = control
    return Made(
        id=id,
        delete=partial(client.delete_distribution, Id=id, IfMatch=made["ETag"]),
        attributes={"Id": id, "DomainName": made["Distribution"]["DomainName"]},
    )


def _access_control(_name: str, properties: Properties) -> Made:
    client = _client()
    made = client.create_origin_access_control(**properties)
    id = made["OriginAccessControl"]["Id"]  # noqa: A001 (the service's name)
    return Made(
        id=id, delete=partial(client.delete_origin_access_control, Id=id, IfMatch=made["ETag"]), attributes={"Id": id}
    )


def _response_headers_policy(_name: str, properties: Properties) -> Made:
    id = str(uuid.uuid4())  # noqa: A001 (the service's name)
    RESPONSE_HEADERS[id] = properties["ResponseHeadersPolicyConfig"]
    return Made(id=id, delete=partial(RESPONSE_HEADERS.pop, id), attributes={"Id": id})


TYPES = (
    ResourceType("AWS::CloudFront::Distribution", _distribution, attributes=("Id", "DomainName")),
    ResourceType("AWS::CloudFront::OriginAccessControl", _access_control, attributes=("Id",)),
    ResourceType("AWS::CloudFront::ResponseHeadersPolicy", _response_headers_policy, attributes=("Id",)),
)
