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


IN_AN_HOUR = int(time.time()) + 3600
CLAIMS = {"iss": ISSUER, "sub": "anna", "client_id": "castline", "exp": IN_AN_HOUR}


def token(key: rsa.RSAPrivateKey = KEY, key_id: str = "1", **changes: Any) -> str:
    claims = CLAIMS | changes
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
    ("refused", "reason"),
    [
        (None, "no Authorization header"),
        ("", "no Authorization header"),
        ("Bearer", "Not enough segments"),
        ("Bearer nonsense", "Not enough segments"),
        (token(OTHER_KEY), "Signature verification failed"),
        (token(key_id="2"), "has no key 2"),
        (token(exp=int(time.time()) - 1), "expired"),
        (token(exp=None), 'missing the "exp" claim'),
        (token(nbf=IN_AN_HOUR), "not yet valid"),
        (token(iss="https://issuer.example.com/other"), "Invalid issuer"),
        (token(client_id="other"), "is for other"),
        (token(client_id=None), "is for None"),
        (token(aud="other"), "is for other"),
        (jwt.encode(CLAIMS, "", algorithm="none", headers={"kid": "1"}), "alg"),
        (jwt.encode(CLAIMS, "known to everybody who knows the public key", "HS256", {"kid": "1"}), "alg"),
    ],
)
def test_any_other_token_is_refused(refused: str | None, reason: str) -> None:
    with pytest.raises(Unauthorized, match=reason):
        AUTHORIZER.claims(refused)
