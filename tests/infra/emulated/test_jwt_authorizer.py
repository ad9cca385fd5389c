from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.emulated.jwt_authorizer import JwtAuthorizer, Unauthorized

ISSUER = "https://issuer.example.com/pool"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {"keys": [RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "1", "alg": "RS256", "use": "sig"}]}

AUTHORIZER = JwtAuthorizer(issuer=ISSUER, audience=frozenset({"castline"}), fetch_keys={ISSUER: KEYS}.__getitem__)


def token(key: rsa.RSAPrivateKey = KEY, key_id: str = "1", **changes: Any) -> str:
    claims = {"iss": ISSUER, "sub": "anna", "client_id": "castline", "exp": int(time.time()) + 60} | changes
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm="RS256", headers={"kid": key_id})


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", ""])
def test_a_valid_token_gives_its_claims_as_text(scheme: str) -> None:
    claims = AUTHORIZER.claims(scheme + token(groups=["a", "b"], verified=True))
    assert claims["sub"] == "anna"
    assert (claims["groups"], claims["verified"]) == ("[a b]", "true")
    assert claims["exp"].isdigit()


@pytest.mark.parametrize("audience", ["castline", ["other", "castline"]])
def test_an_audience_goes_before_the_client(audience: str | list[str]) -> None:
    assert AUTHORIZER.claims(token(aud=audience, client_id="other"))["sub"] == "anna"


@pytest.mark.parametrize(
    "refused",
    [
        None,
        "",
        "Bearer",
        "Bearer nonsense",
        token(OTHER_KEY),
        token(key_id="2"),
        token(exp=int(time.time()) - 1),
        token(exp=None),
        token(nbf=int(time.time()) + 60),
        token(iss="https://issuer.example.com/other"),
        token(client_id="other"),
        token(client_id=None),
        token(aud="other"),
        jwt.encode({"iss": ISSUER, "exp": int(time.time()) + 60, "client_id": "castline"}, "", algorithm="none"),
        jwt.encode(
            {"iss": ISSUER, "exp": int(time.time()) + 60, "client_id": "castline"},
            "a secret that is known to all, of 32 bytes at least",
            algorithm="HS256",
            headers={"kid": "1"},
        ),
    ],
)
def test_any_other_token_is_refused(refused: str | None) -> None:
    with pytest.raises(Unauthorized):
        AUTHORIZER.claims(refused)
