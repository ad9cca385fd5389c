"""Addresses of the service, as users write them on the command line."""

from __future__ import annotations

from castline_cli.errors import Misused
from castline_cli.strings import told
from castline_client import addresses

LOCAL = addresses.LOCAL


def api_url(address: str) -> str:
    """Return the API's URL without a trailing slash, adding ``/api/v1`` where the address lacks it.

    Raises:
        Misused: ``address`` is not an address.
    """
    try:
        return addresses.api_url(address)
    except ValueError as error:
        raise Misused(told(error)) from error
