"""The API lets through what its function serves, and only with a token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from castline.api.operations import OPERATIONS
from castline_cli import loopback
from infra.environments import ENVIRONMENTS, OperatorClaim

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment, Synthesis


def routes(deployment: Deployment) -> dict[str, str]:
    """Authorization of each route."""
    return {
        route["RouteKey"]: route["AuthorizationType"]
        for route in deployment.service.properties_of("AWS::ApiGatewayV2::Route")
    }


def test_the_routes_are_those_that_the_function_declares_and_one_for_the_rest(deployment: Deployment) -> None:
    declared = {f"{method} {each.path}" for each in OPERATIONS for method in each.methods}
    others = {f"{method} /api/v1/{{path+}}" for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")}

    assert set(routes(deployment)) == declared | others
    assert {"GET /health", "HEAD /api/v1/jobs/{job_id}", "POST /api/v1/jobs"} <= declared


def test_every_route_but_health_takes_a_token(deployment: Deployment) -> None:
    by_authorization = routes(deployment)

    assert {key for key, kind in by_authorization.items() if kind != "JWT"} == {
        f"{method} {path}" for method in ("GET", "HEAD") for path in ("/health", "/api/v1/health")
    }
    assert {kind for key, kind in by_authorization.items() if "health" in key} == {"NONE"}
    for route in deployment.service.properties_of("AWS::ApiGatewayV2::Route"):
        assert ("AuthorizerId" in route) == (route["AuthorizationType"] == "JWT")


def test_without_another_issuer_tokens_are_the_user_pools_for_a_script_or_the_console(
    deployment: Deployment,
) -> None:
    authorizer = deployment.service.the("AWS::ApiGatewayV2::Authorizer")["Properties"]

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert deployment.flat(authorizer["JwtConfiguration"]["Issuer"]) == "AWS::Cognito::UserPool.ProviderURL"
    of_scripts, of_console = authorizer["JwtConfiguration"]["Audience"]
    assert "Fn::ImportValue" in of_scripts
    assert {deployment.flat(each) for each in (of_scripts, of_console)} == {"AWS::Cognito::UserPoolClient"}
    assert of_console["Ref"] in deployment.service.of_type("AWS::Cognito::UserPoolClient")


def test_a_configured_issuer_replaces_the_user_pool(everything: Deployment) -> None:
    configuration = everything.service.the("AWS::ApiGatewayV2::Authorizer")["Properties"]["JwtConfiguration"]

    assert configuration == {"Issuer": "https://login.example.com/", "Audience": ["castline", "castline-batch"]}
    assert not any(template.of_type("AWS::Cognito::UserPool") for template in everything.templates)


def test_users_are_invited_and_sign_in_on_a_page_of_the_pools(deployment: Deployment) -> None:
    pool = deployment.data.the("AWS::Cognito::UserPool")["Properties"]
    client = deployment.data.the("AWS::Cognito::UserPoolClient")["Properties"]

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert set(client["ExplicitAuthFlows"]) == {
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    }
    # The cheapest plan has the classic page, and no other.
    domain = deployment.data.the("AWS::Cognito::UserPoolDomain")["Properties"]
    assert (pool["UserPoolTier"], domain["ManagedLoginVersion"]) == ("LITE", 1)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_sign_in_comes_back_to_the_command_line_and_the_configured_origins_only(
    synthesis: Synthesis, name: str
) -> None:
    client = synthesis.deployments[name].data.the("AWS::Cognito::UserPoolClient")["Properties"]

    assert client["CallbackURLs"] == [
        *ENVIRONMENTS[name].cors_origins,
        f"http://localhost:{loopback.PORT}{loopback.PATH}",
    ]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_requests_are_limited_as_configured(synthesis: Synthesis, name: str) -> None:
    stage = synthesis.deployments[name].service.the("AWS::ApiGatewayV2::Stage")["Properties"]

    settings = stage["DefaultRouteSettings"]
    assert settings["ThrottlingRateLimit"] == ENVIRONMENTS[name].requests_per_second
    assert settings["ThrottlingBurstLimit"] == ENVIRONMENTS[name].burst_requests
    assert stage["StageName"] == "$default"


def test_requests_are_logged_without_what_they_carry(deployment: Deployment) -> None:
    settings = deployment.service.the("AWS::ApiGatewayV2::Stage")["Properties"]["AccessLogSettings"]

    assert deployment.flat(settings["DestinationArn"]) == "AWS::Logs::LogGroup.Arn"
    logged = json.loads(settings["Format"])
    assert {"request_id", "route", "status", "user_id", "latency_ms"} <= set(logged)
    assert not [value for value in logged.values() if "authorization" in value.lower() or "path" in value.lower()]


def test_pages_may_call_where_their_origin_is_configured(everything: Deployment, prod: Deployment) -> None:
    cors = everything.service.the("AWS::ApiGatewayV2::Api")["Properties"]["CorsConfiguration"]

    assert cors["AllowOrigins"] == ["https://studio.example.com"]
    assert set(cors["AllowMethods"]) == {route.method for route in OPERATIONS}
    assert {"authorization", "content-type", "idempotency-key"} <= set(cors["AllowHeaders"])
    assert "x-request-id" in cors["ExposeHeaders"]
    assert not cors.get("AllowCredentials")
    assert "CorsConfiguration" not in prod.service.the("AWS::ApiGatewayV2::Api")["Properties"]


def test_a_name_of_its_own_is_the_only_one(everything: Deployment, prod: Deployment) -> None:
    domain = everything.service.the("AWS::ApiGatewayV2::DomainName")["Properties"]

    assert domain["DomainName"] == "tts.example.com"
    assert domain["DomainNameConfigurations"][0]["SecurityPolicy"] == "TLS_1_2"
    assert everything.service.the("AWS::ApiGatewayV2::ApiMapping")["Properties"]["Stage"]
    assert everything.service.the("AWS::ApiGatewayV2::Api")["Properties"]["DisableExecuteApiEndpoint"] is True
    assert everything.service.body["Outputs"]["ApiUrl"]["Value"] == "https://tts.example.com"
    assert not prod.service.of_type("AWS::ApiGatewayV2::DomainName")
    assert not prod.service.the("AWS::ApiGatewayV2::Api")["Properties"].get("DisableExecuteApiEndpoint")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_route_that_speaks_goes_to_a_function_of_its_own(synthesis: Synthesis, name: str) -> None:
    service = synthesis.deployments[name].service
    integrations = service.of_type("AWS::ApiGatewayV2::Integration")
    functions = {
        each: integration["Properties"]["IntegrationUri"].get("Fn::GetAtt", [""])[0]
        for each, integration in integrations.items()
    }
    preview = next(
        each
        for each, function in service.of_type("AWS::Lambda::Function").items()
        if function["Metadata"]["aws:cdk:path"].endswith("/Functions/Preview/Resource")
    )

    speaking = {
        route["RouteKey"]
        for route in service.properties_of("AWS::ApiGatewayV2::Route")
        if functions[route["Target"]["Fn::Join"][1][1]["Ref"]] == preview
    }

    assert speaking == {f"{method} {each.path}" for each in OPERATIONS if each.speaks for method in each.methods}
    assert "POST /api/v1/previews" in speaking


def test_a_snapshot_is_started_by_an_alias_and_only_the_alias_may_be_called(everything: Deployment) -> None:
    function = everything.service.by_path("AWS::Lambda::Function")["Functions/Api"]
    alias = everything.service.the("AWS::Lambda::Alias")["Properties"]

    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert everything.flat(alias["FunctionVersion"]) == "AWS::Lambda::Version.Version"
    integrations = everything.service.properties_of("AWS::ApiGatewayV2::Integration")
    called = {"AWS::Lambda::Alias", "AWS::Lambda::Function.Arn"}  # the latter speaks, and has no snapshot
    assert {everything.flat(each["IntegrationUri"]) for each in integrations} == called
    assert {each["PayloadFormatVersion"] for each in integrations} == {"2.0"}
    assert called == {
        everything.flat(permission["FunctionName"])
        for permission in everything.service.properties_of("AWS::Lambda::Permission")
        if permission["Principal"] == "apigateway.amazonaws.com"
    }


def test_one_permission_lets_the_api_call_each_of_its_functions_by_every_route(deployment: Deployment) -> None:
    permissions = [
        permission
        for permission in deployment.service.properties_of("AWS::Lambda::Permission")
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]

    assert len(permissions) == 2
    for permission in permissions:
        assert deployment.flat(permission["SourceArn"]).endswith(":AWS::ApiGatewayV2::Api/*/*/*")


def test_operators_are_a_group_of_the_user_pool_whose_claim_the_function_knows(deployment: Deployment) -> None:
    group = deployment.data.the("AWS::Cognito::UserPoolGroup")["Properties"]
    settings = deployment.service.by_path("AWS::Lambda::Function")["Functions/Api"]["Environment"]["Variables"]

    assert group["GroupName"] == settings["OPERATOR_VALUE"] == "operators"
    assert settings["OPERATOR_CLAIM"] == "cognito:groups"


def test_operators_of_another_issuer_have_a_claim_of_its_own(everything: Deployment) -> None:
    settings = everything.service.by_path("AWS::Lambda::Function")["Functions/Api"]["Environment"]["Variables"]

    assert (settings["OPERATOR_CLAIM"], settings["OPERATOR_VALUE"]) == ("https://example.com/roles", "castline-ops")
    assert not any(template.of_type("AWS::Cognito::UserPoolGroup") for template in everything.templates)


@pytest.mark.parametrize("value", ["", "two words", "a,b", "[a]", 'a"b', "a\tb"])
def test_a_value_that_would_read_as_several_cannot_name_operators(value: str) -> None:
    with pytest.raises(ValueError, match="cannot name operators"):
        OperatorClaim(value=value)


def test_without_snapshots_there_is_no_alias_to_go_through(dev: Deployment) -> None:
    integrations = dev.service.properties_of("AWS::ApiGatewayV2::Integration")

    assert {dev.flat(each["IntegrationUri"]) for each in integrations} == {"AWS::Lambda::Function.Arn"}
    assert not dev.service.of_type("AWS::Lambda::Alias")
    assert "SnapStart" not in dev.service.by_path("AWS::Lambda::Function")["Functions/Api"]
