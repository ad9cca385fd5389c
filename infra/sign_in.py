"""User pool whose tokens the API accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.environments import TokenIssuer

if TYPE_CHECKING:
    from infra.environments import Environment

COMMAND_LINE_CALLBACK = "http://localhost:18650/callback"
"""The callback URL of ``castline login``. Cognito allows plain HTTP only for localhost, and needs the exact port."""

COGNITO_GROUPS = "cognito:groups"
"""The claim of a user pool's tokens that lists the user's groups; a token of a user without groups has none."""


class SignIn(Construct):
    """A user pool with an app client and a hosted sign-in page, for an environment without a token issuer.

    Attributes:
        pool: the users.
        token_issuer: the issuer of the pool's tokens.
        url: the URL of the sign-in page and the token endpoint.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:  # noqa: A002 (CDK's name)
        super().__init__(scope, id)
        keep = environment.retain_data
        self.pool = pool = cognito.UserPool(
            self,
            "Users",
            # This plan has all used features: passwords, authenticator apps and the classic hosted sign-in page.
            feature_plan=cognito.FeaturePlan.LITE,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            deletion_protection=keep,
            removal_policy=cdk.RemovalPolicy.RETAIN if keep else cdk.RemovalPolicy.DESTROY,
        )
        acknowledge(
            pool, "AwsSolutions-COG2", "A second factor is optional for users, who create and hear dialogues."
        )
        acknowledge(pool, "AwsSolutions-COG8", "Threat protection is charged per user, and the API is throttled.")
        if environment.operators.name == COGNITO_GROUPS:
            cognito.CfnUserPoolGroup(
                self,
                "Operators",
                user_pool_id=pool.user_pool_id,
                group_name=environment.operators.value,
                description="Users who see the usage of all users, set limits, and stop jobs",
            )
        client = pool.add_client(
            "Client",
            generate_secret=False,
            # Only operators can use a password without the sign-in page: the call is signed with AWS credentials.
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[*environment.cors_origins, COMMAND_LINE_CALLBACK],
                logout_urls=list(environment.cors_origins),
            ),
            prevent_user_existence_errors=True,
            access_token_validity=cdk.Duration.hours(1),
            id_token_validity=cdk.Duration.hours(1),
            refresh_token_validity=cdk.Duration.days(30),
            enable_token_revocation=True,
        )
        # The prefix has to be unique in its region. The account's number makes it unique.
        domain = pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                domain_prefix=f"castline-{environment.name}-{cdk.Aws.ACCOUNT_ID}"
            ),
            managed_login_version=cognito.ManagedLoginVersion.CLASSIC_HOSTED_UI,
        )
        self.token_issuer = TokenIssuer(issuer=pool.user_pool_provider_url, audience=(client.user_pool_client_id,))
        self.url = domain.base_url()
        stack = cdk.Stack.of(self)
        cdk.CfnOutput(stack, "UserPoolId", value=pool.user_pool_id)
        cdk.CfnOutput(stack, "UserPoolClientId", value=client.user_pool_client_id)
        cdk.CfnOutput(stack, "SignInUrl", value=self.url)
