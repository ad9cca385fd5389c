"""OpenID Connect for the command line: the authorization-code flow with PKCE, refreshing and revoking.

RFC 8252 (native apps), RFC 7636 (PKCE), RFC 7009 (revocation), RFC 9207 (issuer identification).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode

import httpx

from castline_cli.errors import CastlineError, SignedOut, Unreachable
from castline_cli.profiles import Tokens
from castline_cli.strings import t
from castline_client.addresses import connection_options, is_confidential

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TIMEOUT_SECONDS: Final = 15.0
_USUAL_LIFETIME_SECONDS: Final = 3600


class SignInEnded(SignedOut):
    """The issuer no longer accepts the refresh token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """OpenID Connect issuer, with its endpoints."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None

    @classmethod
    def discover(cls, issuer: str) -> Self:
        """Read the endpoints from the configuration of an issuer.

        Raises:
            SignedOut: the issuer cannot be trusted.
            Unreachable: the issuer does not answer.
        """
        if not is_confidential(issuer):
            raise SignedOut(
                t("cannot sign in with {issuer}, because others could read the traffic; use https", issuer=issuer)
            )
        document = _json(_ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration"), issuer)
        endpoints = [document.get("authorization_endpoint"), document.get("token_endpoint")]
        if document.get("issuer") != issuer or not all(isinstance(each, str) for each in endpoints):
            raise SignedOut(
                t("{issuer} does not describe itself as an OpenID Connect issuer of that name", issuer=issuer)
            )
        return cls(
            issuer=issuer,
            authorization_endpoint=document["authorization_endpoint"],
            token_endpoint=document["token_endpoint"],
            revocation_endpoint=document.get("revocation_endpoint"),
        )

    def exchange(self, *, client_id: str, code: str, attempt: Attempt) -> Tokens:
        """Exchange the code of ``attempt`` for tokens.

        Raises:
            SignedOut: the issuer refuses the code.
            Unreachable: the issuer does not answer.
        """
        form = {
            "grant_type": "authorization_code",
            "client_id": client_id,
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        return self._tokens(form, refused=SignedOut)

    def refresh(self, *, client_id: str, refresh_token: str) -> Tokens:
        """Get new tokens with a refresh token.

        Raises:
            SignInEnded: the sign-in has expired.
            Unreachable: the issuer does not answer.
        """
        form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token}
        return self._tokens(form, refused=SignInEnded)

    def revoke(self, *, client_id: str, refresh_token: str) -> bool:
        """Revoke a refresh token, and return whether the issuer did so."""
        if self.revocation_endpoint is None:
            return False
        try:
            answer = _ask("POST", self.revocation_endpoint, {"client_id": client_id, "token": refresh_token})
        except CastlineError:
            return False
        return answer.is_success

    def _tokens(self, form: Mapping[str, str], *, refused: type[CastlineError]) -> Tokens:
        asked_at = time.time()
        answer = _ask("POST", self.token_endpoint, form)
        body = _json(answer, self.issuer)
        if not answer.is_success:
            raise refused(
                t(
                    "{issuer} refused the sign-in: {value}",
                    issuer=self.issuer,
                    value=body.get("error_description") or body.get("error"),
                )
            )
        if not isinstance(body.get("access_token"), str) or str(body.get("token_type", "")).lower() != "bearer":
            raise refused(t("{issuer} returned no bearer token", issuer=self.issuer))
        return Tokens(
            access_token=body["access_token"],
            expires_at=asked_at + float(body.get("expires_in", _USUAL_LIFETIME_SECONDS)),
            refresh_token=body.get("refresh_token"),
            id_token=body.get("id_token"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to sign in, with the values that tie the returned code to it."""

    redirect_uri: str
    state: str
    verifier: str

    @classmethod
    def begin(cls, redirect_uri: str) -> Self:
        """Begin an attempt with a new state and a new verifier."""
        return cls(redirect_uri=redirect_uri, state=secrets.token_urlsafe(24), verifier=secrets.token_urlsafe(48))

    def address(self, issuer: Issuer, *, client_id: str, scopes: Sequence[str]) -> str:
        """Return the URL at which the user signs in."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(scopes),
            "state": self.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in issuer.authorization_endpoint else "?"
        return f"{issuer.authorization_endpoint}{separator}{urlencode(query)}"


def claims_of(token: str | None) -> dict[str, Any]:
    """Return the unverified claims of a JSON Web Token, for display; empty if the text is no such token."""
    try:
        payload = (token or "").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _ask(method: str, address: str, form: Mapping[str, str] | None = None) -> httpx.Response:
    try:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, **connection_options(address)) as client:
            return client.request(method, address, data=form)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Unreachable(
            t("{address} does not answer; signing in is not possible until it does", address=address)
        ) from error


def _json(answer: httpx.Response, issuer: str) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unreachable(
            t(
                "{issuer} does not answer like an OpenID Connect issuer ({status_code})",
                issuer=issuer,
                status_code=answer.status_code,
            )
        )
    return body
