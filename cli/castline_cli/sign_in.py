"""Sign-in through the browser, and sign-out."""

from __future__ import annotations

import sys
import threading
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urljoin

import httpx

from castline_cli.addresses import api_url
from castline_cli.errors import CastlineError, Misused, Unreachable
from castline_cli.loopback import CallbackListener
from castline_cli.oidc import Attempt, Issuer
from castline_cli.profiles import Profile
from castline_cli.strings import t
from castline_client.addresses import connection_options, is_confidential, without_prefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from castline_cli.profiles import Profiles

DEFAULT_SCOPES: Final = ("openid", "email")
PATIENCE_SECONDS: Final = 300.0
"""Seconds within which the user must sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Configuration of a Castline for signing in."""

    address: str
    """The address as users write it."""
    api: str
    issuer: str | None
    """The issuer; None if requests need no sign-in."""
    client_id: str
    scopes: tuple[str, ...]

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """Return the site of an earlier sign-in."""
        return cls(
            address=profile.site,
            api=profile.api,
            issuer=profile.issuer,
            client_id=profile.client_id,
            scopes=profile.scopes,
        )


def read_site(address: str) -> Site:
    """Read a site's sign-in configuration from ``<address>/config.json``.

    Raises:
        Misused: the address is not valid, or not confidential.
        Unreachable: the site does not answer, or has no such configuration.
    """
    site = without_prefix(api_url(address))
    if not is_confidential(site):
        raise Misused(t("others could read the traffic to {site}; sign in over https", site=site))
    place = f"{site}/config.json"
    try:
        with httpx.Client(timeout=15, follow_redirects=True, **connection_options(place)) as client:
            answer = client.get(place)
    except httpx.TransportError as error:
        raise Unreachable(t("nothing answers at {site}; is the address right?", site=site)) from error
    try:
        config = answer.raise_for_status().json()
        sign_in = config["sign_in"] or {"issuer": None, "client_id": "", "scopes": []}
        return Site(
            address=site,
            api=api_url(urljoin(place, config["api"])),
            issuer=sign_in["issuer"],
            client_id=sign_in["client_id"],
            scopes=_as_tuple(sign_in.get("scopes")) or DEFAULT_SCOPES,
        )
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
        raise Unreachable(
            t(
                "{place} does not say how to sign in; use --issuer and --client-id, and the API's address",
                place=place,
            )
        ) from error


def sign_in(site: Site, *, port: int, show: Callable[[str], None], patience_seconds: float) -> Profile:
    """Let the user sign in, and return the profile, which is not stored yet.

    Args:
        site: the site, which has an issuer.
        port: the port on 127.0.0.1 to which the browser returns.
        show: function that is called with the URL of the sign-in page.
        patience_seconds: the maximum time to wait.

    Raises:
        SignedOut: the sign-in was refused, or the time is over.
        Unreachable: the issuer does not answer.
        FileProblem: the port is in use.
    """
    if site.issuer is None:
        raise ValueError("nothing to sign in to")
    if not is_confidential(site.api):
        raise Misused(t("others could read the sign-in to {api}; use https", api=site.api))
    issuer = Issuer.discover(site.issuer)
    with CallbackListener(port) as listener:
        attempt = Attempt.begin(listener.redirect_uri)
        show(attempt.address(issuer, client_id=site.client_id, scopes=site.scopes))
        code = listener.receive_code(attempt, issuer=issuer.issuer, timeout_seconds=patience_seconds)
    tokens = issuer.exchange(client_id=site.client_id, code=code, attempt=attempt)
    return Profile(
        api=site.api,
        site=site.address,
        issuer=issuer.issuer,
        client_id=site.client_id,
        scopes=site.scopes,
        tokens=tokens,
    )


def sign_out(profile: Profile, profiles: Profiles) -> bool:
    """Delete a sign-in, and return whether the issuer has revoked it, too."""
    profiles.delete(profile.api)
    if profile.tokens.refresh_token is None:
        return False
    try:
        issuer = Issuer.discover(profile.issuer)
    except CastlineError:
        return False
    return issuer.revoke(client_id=profile.client_id, refresh_token=profile.tokens.refresh_token)


def open_browser(address: str) -> None:
    """Open a sign-in page in the browser, and print its URL in case no browser opens."""
    print(t("Sign in at\n\n  {address}\n", address=address), file=sys.stderr, flush=True)
    # Opening some browsers blocks until they are closed, and the listener must run in the meantime.
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def print_address(address: str) -> None:
    """Print the URL of the sign-in page."""
    print(t("Open this address in a browser:\n\n  {address}\n", address=address), file=sys.stderr, flush=True)


def _as_tuple(scopes: object) -> tuple[str, ...]:
    if isinstance(scopes, str):
        return tuple(scopes.split())
    return tuple(map(str, scopes)) if isinstance(scopes, list) else ()
