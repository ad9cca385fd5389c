"""Error caching of the emulated CloudFront, so that a missing setting shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from local.emulated.cloudformation import cloudfront
from local.emulated.distribution import ALL_VIEWER_EXCEPT_HOST_HEADER, ERROR_CACHING_SECONDS, Distribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from tests.infra.synthesis import Deployment

API_HOST = "api.example.com"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


class Api:
    """An API that answers with ``status``."""

    def __init__(self, status: int, cache_control: str = "") -> None:
        self.status, self.calls = status, 0
        self._headers = {"Cache-Control": cache_control} if cache_control else {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.calls += 1
        mine = Request(environ).headers.get("Authorization", "nobody")
        return Response(f"of {mine}", self.status, headers=self._headers)(environ, start_response)


class Cloud:
    def client(self, name: str) -> Any:
        return boto3.client(name, region_name="us-east-1")  # type: ignore[call-overload]


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def distribute(api: Api, *, errors: list[dict[str, int]], now: list[float]) -> Client:
    """Return a distribution in front of the API, with these ``CustomErrorResponses``."""
    behaviour = {
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": METHODS,
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST_HEADER,
    }
    made = cloudfront._distribution(
        "distribution",
        {
            "DistributionConfig": {
                "Comment": "",
                "Enabled": True,
                "Origins": [
                    {
                        "Id": "api",
                        "DomainName": API_HOST,
                        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
                    }
                ],
                "DefaultCacheBehavior": behaviour,
                "CacheBehaviors": [{"PathPattern": "/api/*", **behaviour}],
                **({"CustomErrorResponses": errors} if errors else {}),
            }
        },
    )
    clock: Any = lambda: now[0]  # noqa: E731
    cloud: Any = Cloud()
    return Client(Distribution(cloud, made.id, api=api, api_host=API_HOST, clock=clock))


@pytest.mark.parametrize("status", [404, 405, 414, 500, 501, 502, 503, 504])
def test_by_default_an_error_is_given_to_whoever_asks_next_for_ten_seconds(status: int) -> None:
    api, now = Api(status), [0.0]
    client = distribute(api, errors=[], now=now)

    # Given one user's error, and an API that works again
    client.get("/api/v1/jobs/1", headers={"Authorization": "one"})
    api.status = 200

    # Then another user gets the first one's answer, until the ten seconds are over
    answer = client.get("/api/v1/jobs/1", headers={"Authorization": "another"})
    assert (answer.status_code, answer.text, api.calls) == (status, "of one", 1)
    assert client.get("/api/v1/jobs/1?a=b").status_code == 200
    assert client.post("/api/v1/jobs/1").status_code == 200
    now[0] = ERROR_CACHING_SECONDS
    assert client.get("/api/v1/jobs/1").status_code == 200


@pytest.mark.parametrize(
    ("status", "again"), [(404, 200), (501, 200), (500, 500), (503, 503), (400, 200), (403, 200)]
)
def test_no_store_is_obeyed_for_some_errors_only(status: int, again: int) -> None:
    api = Api(status, cache_control="no-store")
    client = distribute(api, errors=[], now=[0.0])

    client.get("/api/v1/jobs")
    api.status = 200

    assert client.get("/api/v1/jobs").status_code == again


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 414, 422, 429, 500, 501, 502, 503, 504])
def test_with_what_is_deployed_everybody_is_answered_by_the_api(deployment: Deployment, status: int) -> None:
    (deployed,) = deployment.service.of_type("AWS::CloudFront::Distribution").values()
    api = Api(status)
    errors = deployed["Properties"]["DistributionConfig"]["CustomErrorResponses"]
    client = distribute(api, errors=errors, now=[0.0])

    client.get("/api/v1/jobs/1", headers={"Authorization": "one"})
    api.status = 200

    assert client.get("/api/v1/jobs/1", headers={"Authorization": "another"}).text == "of another"
