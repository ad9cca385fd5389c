"""Stand-in for a deployed Castline's sign-in: pages, an OpenID Connect issuer, an API that requires tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.cli.forwarding import ForwardingHandler, ForwardingServer

CLIENT_ID = "castline-command-line"
EMAIL = "anna@example.com"


@dataclass(slots=True)
class Grant:
    """The parameters of a sign-in in progress."""

    redirect_uri: str
    challenge: str
    scope: str


class _Handler(ForwardingHandler):
    server: Site

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.body()
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        match parts.path:
            case "/config.json":
                self._json(200, self.server.config)
            case "/.well-known/openid-configuration":
                self._json(200, self.server.discovery)
            case "/authorize":
                self._authorize(query)
            case "/token":
                self._token(form)
            case "/revoke":
                self.server.refresh_tokens.discard(form["token"])
                self._json(200, {})
            case _:
                self._api(body)

    def _authorize(self, query: dict[str, str]) -> None:
        server = self.server
        known = query["client_id"] == CLIENT_ID and query["redirect_uri"] in server.redirect_uris
        if not known or query["response_type"] != "code" or query["code_challenge_method"] != "S256":
            self._json(400, {"error": "invalid_request"})
            return
        if server.refuses_people:
            answer = {"error": "access_denied", "error_description": "Anna has said no"}
        else:
            code = secrets.token_urlsafe()
            server.grants[code] = Grant(query["redirect_uri"], query["code_challenge"], query["scope"])
            answer = {"code": code}
        location = f"{query['redirect_uri']}?{urlencode({**answer, 'state': query['state']})}"
        self.answer(302, b"", {"Location": location})

    def _token(self, form: dict[str, str]) -> None:
        server = self.server
        if form["client_id"] != CLIENT_ID or not self._is_granted(form):
            self._json(400, {"error": "invalid_grant", "error_description": "the grant is not valid"})
            return
        access, refresh = secrets.token_urlsafe(), secrets.token_urlsafe()
        server.access_tokens[access] = time.time() + server.token_seconds
        server.refresh_tokens.add(refresh)
        claims = {"sub": server.subject, "email": EMAIL, "iss": server.url}
        tokens = {
            "access_token": access,
            "refresh_token": refresh,
            "id_token": f"e30.{_base64(json.dumps(claims).encode())}.c2ln",
            "token_type": "Bearer",
            "expires_in": server.token_seconds,
        }
        self._json(200, tokens)

    def _is_granted(self, form: dict[str, str]) -> bool:
        """Return whether the form's code or token was issued and is unused."""
        server = self.server
        if form["grant_type"] == "refresh_token":
            server.refreshes += 1
            is_known = form["refresh_token"] in server.refresh_tokens
            server.refresh_tokens.discard(form["refresh_token"])
            return is_known
        grant = server.grants.pop(form["code"], None)
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        return grant is not None and (grant.redirect_uri, grant.challenge) == (form["redirect_uri"], challenge)

    def _api(self, body: bytes) -> None:
        """Answer as API Gateway does: refuse a request without a token; else the user is the token's subject."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        is_valid = scheme == "Bearer" and self.server.access_tokens.get(token, 0) > time.time()
        if not is_valid and not urlsplit(self.path).path.endswith("/health"):
            self._json(401, {"message": "Unauthorized"})
            return
        self.pass_on(body, {"X-User-Id": self.server.subject})

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self.answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


class Site(ForwardingServer):
    """A server of ``config.json``, the issuer and the API on one port.

    Attributes:
        redirect_uris: the redirect URIs that the issuer allows.
        token_seconds: the lifetime of an access token.
        refuses_people: whether users decline to sign in.
        refreshes: the number of uses of refresh tokens.
        access_tokens: the issued access tokens, and their expiry times.
        refresh_tokens: the valid refresh tokens.
    """

    handler: ClassVar[type[ForwardingHandler]] = _Handler

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.subject = f"subject-{secrets.token_hex(4)}"
        self.redirect_uris: set[str] = set()
        self.token_seconds = 3600.0
        self.refuses_people = False
        self.refreshes = 0
        self.grants: dict[str, Grant] = {}
        self.access_tokens: dict[str, float] = {}
        self.refresh_tokens: set[str] = set()
        self.sign_in: dict[str, Any] | None = {
            "issuer": self.url,
            "client_id": CLIENT_ID,
            "scopes": ["openid", "email"],
        }

    @property
    def config(self) -> dict[str, Any]:
        """Return the pages' ``config.json``."""
        return {"environment": "test", "api": self.url, "sign_in": self.sign_in}

    @property
    def discovery(self) -> dict[str, Any]:
        """Return the issuer's discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "revocation_endpoint": f"{self.url}/revoke",
        }


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
