"""Credentials of requests: the token of a sign-in, which is refreshed when needed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import httpx

from castline_cli.oidc import Issuer, SignInEnded
from castline_cli.strings import t
from castline_client.addresses import is_confidential

if TYPE_CHECKING:
    from collections.abc import Generator

    from castline_cli.profiles import Profile, Profiles

_EARLY_SECONDS: Final = 30.0
"""Seconds before its expiry at which a token is replaced."""


class KeptSignIn(httpx.Auth):
    """Stored sign-in. Its token is replaced shortly before it expires, and once when it is not accepted."""

    def __init__(self, profile: Profile, profiles: Profiles) -> None:
        self._profile = profile
        self._profiles = profiles

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request, refreshed if necessary."""
        if not is_confidential(str(request.url)):
            yield request
            return
        if time.time() > self._profile.tokens.expires_at - _EARLY_SECONDS:
            self._refresh()
        response = yield self._with_token(request)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._refresh():
            yield self._with_token(request)

    def _with_token(self, request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {self._profile.tokens.access_token}"
        return request

    def _refresh(self) -> bool:
        """Get and save new tokens. Return whether there are any.

        Raises:
            SignInEnded: the sign-in has expired.
            Unreachable: the issuer does not answer.
        """
        old = self._profile.tokens
        if old.refresh_token is None:
            return False
        try:
            new = Issuer.discover(self._profile.issuer).refresh(
                client_id=self._profile.client_id, refresh_token=old.refresh_token
            )
        except SignInEnded as error:
            # Another castline may just have used the refresh token, if each works only once.
            kept = self._profiles.find(self._profile.api)
            if kept is None or kept.tokens == old:
                raise SignInEnded(
                    t("the sign-in has expired; sign in again with `castline login` ({error})", error=error)
                ) from error
            self._profile = kept
            return True
        self._profile = replace(self._profile, tokens=old.succeeded_by(new))
        self._profiles.save(self._profile)
        return True
