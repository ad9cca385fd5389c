"""JWT authorizer with API Gateway's rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable

_ALGORITHMS: Final = ("RS256", "RS384", "RS512")
"""API Gateway accepts RSA signatures only."""


class Unauthorized(Exception):
    """There is no token, or it is not accepted. The message says why; clients do not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtAuthorizer:
    """A JWT authorizer.

    Attributes:
        issuer: the ``iss`` of accepted tokens.
        audience: the accepted values of a token's ``aud``, or of its ``client_id`` if it has no ``aud``.
        fetch_keys: returns an issuer's JSON Web Key Set.
    """

    issuer: str
    audience: frozenset[str]
    fetch_keys: Callable[[str], dict[str, Any]]

    def claims(self, authorization: str | None) -> dict[str, str]:
        """Return the claims of the token in an Authorization header. As in an event, all values are text.

        Raises:
            Unauthorized: there is no token, or it is not accepted.
        """
        if not authorization:
            raise Unauthorized("there is no Authorization header")
        scheme, _, rest = authorization.partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else authorization
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key=self._key(token),
                algorithms=list(_ALGORITHMS),
                issuer=self.issuer,
                options={"require": ["exp", "iss"], "verify_aud": False, "verify_iat": True},
            )
        except jwt.PyJWTError as error:
            raise Unauthorized(str(error)) from error
        self._check_audience(claims)
        return {name: _text(value) for name, value in claims.items()}

    def _key(self, token: str) -> jwt.PyJWK:
        key_id = jwt.get_unverified_header(token).get("kid")
        keys = jwt.PyJWKSet.from_dict(self.fetch_keys(self.issuer)).keys
        for key in keys:
            if key.key_id == key_id:
                return key
        raise Unauthorized(f"the issuer has no key {key_id}")

    def _check_audience(self, claims: dict[str, Any]) -> None:
        given = claims.get("aud", claims.get("client_id"))
        if self.audience.isdisjoint(given if isinstance(given, list) else [given]):
            raise Unauthorized(f"the token is for {given}")


def _text(value: object) -> str:
    if isinstance(value, list):
        return f"[{' '.join(map(str, value))}]"
    return value if isinstance(value, str) else json.dumps(value)
