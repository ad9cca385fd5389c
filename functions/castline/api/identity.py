"""Identity of the user who sends a request, and whether that user is an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from castline import composition
from castline.api.claims import values_of
from castline.audio.keys import user_component
from castline.observability import note

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2


_MAX_KEY_BYTES: Final = 900
"""Bytes of an id as S3's keys hold it, percent-encoded: S3 takes keys of 1,024 bytes, and DynamoDB longer ones.

OpenID Connect allows 255 characters.
"""


class NotAuthenticated(Exception):
    """The request carries no user, or one whose id is too long to be kept."""


class NotAnOperator(Exception):
    """The user is not an operator. The API answers as if the route did not exist."""


def user_id(event: APIGatewayProxyEventV2) -> str:
    """Return the ``sub`` claim of the token that API Gateway's JWT authorizer has verified.

    Raises:
        NotAuthenticated: there is none, or it is too long.
    """
    subject = _claim(event, "sub")
    if not subject or not fits_into_keys(str(subject)):
        raise NotAuthenticated
    return str(subject)


def noted_user_id(event: APIGatewayProxyEventV2) -> str:
    """Return the id of the user who is asking, and add it to all further log lines.

    Raises:
        NotAuthenticated: there is none.
    """
    user = user_id(event)
    note(user_id=user)
    return user


def is_operator(event: APIGatewayProxyEventV2) -> bool:
    """Return whether an operator is asking: whether the token's claim for that has the value for that."""
    settings = composition.settings()
    return settings.operator_value in values_of(_claim(event, settings.operator_claim))


def demand_operator(event: APIGatewayProxyEventV2) -> str:
    """Return the id of the operator who is asking, and add it to all further log lines.

    Raises:
        NotAnOperator: somebody else is asking.
        NotAuthenticated: there is no user.
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
