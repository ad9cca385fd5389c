"""HTTP API: its routes, authorization and throttling."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as certificatemanager
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from castline.api.contract import PREFIX
from castline.api.operations import OPERATIONS
from infra.acknowledgements import acknowledge
from infra.log_retention import retention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.environments import CustomDomain, Environment

EVERYWHERE = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
"""The methods that the API function serves at every path below the API's prefix."""
_ACCESS_LOG = {
    "request_id": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "route": "$context.routeKey",
    "status": "$context.status",
    "user_id": "$context.authorizer.claims.sub",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
    "response_bytes": "$context.responseLength",
    "error": "$context.error.message",
    "source_ip": "$context.identity.sourceIp",
}


class Api(Construct):
    """The HTTP API, which has no routes until ``serve`` is called.

    Attributes:
        http_api: the API Gateway API.
        host: the host name at which clients reach the API.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
    ) -> None:
        super().__init__(scope, id)
        self._snap_start = environment.snap_start
        self.http_api = apigateway.HttpApi(
            self,
            "HttpApi",
            api_name=f"castline-{environment.name}",
            description="Castline: scripted dialogues in, one audio file out",
            create_default_stage=False,
            # An API with a custom domain is reachable at that domain only.
            disable_execute_api_endpoint=environment.custom_domain is not None,
            cors_preflight=_cors(environment.cors_origins) if environment.cors_origins else None,
        )
        self._stage(environment)
        if environment.custom_domain is None:
            stack = cdk.Stack.of(self)
            self.host = f"{self.http_api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"
        else:
            self._map(environment.custom_domain)
            self.host = environment.custom_domain.name

    @property
    def url(self) -> str:
        """The URL at which clients reach the API, without a slash at its end."""
        return f"https://{self.host}"

    def serve(
        self, function: lambda_.Function, *, speaking: lambda_.Function, issuer: str, audience: Sequence[str]
    ) -> None:
        """Add the routes and let functions serve them.

        Args:
            function: the function that serves all other routes.
            speaking: the function that serves the routes that synthesize speech.
            issuer: the accepted issuer of tokens.
            audience: the accepted audiences of tokens.
        """
        authorizer = authorizers.HttpJwtAuthorizer("Tokens", issuer, jwt_audience=list(audience))
        target: lambda_.IFunction = function
        if self._snap_start:
            target = lambda_.Alias(self, "Live", alias_name="live", version=function.current_version)
        # A permission for each route would exceed the limit of 20 KB for a function's policy.
        integration = integrations.HttpLambdaIntegration("Function", target, scope_permission_to_route=False)
        speaks = integrations.HttpLambdaIntegration("Speaking", speaking, scope_permission_to_route=False)
        for route in OPERATIONS:
            added = self.http_api.add_routes(
                path=route.path,
                methods=[apigateway.HttpMethod[method] for method in route.methods],
                integration=speaks if route.speaks else integration,
                authorizer=None if route.is_open else authorizer,
            )
            if route.is_open:
                for each in added:
                    acknowledge(each, "AwsSolutions-APIG4", "Anybody may check whether the service is up.")
        # The function also serves all other paths, so that users cannot tell the routes of operators from routes that
        # do not exist. API Gateway serves OPTIONS, because it answers preflight requests without a token.
        self.http_api.add_routes(
            path=f"{PREFIX}/{{path+}}",
            methods=[apigateway.HttpMethod[method] for method in EVERYWHERE],
            integration=integration,
            authorizer=authorizer,
        )

    def _stage(self, environment: Environment) -> None:
        access_log = logs.LogGroup(
            self,
            "AccessLog",
            # A log group with another prefix would add an entry to the account's resource policy for log delivery,
            # whose length is limited.
            log_group_name=f"/aws/vendedlogs/apis/castline-{environment.name}",
            retention=retention(environment.log_retention_days),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.http_api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=environment.requests_per_second, burst_limit=environment.burst_requests
            ),
        )
        resource = self.stage.node.default_child
        assert isinstance(resource, apigateway.CfnStage)  # noqa: S101 (for the type checker)
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=access_log.log_group_arn, format=json.dumps(_ACCESS_LOG)
        )

    def _map(self, custom_domain: CustomDomain) -> None:
        certificate = certificatemanager.Certificate.from_certificate_arn(
            self, "Certificate", custom_domain.certificate_arn
        )
        domain = apigateway.DomainName(
            self,
            "Domain",
            domain_name=custom_domain.name,
            certificate=certificate,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
        )
        apigateway.ApiMapping(self, "Mapping", api=self.http_api, domain_name=domain, stage=self.stage)
        cdk.CfnOutput(
            cdk.Stack.of(self),
            "DomainTarget",
            value=domain.regional_domain_name,
            description=f"Target of the CNAME or alias record of {custom_domain.name}",
        )


def _cors(origins: tuple[str, ...]) -> apigateway.CorsPreflightOptions:
    return apigateway.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[apigateway.CorsHttpMethod[method] for method in sorted({each.method for each in OPERATIONS})],
        allow_headers=[
            "accept-language",
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
        ],
        expose_headers=["etag", "link", "location", "retry-after", "x-request-id"],
        max_age=cdk.Duration.hours(1),
    )
