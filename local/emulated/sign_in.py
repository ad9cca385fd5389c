"""Sign-in of a user of the deployed user pool."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.emulated.cloud import EmulatedCloud
    from local.emulated.deployment import Deployment


def sign_in(cloud: EmulatedCloud, deployment: Deployment, *, email: str, group: str | None = None) -> str:
    """Create a user, as an administrator does, sign that user in, and return the access token.

    Args:
        cloud: the cloud with the deployment.
        deployment: the deployed stacks.
        email: the user's address.
        group: a group to add the user to.
    """
    client = cloud.client("cognito-idp")
    password = f"Aa1!{token_urlsafe(16)}"
    client.admin_create_user(UserPoolId=deployment.user_pool_id, Username=email, MessageAction="SUPPRESS")
    client.admin_set_user_password(
        UserPoolId=deployment.user_pool_id, Username=email, Password=password, Permanent=True
    )
    if group is not None:
        client.admin_add_user_to_group(UserPoolId=deployment.user_pool_id, Username=email, GroupName=group)
    tokens = client.admin_initiate_auth(
        UserPoolId=deployment.user_pool_id,
        ClientId=deployment.user_pool_client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    token: str = tokens["AuthenticationResult"]["AccessToken"]
    return token
