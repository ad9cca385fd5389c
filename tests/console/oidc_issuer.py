"""Small OpenID Connect issuer: the authorization code flow with PKCE, refresh, revocation and sign-out.

Its sign-in page accepts any user name. It refuses what an issuer has to refuse: another redirect URI, a code that was
used, and a verifier that does not match the challenge.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

CLIENT_ID = "castline-console"
_KEY_ID = "1"
_SIGN_IN_PAGE = """<!doctype html><html lang="en"><title>Issuer</title><h1>Who are you?</h1>
<form method="post"><label>Name <input name="name"></label><button>Continue</button></form></html>"""


@dataclass(frozen=True, slots=True)
class _Grant:
    """The parameters of a code or a refresh token."""

    subject: str
    nonce: str
    challenge: str


@dataclass(slots=True)
class OidcIssuer:
    """A WSGI application.

    Attributes:
        token_seconds: the lifetime of access tokens.
        requests: the parameters of every call of the token endpoint.
        questions: the parameters of every call of the authorization endpoint.
        revoked: the revoked refresh tokens.
    """

    token_seconds: int = 3600
    url: str = ""
    redirect_uri: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)
    questions: list[dict[str, str]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _refresh_tokens: dict[str, _Grant] = field(default_factory=dict)

    def keys(self, _issuer: str) -> dict[str, Any]:
        """Its JSON Web Key Set."""
        key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [key | {"kid": _KEY_ID, "alg": "RS256", "use": "sig"}]}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        request = Request(environ)
        response = self._answer(request)
        if request.path != "/authorize":
            response.headers["Access-Control-Allow-Origin"] = "*"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        match request.path:
            case "/.well-known/openid-configuration":
                return _json(self._discovery())
            case "/jwks":
                return _json(self.keys(self.url))
            case "/favicon.ico":
                return Response(status=204)
            case "/authorize":
                return self._authorize(request)
            case "/token":
                return self._token(request.form.to_dict())
            case "/revoke":
                self.revoked.append(request.form["token"])
                self._refresh_tokens.pop(request.form["token"], None)
                return _json({})
            case "/logout":
                back = request.args["post_logout_redirect_uri"]
                return redirect(back) if back == self.redirect_uri else _json({"error": "invalid_request"}, 400)
        return _json({"error": "not_found"}, 404)

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "revocation_endpoint": f"{self.url}/revoke",
            "end_session_endpoint": f"{self.url}/logout",
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _authorize(self, request: Request) -> Response:
        question = request.args.to_dict()
        is_ours = (question.get("client_id"), question.get("redirect_uri")) == (CLIENT_ID, self.redirect_uri)
        if not is_ours or question.get("code_challenge_method") != "S256" or not question.get("code_challenge"):
            return _json({"error": "invalid_request"}, 400)
        if request.method == "GET":
            self.questions.append(question)
            return Response(_SIGN_IN_PAGE, content_type="text/html; charset=utf-8")
        if request.form["name"] == "nobody":
            answer = {"error": "access_denied"}
        else:
            code = secrets.token_urlsafe()
            self._codes[code] = _Grant(request.form["name"], question["nonce"], question["code_challenge"])
            answer = {"code": code}
        return redirect(f"{self.redirect_uri}?{urlencode({**answer, 'state': question['state']})}")

    def _token(self, form: dict[str, str]) -> Response:
        self.requests.append(form)
        if form.get("grant_type") == "authorization_code":
            grant = self._codes.pop(form["code"], None)
            if grant is None or _challenge(form["code_verifier"]) != grant.challenge:
                return _json({"error": "invalid_grant"}, 400)
        else:
            # Each is good for one time, as RFC 9700 wants it of public clients.
            grant = self._refresh_tokens.pop(form["refresh_token"], None)
            if grant is None:
                return _json({"error": "invalid_grant"}, 400)
        refresh_token = secrets.token_urlsafe()
        self._refresh_tokens[refresh_token] = grant
        return _json(
            {
                "access_token": self._signed(grant, client_id=CLIENT_ID, scope="openid email"),
                "id_token": self._signed(
                    grant, aud=CLIENT_ID, nonce=grant.nonce, email=f"{grant.subject}@example.com"
                ),
                "refresh_token": refresh_token,
                "token_type": "Bearer",
                "expires_in": self.token_seconds,
            }
        )

    def _signed(self, grant: _Grant, **claims: str) -> str:
        now = int(time.time())
        content = {"iss": self.url, "sub": grant.subject, "iat": now, "exp": now + self.token_seconds, **claims}
        return jwt.encode(content, self._key, algorithm="RS256", headers={"kid": _KEY_ID})


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
