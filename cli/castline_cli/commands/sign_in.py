"""``castline login``, ``logout`` and ``whoami``: sign in, sign out, and show the sign-in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from castline_cli.addresses import api_url
from castline_cli.errors import Misused, SignedOut
from castline_cli.loopback import PORT
from castline_cli.output import say
from castline_cli.session import Session
from castline_cli.strings import t
from castline_client.addresses import is_this_machine, without_prefix

if TYPE_CHECKING:
    from castline_cli.sign_in import Site

_LOCAL_USER: Final = "local-user"
"""The default user of a local stack, which needs no sign-in."""


def login(
    context: typer.Context,
    site: Annotated[
        str | None,
        typer.Argument(
            metavar="URL",
            show_default=False,
            help="The address of Castline's web pages. It is not needed to sign in again.",
        ),
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The issuer to sign in with. URL is then the address of the API, and no configuration is read "
            "from it.",
        ),
    ] = None,
    client_id: Annotated[str | None, typer.Option(metavar="ID", help="Castline's client id at that issuer.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="A scope to request from that issuer. Repeatable.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser, or only print the address.")] = True,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help="The port that the browser returns to, if another one is registered with the issuer.",
        ),
    ] = PORT,
) -> None:
    """Sign in through the browser.

    Later commands use this Castline unless they name another one, until `castline logout`.
    """
    from castline_cli.sign_in import DEFAULT_SCOPES, PATIENCE_SECONDS, open_browser, print_address
    from castline_cli.sign_in import sign_in as sign_in_at

    session = Session.of(context)
    where = _where(session, site, issuer=issuer, client_id=client_id, scopes=tuple(scope or DEFAULT_SCOPES))
    if where.issuer is None:
        say(
            t(
                "{api} needs no sign-in; use it with --api or CASTLINE_API",
                api=without_prefix(where.api),
            )
        )
        return
    profile = sign_in_at(
        where, port=port, show=open_browser if browser else print_address, patience_seconds=PATIENCE_SECONDS
    )
    profiles = session.profiles
    profiles.save(profile)
    profiles.make_default(profile.api)
    say(t("signed in to {api}{name}", api=without_prefix(profile.api), name=_as(profile.tokens.id_token)))


def logout(context: typer.Context) -> None:
    """Sign out."""
    from castline_cli.sign_in import sign_out

    session = Session.of(context)
    api = session.url
    profile = session.profiles.find(api)
    if profile is None:
        say(t("not signed in to {api}", api=without_prefix(api)))
        return
    is_ended = sign_out(profile, session.profiles)
    say(
        t("signed out of {api}", api=without_prefix(api))
        + ("" if is_ended else t("; only on this machine: the issuer was not notified"))
    )


def whoami(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the sign-in as JSON.")] = False,
) -> None:
    """Show who is signed in, and where."""
    from castline_cli.oidc import claims_of

    session = Session.of(context)
    profile = session.profile()
    if profile is not None:
        claims = claims_of(profile.tokens.id_token) or claims_of(profile.tokens.access_token)
        name = claims.get("email") or claims.get("sub")
        if as_json:
            say(json.dumps({"api": profile.api, "issuer": profile.issuer, "user": name}, ensure_ascii=False))
        else:
            say(
                t(
                    "{name} at {api}, signed in with {issuer}",
                    name=name or t("somebody"),
                    api=without_prefix(profile.api),
                    issuer=profile.issuer,
                )
            )
        return
    where = without_prefix(session.url)
    if "token" in session.chosen:
        user = claims_of(session.chosen["token"]).get("sub")
    elif "user" in session.chosen:
        user = session.chosen["user"]
    elif is_this_machine(session.url):
        user = _LOCAL_USER
    else:
        raise SignedOut(
            t(
                "not signed in to {where}; sign in with `castline login URL`, or name a local user with --user",
                where=where,
            )
        )
    say(
        json.dumps({"api": session.url, "issuer": None, "user": user})
        if as_json
        else t("{name} at {where}", name=user or t("a token"), where=where)
    )


def _where(
    session: Session, site: str | None, *, issuer: str | None, client_id: str | None, scopes: tuple[str, ...]
) -> Site:
    """Return the site to sign in to, from the options, the last sign-in or the site's configuration.

    Raises:
        Misused: the options do not name a site.
        Unreachable: the site's configuration cannot be read.
    """
    from castline_cli.sign_in import Site, read_site

    if (issuer is None) != (client_id is None):
        raise Misused(t("--issuer and --client-id must be used together"))
    address = site or session.chosen.get("api")
    earlier = session.profile() if site is None else None
    if issuer is not None and client_id is not None and address is not None:
        api = api_url(address)
        return Site(address=without_prefix(api), api=api, issuer=issuer, client_id=client_id, scopes=scopes)
    if earlier is not None:
        return Site.of(earlier)
    if address is None:
        raise Misused(t("name the Castline to sign in to, such as `castline login https://castline.example.com`"))
    return read_site(address)


def _as(id_token: str | None) -> str:
    from castline_cli.oidc import claims_of

    claims = claims_of(id_token)
    name = claims.get("email") or claims.get("sub")
    return t(" as {name}", name=name) if name else ""
