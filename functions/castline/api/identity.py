"""Who is asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castline.observability import note

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2


class NotAuthenticated(Exception):
    """The request carries no user."""


def user_id(event: APIGatewayProxyEventV2) -> str:
    """The ``sub`` claim of the token that API Gateway's JWT authorizer has verified.

    Raises:
        NotAuthenticated: there is none.
    """
    authorizer = event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer else None
    subject = claims.get("sub") if claims else None
    if not subject:
        raise NotAuthenticated
    return str(subject)


def noted_user_id(event: APIGatewayProxyEventV2) -> str:
    """The user who is asking, whom further log lines name.

    Raises:
        NotAuthenticated: there is none.
    """
    user = user_id(event)
    note(user_id=user)
    return user
