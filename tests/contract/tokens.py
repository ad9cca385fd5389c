"""Tokens as the contract test's users show them, and the authorizer that takes no others."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.algorithms import RSAAlgorithm

from local.emulated.jwt_authorizer import JwtAuthorizer, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Request

_URL: Final = "https://issuer.example.com"
_AUDIENCE: Final = "castline"
_KEY_ID: Final = "1"
_LIFETIME_SECONDS: Final = 24 * 60 * 60


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class Issuer:
    """An issuer of tokens, and the API Gateway authorizer that trusts it."""

    key: rsa.RSAPrivateKey = field(default_factory=_new_key)

    @classmethod
    def from_pem(cls, pem: str) -> Issuer:
        """Return the issuer whose ``pem`` this is."""
        key = load_pem_private_key(pem.encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return cls(key)

    @property
    def pem(self) -> str:
        """The private key, for a process that issues tokens, too."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def token(self, subject: str, **changes: Any) -> str:
        """Return a user's token.

        Args:
            subject: the user.
            changes: claims in place of the usual ones; None leaves one out.
        """
        claims = {
            "iss": _URL,
            "sub": subject,
            "aud": _AUDIENCE,
            "exp": int(time.time()) + _LIFETIME_SECONDS,
            **changes,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, self.key, algorithm="RS256", headers={"kid": _KEY_ID})

    def claims(self, request: Request) -> Mapping[str, str] | None:
        """Return the claims of a request's token; None if API Gateway's authorizer would refuse the request."""
        try:
            return self._authorizer().claims(request.headers.get("Authorization"))
        except Unauthorized:
            return None

    def _authorizer(self) -> JwtAuthorizer:
        return JwtAuthorizer(issuer=_URL, audience=frozenset({_AUDIENCE}), fetch_keys=lambda _issuer: self._keys())

    def _keys(self) -> dict[str, Any]:
        return {"keys": [RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": _KEY_ID}]}
