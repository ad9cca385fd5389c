"""Console: a page in a bucket, and CloudFront in front of the bucket and of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as certificatemanager
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import console_page
from infra.acknowledgements import acknowledge
from infra.console_files import ConsoleFiles
from infra.private_bucket import private_bucket
from infra.sign_in import COMMAND_LINE_CALLBACK

if TYPE_CHECKING:
    from pathlib import Path

    from infra.data_stack import DataStack
    from infra.environments import ConsoleClient, Environment, TokenIssuer
    from infra.sign_in import SignIn

_HSTS_AGE = cdk.Duration.days(365)

_CACHED_ERRORS = (404, 405, 414, 500, 501, 502, 503, 504)
"""Error statuses that CloudFront caches for 10 s by default, regardless of the cache policy.

A cached error goes to all clients. For 405, 500 and 502 to 504, CloudFront ignores ``Cache-Control: no-store``.
"""


class Console(Construct):
    """The console on a CloudFront domain name or a custom one. The API is below ``/api`` of the same domain.

    Attributes:
        url: the console's URL, without a slash at its end.
        client_id: the client id in the audience of its tokens.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 (CDK's name)
        *,
        environment: Environment,
        data: DataStack,
        api_host: str,
        artefact: Path,
    ) -> None:
        """Create the bucket, the distribution and the sign-in client.

        Args:
            scope: the parent construct.
            id: the construct's id.
            environment: the environment.
            data: the stack with the users and the audio.
            api_host: the API's host name.
            artefact: the code that uploads the page, with the page.

        Raises:
            ValueError: the environment's issuer has no client for the console.
        """
        super().__init__(scope, id)
        self._environment = environment
        self._stack = cdk.Stack.of(self)
        issuer_origins = _origins(data.token_issuer) if data.sign_in is None else self._origins_of_pool(data.sign_in)
        bucket = self._bucket()
        distribution = self._distribution(
            bucket, api_host, self._headers(connect=issuer_origins, storage=self._origins_of_audio(data.bucket))
        )
        domain = environment.console_domain
        self.url = f"https://{domain.name if domain else distribution.distribution_domain_name}"
        sign_in = self._sign_in(data)
        self.client_id = sign_in.client_id
        ConsoleFiles(
            self,
            "Files",
            environment=environment,
            bucket=bucket,
            artefact=artefact,
            configuration=self._stack.to_json_string(
                console_page.configuration(environment=environment.name, sign_in=sign_in)
            ),
        )
        cdk.CfnOutput(self._stack, "ConsoleUrl", value=self.url)
        cdk.CfnOutput(self._stack, "ConsoleBucketName", value=bucket.bucket_name)
        if domain is not None:
            cdk.CfnOutput(
                self._stack,
                "ConsoleDomainTarget",
                value=distribution.distribution_domain_name,
                description=f"Target of the CNAME or alias record of {domain.name}",
            )

    def _bucket(self) -> s3.Bucket:
        bucket = private_bucket(
            self,
            "Bucket",
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        acknowledge(
            bucket, "AwsSolutions-S1", "It holds only the page, which is public; only CloudFront may read it."
        )
        return bucket

    def _distribution(
        self, bucket: s3.Bucket, api_host: str, headers: cloudfront.ResponseHeadersPolicy
    ) -> cloudfront.Distribution:
        domain = self._environment.console_domain
        certificate = None
        if domain is not None:
            certificate = certificatemanager.Certificate.from_certificate_arn(
                self, "Certificate", domain.certificate_arn
            )
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Castline {self._environment.name}: the console",
            default_root_object=console_page.INDEX,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            domain_names=[domain.name] if domain else None,
            certificate=certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if domain else None,
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=cdk.Duration.seconds(0)) for status in _CACHED_ERRORS
            ],
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(bucket, origin_id="page"),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=headers,
            ),
            additional_behaviors={
                "/api/*": cloudfront.BehaviorOptions(
                    origin=origins.HttpOrigin(
                        api_host, origin_id="api", origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2]
                    ),
                    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                    allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                    cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                    # This policy forwards the Authorization header, which a policy must not list by name.
                    origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                )
            },
        )
        acknowledge(distribution, "AwsSolutions-CFR1", "Users may be in any country.")
        acknowledge(
            distribution, "AwsSolutions-CFR2", "The API throttles and requires tokens; the page is static files."
        )
        acknowledge(
            distribution, "AwsSolutions-CFR3", "The API logs every call; requests for the static page need no log."
        )
        if domain is None:
            acknowledge(
                distribution,
                "AwsSolutions-CFR4",
                "CloudFront's domain has CloudFront's certificate, for which no minimum TLS version can be set.",
            )
        return distribution

    def _headers(self, *, connect: list[str], storage: list[str]) -> cloudfront.ResponseHeadersPolicy:
        """Create the policy for response headers: those that the local stack sends, and HSTS, which needs HTTPS."""
        headers = console_page.security_headers(connect=connect, storage=storage)
        return cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            comment=f"Castline {self._environment.name}: the console",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=headers.pop("Content-Security-Policy"), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(
                    override=headers.pop("X-Content-Type-Options") == "nosniff"
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=_REFERRER_POLICIES[headers.pop("Referrer-Policy")], override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=_HSTS_AGE, include_subdomains=False, override=True
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                    for name, value in headers.items()
                ]
            ),
        )

    def _sign_in(self, data: DataStack) -> console_page.SignIn:
        if data.sign_in is None:
            client = _client(data.token_issuer)
            return console_page.SignIn(
                issuer=data.token_issuer.issuer, client_id=client.client_id, scopes=client.scopes
            )
        made = self._client_of_pool(data.sign_in.pool)
        return console_page.SignIn(issuer=data.token_issuer.issuer, client_id=made.user_pool_client_id)

    def _client_of_pool(self, pool: cognito.UserPool) -> cognito.UserPoolClient:
        """Create the console's user pool client. It belongs here because it needs the console's URL.

        It is deleted with the console. The command line reads the same configuration as the page, and signs users in
        with the same client.
        """
        return cognito.UserPoolClient(
            self,
            "Client",
            user_pool=pool,
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[f"{self.url}/", COMMAND_LINE_CALLBACK],
                logout_urls=[f"{self.url}/"],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            prevent_user_existence_errors=True,
            access_token_validity=cdk.Duration.hours(1),
            id_token_validity=cdk.Duration.hours(1),
            refresh_token_validity=cdk.Duration.days(1),
            enable_token_revocation=True,
        )

    def _origins_of_pool(self, sign_in: SignIn) -> list[str]:
        """Return the origins of the pool's discovery document and keys, and of its token endpoint."""
        return [f"https://cognito-idp.{self._stack.region}.{self._stack.url_suffix}", sign_in.url]

    def _origins_of_audio(self, bucket: s3.Bucket) -> list[str]:
        """Return the origins of the bucket's presigned URLs."""
        return [f"https://{bucket.bucket_regional_domain_name}"]


_REFERRER_POLICIES = {"no-referrer": cloudfront.HeadersReferrerPolicy.NO_REFERRER}


def has_console(environment: Environment) -> bool:
    """Return whether users can sign in to a console of the environment."""
    return environment.token_issuer is None or environment.token_issuer.console is not None


def _client(issuer: TokenIssuer) -> ConsoleClient:
    if issuer.console is None:
        raise ValueError(f"{issuer.issuer} has no client for a console")
    return issuer.console


def _origins(issuer: TokenIssuer) -> list[str]:
    parts = urlsplit(issuer.issuer)
    return [f"{parts.scheme}://{parts.netloc}", *_client(issuer).origins]
