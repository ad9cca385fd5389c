"""Addresses of the service, as users write them."""

from __future__ import annotations

import ipaddress
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from castline_client.sentences import Sentence

LOCAL: Final = "http://127.0.0.1:8000"
"""The address of ``make dev``."""
_PREFIX: Final = "/api/v1"


def api_url(address: str) -> str:
    """Return the API's URL without a trailing slash, adding ``/api/v1`` where the address lacks it.

    Raises:
        ValueError: ``address`` is not an address.
    """
    address = address.strip()
    parts = urlsplit(address if "://" in address else f"{_usual_scheme(address)}://{address}")
    try:
        is_address = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError(
            Sentence(
                "{address!r} is not an address; write one such as {local} or https://api.example.com",
                address=address,
                local=LOCAL,
            )
        )
    path = parts.path.rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path if path.endswith(_PREFIX) else path + _PREFIX, "", ""))


def without_prefix(url: str) -> str:
    """Return an API's URL without ``/api/v1``, as users write it."""
    return url.removesuffix(_PREFIX)


def is_this_machine(url: str) -> bool:
    """Return whether an address is that of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_confidential(url: str) -> bool:
    """Return whether requests to ``url`` are confidential: they use HTTPS, or stay on this machine."""
    return urlsplit(url).scheme == "https" or is_this_machine(url)


def connection_options(url: str) -> dict[str, Any]:
    """Return options of an HTTP client for one address: no proxy to this machine, certificates only for HTTPS."""
    import ssl

    options: dict[str, Any] = {"trust_env": not is_this_machine(url)}
    if url.startswith("http://"):
        options["verify"] = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return options


def _usual_scheme(address: str) -> str:
    return "http" if is_this_machine(f"//{address}") else "https"
