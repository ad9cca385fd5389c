"""CloudFront with the deployed distribution: its behaviours, its origins, and the headers that it adds.

It caches errors, and nothing else.
"""

from __future__ import annotations

import fnmatch
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from werkzeug.wrappers import Request, Response

from local.emulated.cloudformation.cloudfront import ACCESS_CONTROLS, RESPONSE_HEADERS
from local.emulated.http_server import ADDRESS, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from local.emulated.cloud import EmulatedCloud

ALL_VIEWER_EXCEPT_HOST_HEADER: Final = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
ERROR_CACHING_SECONDS: Final = 10
"""CloudFront's default for an error without an ``ErrorCachingMinTTL`` in the distribution."""
_ALWAYS_CACHED: Final = {404, 405, 410, 414, 500, 501, 502, 503, 504}
_NOT_CACHED_WHEN_TOLD: Final = {404, 410, 414, 501}
"""The errors for which CloudFront honours ``no-store``, ``no-cache`` and ``private``."""
_PASSED_ON: Final = {"ContentType": "Content-Type", "CacheControl": "Cache-Control", "ETag": "ETag"}


class DistributionNotServable(Exception):
    """The deployed distribution uses a feature that is not emulated. The message names it."""


class Distribution:
    """A deployed distribution as a WSGI application."""

    def __init__(
        self,
        cloud: EmulatedCloud,
        distribution_id: str,
        *,
        api: WSGIApplication,
        api_host: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the deployed distribution.

        Args:
            cloud: the cloud with the distribution.
            distribution_id: the distribution's id.
            api: answers the requests to the API.
            api_host: the host name of the distribution's API origin.
            clock: returns seconds.
        """
        self._cloud = cloud
        self._id = distribution_id
        self._api = api
        self._api_host = api_host
        self._config = cloud.client("cloudfront").get_distribution_config(Id=distribution_id)["DistributionConfig"]
        self._clock = clock
        self._errors: dict[str, tuple[float, Response]] = {}
        self._error_ttls = {
            int(each["ErrorCode"]): int(each["ErrorCachingMinTTL"])
            for each in self._config.get("CustomErrorResponses", {}).get("Items", [])
        }
        self._origins = {origin["Id"]: origin for origin in self._config["Origins"]["Items"]}

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the distribution on 127.0.0.1 while the context lasts; yield its URL, without a slash at the end."""
        with serving(self, name="distribution") as port:
            yield f"http://{ADDRESS}:{port}"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        behaviour = self._behaviour(request.path)
        if request.method not in behaviour["AllowedMethods"]["Items"]:
            return Response("Forbidden", 403)(environ, start_response)
        origin = self._origins[behaviour["TargetOriginId"]]
        if origin["DomainName"] == self._api_host:
            if behaviour["OriginRequestPolicyId"] != ALL_VIEWER_EXCEPT_HOST_HEADER:
                raise DistributionNotServable(f"the origin request policy {behaviour['OriginRequestPolicyId']}")
            return self._from_api(request)(environ, start_response)
        response = self._object(origin, request.path.removeprefix("/") or self._config["DefaultRootObject"])
        response.headers.update(_added_headers(behaviour["ResponseHeadersPolicyId"]))
        return response(environ, start_response)

    def _from_api(self, request: Request) -> Response:
        """Call the API, or return its cached error for this URL. The token is not part of the cache key."""
        if request.method not in {"GET", "HEAD"}:
            return Response.from_app(self._api, request.environ)
        until, kept = self._errors.get(request.full_path, (0.0, None))
        if kept is not None and self._clock() < until:
            return kept
        response = Response.from_app(self._api, request.environ, buffered=True)
        if seconds := self._error_caching_seconds(response):
            self._errors[request.full_path] = (self._clock() + seconds, response)
        return response

    def _error_caching_seconds(self, response: Response) -> int:
        """Return for how long an answer is cached as an error: 0 for none.

        ``max-age`` has no effect: the policy ``CachingDisabled`` has a maximum of 0 s.
        """
        status, told = response.status_code, response.cache_control
        if status not in _ALWAYS_CACHED:
            return 0
        if status in _NOT_CACHED_WHEN_TOLD and (told.no_store or told.no_cache or told.private):
            return 0
        return self._error_ttls.get(status, ERROR_CACHING_SECONDS)

    def _behaviour(self, path: str) -> dict[str, Any]:
        for behaviour in self._config["CacheBehaviors"].get("Items", []):
            if fnmatch.fnmatchcase(path, behaviour["PathPattern"]):
                return dict(behaviour)
        return dict(self._config["DefaultCacheBehavior"])

    def _object(self, origin: dict[str, Any], key: str) -> Response:
        client = self._cloud.client("s3")
        bucket = origin["DomainName"].partition(".s3.")[0]
        if (self._id, origin["Id"]) not in ACCESS_CONTROLS or not self._may_read(client, bucket):
            return Response("Access Denied", 403)
        try:
            found = client.get_object(Bucket=bucket, Key=key)
        except client.exceptions.NoSuchKey:
            return Response("Access Denied", 403)  # S3 does not say more to whom may not list
        headers = {header: found[name] for name, header in _PASSED_ON.items() if name in found}
        return Response(found["Body"].read(), headers=headers)

    def _may_read(self, client: Any, bucket: str) -> bool:
        """Return whether the bucket's policy allows this distribution to read."""
        statements = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        arn = f"arn:aws:cloudfront::{DEFAULT_ACCOUNT_ID}:distribution/{self._id}"
        return any(
            statement["Effect"] == "Allow"
            and statement["Action"] == "s3:GetObject"
            and statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
            and statement["Condition"] == {"StringEquals": {"AWS:SourceArn": arn}}
            for statement in statements
        )


def _added_headers(policy_id: str) -> dict[str, str]:
    policy = RESPONSE_HEADERS[policy_id]
    security = policy["SecurityHeadersConfig"]
    hsts = security["StrictTransportSecurity"]
    return {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={hsts['AccessControlMaxAgeSec']}",
        "X-Content-Type-Options": "nosniff",
        **{each["Header"]: each["Value"] for each in policy["CustomHeadersConfig"]["Items"]},
    }
