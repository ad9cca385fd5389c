"""API Gateway with the deployed API: its routes, authorizers, integrations, CORS and stage."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from local.cloud.lambda_errors import (
    FunctionError,
    FunctionNotFound,
    HostStopped,
    RequestTooLarge,
    TooManyRequests,
)
from local.emulated.http_server import ADDRESS, serving
from local.emulated.invoke_permission import may_invoke
from local.emulated.jwt_authorizer import JwtAuthorizer, Unauthorized
from local.emulated.route_table import Match, RouteTable
from local.http_event import MatchedRoute, own_answer, to_event, to_response, unauthorized
from local.token_bucket import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from local.emulated.cloud import EmulatedCloud

_STAGE: Final = "$default"


class ApiNotServable(Exception):
    """The deployed API uses a feature that is not emulated. The message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    function_arn: str
    authorizer: JwtAuthorizer | None


class HttpApi:
    """A deployed HTTP API with its ``$default`` stage."""

    def __init__(self, cloud: EmulatedCloud, api_id: str) -> None:
        """Read the deployed API.

        Raises:
            ApiNotServable: it uses a feature that is not emulated, or has no stage.
        """
        self._cloud = cloud
        self._api_id = api_id
        self._lambda = cloud.client("lambda")
        client = cloud.client("apigatewayv2")
        stages = {stage["StageName"]: stage for stage in client.get_stages(ApiId=api_id)["Items"]}
        if _STAGE not in stages:
            raise ApiNotServable(f"the API has no stage {_STAGE}")
        limits = stages[_STAGE].get("DefaultRouteSettings") or {}
        self._bucket = TokenBucket(
            float(limits.get("ThrottlingRateLimit") or 10_000), float(limits.get("ThrottlingBurstLimit") or 5_000)
        )
        self._cors: dict[str, Any] = client.get_api(ApiId=api_id).get("CorsConfiguration") or {}
        self._routes = RouteTable(self._deployed_routes(client))

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the API on 127.0.0.1 while the context lasts; yield its URL, without a slash at the end."""
        with serving(self, name="http-api") as port:
            yield f"http://{ADDRESS}:{port}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        origin = request.headers.get("Origin", "")
        if self._cors and request.method == "OPTIONS" and origin:
            response = Response(status=204, headers=self._preflight_headers(origin))
        else:
            response = self._answer(request)
            response.headers.update(self._cors_headers(origin))
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        path = str(request.environ.get("REQUEST_URI", request.path)).partition("?")[0]
        match = self._routes.match(request.method, path)
        if match is None:
            return own_answer(404, "Not Found")
        if not self._bucket.take():
            return own_answer(429, "Too Many Requests")
        authorizer = match.target.authorizer
        try:
            claims = authorizer.claims(request.headers.get("Authorization")) if authorizer else None
        except Unauthorized:
            return unauthorized()
        route = MatchedRoute(
            api_id=self._api_id,
            stage=_STAGE,
            key=match.key,
            path_parameters=match.path_parameters,
            claims=claims,
        )
        try:
            return self._invoke(match, to_event(request, route))
        except (RequestEntityTooLarge, RequestTooLarge):
            return own_answer(413, "Request Entity Too Large")

    def _invoke(self, match: Match[_Target], event: dict[str, Any]) -> Response:
        if not self._is_permitted(match):
            return own_answer(500, "Internal Server Error")
        try:
            return to_response(self._cloud.lambdas.invoke(match.target.function_arn, event))
        except TooManyRequests:
            return own_answer(503, "Service Unavailable")
        except (FunctionError, FunctionNotFound, HostStopped):
            return own_answer(500, "Internal Server Error")

    def _is_permitted(self, match: Match[_Target]) -> bool:
        method, _, path = match.key.partition(" ")
        api_arn = f"arn:aws:execute-api:{self._cloud.region}:{DEFAULT_ACCOUNT_ID}:{self._api_id}"
        return may_invoke(
            self._lambda,
            match.target.function_arn,
            service="apigateway.amazonaws.com",
            source_arn=f"{api_arn}/{_STAGE}/{method}{path}",
        )

    def _deployed_routes(self, client: Any) -> Iterator[tuple[str, _Target]]:
        integrations = {
            each["IntegrationId"]: _function_arn(each)
            for each in client.get_integrations(ApiId=self._api_id)["Items"]
        }
        for route in client.get_routes(ApiId=self._api_id)["Items"]:
            integration = route["Target"].removeprefix("integrations/")
            kind = route.get("AuthorizationType", "NONE")
            if kind not in {"JWT", "NONE"} or route.get("AuthorizationScopes"):
                raise ApiNotServable(f"the route {route['RouteKey']} asks for an authorization that is not emulated")
            authorizer = self._authorizer(client, route["AuthorizerId"]) if kind == "JWT" else None
            yield route["RouteKey"], _Target(function_arn=integrations[integration], authorizer=authorizer)

    def _authorizer(self, client: Any, authorizer_id: str) -> JwtAuthorizer:
        deployed = client.get_authorizer(ApiId=self._api_id, AuthorizerId=authorizer_id)
        if deployed["AuthorizerType"] != "JWT":
            raise ApiNotServable(f"authorizers of type {deployed['AuthorizerType']} are not emulated")
        if deployed["IdentitySource"] not in (["$request.header.Authorization"], "$request.header.Authorization"):
            raise ApiNotServable(f"the identity source {deployed['IdentitySource']} is not emulated")
        configuration = deployed["JwtConfiguration"]
        if not configuration["Issuer"].startswith("https://cognito-idp."):
            raise ApiNotServable(f"the issuer {configuration['Issuer']} is not emulated")
        return JwtAuthorizer(
            issuer=configuration["Issuer"],
            audience=frozenset(configuration["Audience"]),
            fetch_keys=self._fetch_keys,
        )

    def _fetch_keys(self, issuer: str) -> dict[str, Any]:
        """Fetch the keys of a user pool from the emulated AWS."""
        pool = issuer.rpartition("/")[2]
        answer = httpx.get(f"{self._cloud.url}/{pool}/.well-known/jwks.json")
        keys: dict[str, Any] = answer.raise_for_status().json()
        return keys

    def _cors_headers(self, origin: str) -> dict[str, str]:
        allowed = self._cors.get("AllowOrigins", [])
        if not origin or not {"*", origin} & set(allowed):
            return {}
        headers = {"Access-Control-Allow-Origin": "*" if "*" in allowed else origin, "Vary": "Origin"}
        if exposed := self._cors.get("ExposeHeaders"):
            headers["Access-Control-Expose-Headers"] = ",".join(exposed)
        return headers

    def _preflight_headers(self, origin: str) -> dict[str, str]:
        headers = self._cors_headers(origin)
        if headers:
            headers["Access-Control-Allow-Methods"] = ",".join(self._cors.get("AllowMethods", []))
            headers["Access-Control-Allow-Headers"] = ",".join(self._cors.get("AllowHeaders", []))
            headers["Access-Control-Max-Age"] = str(self._cors.get("MaxAge", 0))
        return headers


def _function_arn(integration: dict[str, Any]) -> str:
    """Return the ARN of the function that an integration calls. The integration's URI is the ARN or holds it."""
    if integration["IntegrationType"] != "AWS_PROXY" or integration.get("PayloadFormatVersion") != "2.0":
        raise ApiNotServable(f"the integration {integration['IntegrationId']} is not emulated")
    uri: str = integration["IntegrationUri"]
    return uri.partition("/functions/")[2].removesuffix("/invocations") or uri
