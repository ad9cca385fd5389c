"""Rules for the URLs of webhooks, as far as they can be checked without DNS.

The addresses of a host are checked when a connection is made (``castline.webhooks.public_network``).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from castline.webhooks.addresses import is_loopback, is_public
from castline.webhooks.errors import ForbiddenUrl, UrlProblem
from castline.webhooks.limits import MAX_URL_CHARACTERS

_FORM: Final = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#\\]*)(?P<rest>(?:[/?][^#\\]*)?)(?P<fragment>#.*)?", re.IGNORECASE
)
_HOST_AND_PORT: Final = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{0,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
"""The last label of hosts that most resolvers read as an IPv4 address, which has many spellings."""
_MAX_HOST_CHARACTERS: Final = 253
_MAX_LABEL_CHARACTERS: Final = 63
_UNRESERVED_IN_PATHS: Final = "/?%:@!$&'()*+,;=-._~[]"
_HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80
_FIRST_USER_PORT: Final = 1024
_MAX_PORT: Final = 65_535

_PRIVATE_SUFFIXES: Final = frozenset(
    {
        # Names that are reserved: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476 and ICANN's .internal.
        "alt",
        "arpa",
        "internal",
        "invalid",
        "local",
        "localhost",
        "onion",
        "test",
        # Names that private networks commonly use, and that are not public domains.
        "corp",
        "domain",
        "home",
        "intranet",
        "lan",
        "localdomain",
        "private",
        "svc",
        "workgroup",
    }
)
"""Last labels of names outside the public DNS. Metadata services of clouds have names in ``internal``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    is_https: bool
    host: str
    """The host in lower-case ASCII without a final dot. An IPv6 address has no brackets."""
    is_ipv6: bool
    port: int | None
    rest: str
    """Path and query."""


def demand_allowed_url(url: str, *, allow_loopback: bool) -> str:
    """Check a URL, and return it normalized: its host in lower-case ASCII, its path and query percent-encoded.

    Args:
        url: the URL as the user gave it.
        allow_loopback: whether this machine's own addresses are allowed, with plain HTTP and any port as well.

    Raises:
        ForbiddenUrl: the URL is not allowed.
    """
    parts = _parse(url)
    if not (allow_loopback and _is_loopback(parts.host)):
        if not parts.is_https:
            raise ForbiddenUrl(UrlProblem.NOT_HTTPS)
        if not _is_public(parts):
            raise ForbiddenUrl(UrlProblem.NOT_PUBLIC)
        if parts.port is not None and parts.port != _HTTPS_PORT and parts.port < _FIRST_USER_PORT:
            raise ForbiddenUrl(UrlProblem.PORT)
    allowed = _join(parts)
    if len(allowed) > MAX_URL_CHARACTERS:
        raise ForbiddenUrl(UrlProblem.TOO_LONG)
    return allowed


def _parse(url: str) -> _Parts:
    """Return the parts of a URL. Refuse a URL that two parsers could read differently."""
    if len(url) > MAX_URL_CHARACTERS:
        raise ForbiddenUrl(UrlProblem.TOO_LONG)
    if not url.isprintable() or any(character.isspace() for character in url):
        raise ForbiddenUrl(UrlProblem.UNREADABLE)
    form = _FORM.fullmatch(url)
    if form is None:
        has_scheme = re.match(r"[a-z][a-z0-9+.-]*:", url, re.IGNORECASE)
        other = has_scheme is not None and has_scheme[0].lower() not in {"http:", "https:"}
        raise ForbiddenUrl(UrlProblem.NOT_HTTPS if other else UrlProblem.UNREADABLE)
    if "@" in form["authority"]:
        raise ForbiddenUrl(UrlProblem.CREDENTIALS)
    if form["fragment"]:
        raise ForbiddenUrl(UrlProblem.FRAGMENT)
    address = _HOST_AND_PORT.fullmatch(form["authority"])
    if address is None:
        raise ForbiddenUrl(UrlProblem.UNREADABLE)
    host, is_ipv6 = _read_host(address["host"])
    port = int(address["port"]) if address["port"] else None
    if port is not None and not 0 < port <= _MAX_PORT:
        raise ForbiddenUrl(UrlProblem.PORT)
    rest = form["rest"]
    return _Parts(
        is_https=form["scheme"].lower() == "https",
        host=host,
        is_ipv6=is_ipv6,
        port=port,
        rest=quote(rest if rest.startswith("/") else f"/{rest}", safe=_UNRESERVED_IN_PATHS),
    )


def _read_host(host: str) -> tuple[str, bool]:
    """Return a host in lower-case ASCII without a final dot, and whether it is an IPv6 address."""
    if host.startswith("["):
        try:
            address = ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise ForbiddenUrl(UrlProblem.UNREADABLE) from None
        if address.scope_id is not None:
            raise ForbiddenUrl(UrlProblem.NOT_PUBLIC)
        return str(address), True
    name = _to_ascii(host).lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > _MAX_HOST_CHARACTERS or not all(
        len(label) <= _MAX_LABEL_CHARACTERS and _LABEL.fullmatch(label) for label in labels
    ):
        raise ForbiddenUrl(UrlProblem.UNREADABLE)
    return name, False


def _to_ascii(host: str) -> str:
    """Return a host name in ASCII: international labels as in DNS, and full-width characters as ASCII."""
    if host.isascii():
        return host
    import idna  # only for the few names that need it

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise ForbiddenUrl(UrlProblem.UNREADABLE) from None


def _is_public(parts: _Parts) -> bool:
    if parts.is_ipv6:
        return is_public(parts.host)
    *parents, last = parts.host.split(".")
    if _NUMBER.fullmatch(last):
        # All resolvers read four decimal numbers without leading zeros alike. ``is_public`` refuses other spellings.
        return is_public(parts.host)
    return bool(parents) and last not in _PRIVATE_SUFFIXES


def _is_loopback(host: str) -> bool:
    return is_loopback(host) or host == "localhost" or host.endswith(".localhost")


def _join(parts: _Parts) -> str:
    scheme = "https" if parts.is_https else "http"
    host = f"[{parts.host}]" if parts.is_ipv6 else parts.host
    default_port = _HTTPS_PORT if parts.is_https else _HTTP_PORT
    port = "" if parts.port in {None, default_port} else f":{parts.port}"
    return f"{scheme}://{host}{port}{parts.rest}"
