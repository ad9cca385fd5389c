from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from local.emulated.deployment import read_stack
from local.emulated.http_api import HttpApi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.emulated.cloud import EmulatedCloud

ECHO = "import json\ndef handler(event, context): return {'statusCode': 200, 'body': json.dumps(event)}"


def template(**changes: Any) -> dict[str, Any]:
    """Return a function behind an API, as the CDK writes it."""
    permitted = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*/open/{name}"
    return {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
            "Echo": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"ZipFile": ECHO},
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Runtime": "python3.13",
                    "Timeout": 30,
                },
            },
            "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Echo"}}},
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {
                    "Name": "echo",
                    "ProtocolType": "HTTP",
                    "CorsConfiguration": {
                        "AllowOrigins": ["https://studio.example.com"],
                        "AllowMethods": ["GET"],
                        "AllowHeaders": ["authorization"],
                        "ExposeHeaders": ["etag"],
                        "MaxAge": 60,
                    },
                },
            },
            "Stage": {
                "Type": "AWS::ApiGatewayV2::Stage",
                "Properties": {
                    "ApiId": {"Ref": "Api"},
                    "StageName": "$default",
                    "DefaultRouteSettings": {"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 5},
                },
            },
            "Integration": {
                "Type": "AWS::ApiGatewayV2::Integration",
                "Properties": {
                    "ApiId": {"Ref": "Api"},
                    "IntegrationType": "AWS_PROXY",
                    "IntegrationUri": {"Fn::GetAtt": ["Echo", "Arn"]},
                    "PayloadFormatVersion": "2.0",
                },
            },
            "OpenRoute": route("GET /open/{name}"),
            "ForgottenRoute": route("GET /forgotten"),
            "Permission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "Action": "lambda:InvokeFunction",
                    "FunctionName": {"Fn::GetAtt": ["Echo", "Arn"]},
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": {"Fn::Sub": permitted},
                },
            },
            **changes,
        }
    }


def route(key: str) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "RouteKey": key,
            "Target": {"Fn::Join": ["", ["integrations/", {"Ref": "Integration"}]]},
        },
    }


@pytest.fixture
def url(aws: EmulatedCloud, request: pytest.FixtureRequest) -> Iterator[str]:
    cloudformation = aws.client("cloudformation")
    name = request.node.name.replace("_", "-")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template()))
    stack = read_stack(aws, name)
    assert stack is not None
    with HttpApi(aws, dict(stack.resources)["AWS::ApiGatewayV2::Api"]).serving() as url:
        yield url
    cloudformation.delete_stack(StackName=name)
    assert read_stack(aws, name) is None


def test_the_function_gets_the_route_with_the_request(url: str) -> None:
    event = httpx.get(f"{url}/open/a%20b?x=1&x=2").json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /open/{name}"
    assert event["pathParameters"] == {"name": "a b"}
    assert event["queryStringParameters"] == {"x": "1,2"}
    assert "authorizer" not in event["requestContext"]


def test_a_function_whose_policy_does_not_permit_the_route_is_not_called(url: str) -> None:
    answer = httpx.get(f"{url}/forgotten")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_requests_over_the_stages_limit_are_refused(url: str) -> None:
    answers = [httpx.get(f"{url}/forgotten").status_code for _ in range(6)]
    assert answers == [500] * 5 + [429]


def test_a_preflight_is_answered_for_the_deployed_origins_only(url: str) -> None:
    def ask(origin: str) -> httpx.Response:
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        return httpx.options(f"{url}/open/a", headers=headers)

    allowed, other = ask("https://studio.example.com"), ask("https://elsewhere.example.com")
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://studio.example.com"
    assert allowed.headers["Access-Control-Max-Age"] == "60"
    assert "Access-Control-Allow-Origin" not in other.headers


def test_answers_name_the_allowed_origin(url: str) -> None:
    answer = httpx.get(f"{url}/nowhere", headers={"Origin": "https://studio.example.com"})
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "https://studio.example.com"
    assert answer.headers["Access-Control-Expose-Headers"] == "etag"
