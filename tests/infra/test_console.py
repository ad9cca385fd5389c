"""Console: its page is reached through CloudFront only, with security headers, beside an API that is not cached."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from castline import composition
from castline_cli import loopback
from tests.infra.examples import MACHINES

if TYPE_CHECKING:
    from tests.infra.synthesis import Deployment, Synthesis

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def distribution(deployment: Deployment) -> dict[str, Any]:
    configuration: dict[str, Any] = deployment.service.the("AWS::CloudFront::Distribution")["Properties"][
        "DistributionConfig"
    ]
    return configuration


def origin(deployment: Deployment, id: str) -> dict[str, Any]:  # noqa: A002 (CloudFront's name)
    (found,) = (each for each in distribution(deployment)["Origins"] if each["Id"] == id)
    return dict(found)


def headers(deployment: Deployment) -> dict[str, str]:
    """Return the response headers of the page."""
    policy = deployment.service.the("AWS::CloudFront::ResponseHeadersPolicy")["Properties"][
        "ResponseHeadersPolicyConfig"
    ]
    security = policy["SecurityHeadersConfig"]
    custom = policy["CustomHeadersConfig"]["Items"]
    assert all(each["Override"] for each in (*security.values(), *custom))
    return {
        "Content-Security-Policy": deployment.flat(security["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": str(security["StrictTransportSecurity"]["AccessControlMaxAgeSec"]),
        **{each["Header"]: each["Value"] for each in custom},
    }


def sources(deployment: Deployment, directive: str) -> list[str]:
    policy = headers(deployment)["Content-Security-Policy"]
    (found,) = (each.split() for each in policy.split("; ") if each.split()[0] == directive)
    return found[1:]


def configuration(deployment: Deployment) -> dict[str, Any]:
    """Return the content of ``/config.json``."""
    text = deployment.service.the("Custom::ConsolePage")["Properties"]["Configuration"]
    said: dict[str, Any] = json.loads(deployment.flat(text))
    return said


def test_the_pages_bucket_is_private_and_goes_with_the_service(deployment: Deployment) -> None:
    bucket = deployment.service.the("AWS::S3::Bucket")

    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["Properties"]["BucketEncryption"]
    assert bucket["DeletionPolicy"] == "Delete"


def test_only_this_distribution_may_read_the_bucket_and_only_over_tls(deployment: Deployment) -> None:
    statements = deployment.service.the("AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = (each for each in statements if each["Effect"] == "Allow")
    (distribution_id,) = deployment.service.of_type("AWS::CloudFront::Distribution")

    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert list(allowed["Condition"]) == ["StringEquals"]
    assert {"Ref": distribution_id} in allowed["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Join"][1]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [each.get("Condition") for each in statements]
    page = origin(deployment, "page")
    assert deployment.flat(page["DomainName"]) == "AWS::S3::Bucket.RegionalDomainName"
    assert deployment.flat(page["OriginAccessControlId"]) == "AWS::CloudFront::OriginAccessControl.Id"


def test_the_page_is_cached_and_sent_over_https(deployment: Deployment) -> None:
    whole = distribution(deployment)
    default = whole["DefaultCacheBehavior"]

    assert (default["TargetOriginId"], default["CachePolicyId"]) == ("page", CACHING_OPTIMIZED)
    assert default["ViewerProtocolPolicy"] == "redirect-to-https"
    assert default["Compress"] is True
    assert deployment.flat(default["ResponseHeadersPolicyId"]) == "AWS::CloudFront::ResponseHeadersPolicy"
    assert (whole["DefaultRootObject"], whole["HttpVersion"]) == ("index.html", "http2and3")


def test_no_error_is_kept_and_given_to_whoever_asks_next_nor_replaced_by_a_page(deployment: Deployment) -> None:
    responses = distribution(deployment)["CustomErrorResponses"]

    # What CloudFront keeps for 10 s unless told otherwise. Settings for errors hold for the whole distribution.
    assert {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in responses} == dict.fromkeys(
        (404, 405, 414, 500, 501, 502, 503, 504), 0
    )
    # An error page of CloudFront's would stand in for the API's own errors, too.
    assert not [each for each in responses if {"ResponseCode", "ResponsePagePath"} & set(each)]


def test_the_api_is_below_the_same_name_with_the_viewers_token_and_is_not_cached(deployment: Deployment) -> None:
    (behaviour,) = distribution(deployment)["CacheBehaviors"]

    assert (behaviour["PathPattern"], behaviour["TargetOriginId"]) == ("/api/*", "api")
    assert behaviour["CachePolicyId"] == CACHING_DISABLED
    # The managed policy that sends Authorization on, but not Host, by which API Gateway finds the API.
    assert behaviour["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert {"GET", "HEAD", "POST", "DELETE"} <= set(behaviour["AllowedMethods"])
    api = origin(deployment, "api")
    assert deployment.flat(api["DomainName"]) == "AWS::ApiGatewayV2::Api.execute-api.AWS::Region.AWS::URLSuffix"
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert api["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


def test_an_api_with_a_name_of_its_own_is_called_by_that(everything: Deployment) -> None:
    assert origin(everything, "api")["DomainName"] == "tts.example.com"


def test_a_name_of_the_consoles_own_takes_tls_of_2021(everything: Deployment) -> None:
    whole = distribution(everything)

    assert whole["Aliases"] == ["studio.example.com"]
    assert whole["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert ":acm:us-east-1:" in whole["ViewerCertificate"]["AcmCertificateArn"]
    assert everything.service.body["Outputs"]["ConsoleUrl"]["Value"] == "https://studio.example.com"
    assert "ConsoleDomainTarget" in everything.service.body["Outputs"]


def test_the_page_may_load_and_call_nothing_but_what_it_needs(deployment: Deployment) -> None:
    assert sources(deployment, "default-src") == ["'none'"]
    assert sources(deployment, "script-src") == ["'self'"]
    assert sources(deployment, "style-src") == ["'self'"]
    assert sources(deployment, "frame-ancestors") == ["'none'"]
    assert sources(deployment, "connect-src") == [
        "'self'",
        "https://cognito-idp.AWS::Region.AWS::URLSuffix",
        "https://AWS::Cognito::UserPoolDomain.auth.AWS::Region.amazoncognito.com",
        "https://AWS::S3::Bucket.RegionalDomainName",
    ]
    assert sources(deployment, "media-src") == ["'self'", "blob:", "https://AWS::S3::Bucket.RegionalDomainName"]
    assert sources(deployment, "img-src") == ["'self'", "data:", "https://AWS::S3::Bucket.RegionalDomainName"]
    sent = headers(deployment)
    assert sent["Referrer-Policy"] == "no-referrer"
    assert int(sent["Strict-Transport-Security"]) >= 365 * 24 * 60 * 60
    assert "microphone=()" in sent["Permissions-Policy"]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-northeast-1", "ap-east-2"])
def test_the_audio_is_where_the_page_may_play_it_from(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    # Given what the API signs in a region
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "TABLE_NAME"):
        monkeypatch.setenv(name, "nobodys")
    monkeypatch.setenv("BUCKET_NAME", "audio")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.delenv("DOWNLOAD_ENDPOINT_URL", raising=False)
    composition.reset()

    url = composition.audio_storage().download_url(
        "key", filename="a.mp3", content_type="audio/mpeg", disposition="inline", expires_in_seconds=60
    )

    # Then its host is what CloudFormation calls RegionalDomainName
    composition.reset()
    assert urlsplit(url).netloc == f"audio.s3.{region}.amazonaws.com"


def test_people_come_back_from_sign_in_to_the_console_or_the_command_line(deployment: Deployment) -> None:
    client = deployment.service.the("AWS::Cognito::UserPoolClient")["Properties"]
    console = "https://AWS::CloudFront::Distribution.DomainName/"
    command_line = f"http://localhost:{loopback.PORT}{loopback.PATH}"

    assert [deployment.flat(each) for each in client["CallbackURLs"]] == [console, command_line]
    assert [deployment.flat(each) for each in client["LogoutURLs"]] == [console]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["EnableTokenRevocation"] is True
    assert not [flow for flow in client["ExplicitAuthFlows"] if "PASSWORD" in flow]


def test_the_page_is_told_where_to_sign_in(deployment: Deployment) -> None:
    said = configuration(deployment)

    assert said["api"] == "/api/v1"
    assert said["environment"] == deployment.service.name.split("-")[1]
    assert said["sign_in"] == {
        "issuer": "AWS::Cognito::UserPool.ProviderURL",
        "client_id": "AWS::Cognito::UserPoolClient",
        "scopes": ["openid", "email"],
    }


def test_with_an_issuer_of_ones_own_the_page_signs_in_there(everything: Deployment) -> None:
    assert configuration(everything)["sign_in"] == {
        "issuer": "https://login.example.com/",
        "client_id": "castline-console",
        "scopes": ["openid", "email", "offline_access"],
    }
    assert sources(everything, "connect-src") == [
        "'self'",
        "https://login.example.com",
        "https://tokens.example.com",
        "https://AWS::S3::Bucket.RegionalDomainName",
    ]
    assert not everything.service.of_type("AWS::Cognito::UserPoolClient")


def test_where_nobody_could_sign_in_there_is_no_console(synthesis: Synthesis) -> None:
    service = synthesis.deployments[MACHINES.name].service

    assert not service.of_type("AWS::CloudFront::Distribution")
    assert not service.of_type("AWS::S3::Bucket")
    assert service.of_type("AWS::ApiGatewayV2::Route")


def test_the_upload_may_touch_its_own_bucket_and_no_other(deployment: Deployment) -> None:
    (policy,) = (
        each["Properties"]["PolicyDocument"]["Statement"]
        for each in deployment.service.of_type("AWS::IAM::Policy").values()
        if "Console/Files/Role" in each["Metadata"]["aws:cdk:path"]
    )
    on_s3 = [each for each in policy if "s3:" in str(each["Action"])]

    assert {action for each in on_s3 for action in _listed(each["Action"])} == {
        "s3:DeleteObject",
        "s3:ListBucket",
        "s3:PutObject",
    }
    (bucket,) = deployment.service.of_type("AWS::S3::Bucket")
    assert all(f'"{bucket}"' in json.dumps(each["Resource"]) for each in on_s3)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
