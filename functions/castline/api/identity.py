"""Identity and operator role of the user who sends a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from castline import composition
from castline.api.claims import values_of
from castline.audio.keys import user_component
from castline.observability import note

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2


_MAX_KEY_BYTES: Final = 900
"""Maximum bytes of a percent-encoded user id. S3 keys contain it and may have 1,024 bytes; DynamoDB allows more.

OpenID Connect limits ids to 255 characters.
"""


class NotAuthenticated(Exception):
    """The request has no user id, or one that is too long to be stored."""


class NotAnOperator(Exception):
    """The user is not an operator. The API answers as if the route did not exist."""


def user_id(event: APIGatewayProxyEventV2) -> str:
    """Return the ``sub`` claim of the token that API Gateway's JWT authorizer has verified.

    Raises:
        NotAuthenticated: the claim is missing, empty or too long.
    """
    subject = _claim(event, "sub")
    if not subject or not fits_into_keys(str(subject)):
        raise NotAuthenticated
    return str(subject)


def noted_user_id(event: APIGatewayProxyEventV2) -> str:
    """Return the id of the user who sent the request, and add it to all further log lines.

    Raises:
        NotAuthenticated: the request has no user id, or one that is too long.
    """
    user = user_id(event)
    note(user_id=user)
    return user


def is_operator(event: APIGatewayProxyEventV2) -> bool:
    """Return whether the user is an operator: the token's operator claim has the operator value of the settings."""
    settings = composition.settings()
    return settings.operator_value in values_of(_claim(event, settings.operator_claim))


def demand_operator(event: APIGatewayProxyEventV2) -> str:
    """Return the id of the operator who sent the request, and add it to all further log lines.

    Raises:
        NotAnOperator: the user is not an operator.
        NotAuthenticated: the request has no user id, or one that is too long.
    """
    if not is_operator(event):
        raise NotAnOperator
    operator = user_id(event)
    note(operator=operator)
    return operator


def _claim(event: APIGatewayProxyEventV2, name: str) -> Any:
    authorizer = event.request_context.authorizer
    claims = authorizer.jwt_claim if authorizer else None
    return claims.get(name) if claims else None


def fits_into_keys(subject: str) -> bool:
    """Return whether a user's id is short enough for the keys of S3 and DynamoDB."""
    try:
        return len(user_component(subject)) <= _MAX_KEY_BYTES
    except UnicodeEncodeError:
        return False
