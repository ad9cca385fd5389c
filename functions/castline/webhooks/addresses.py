"""Public IP addresses, to which webhooks may be sent, by IANA's registries of special-purpose addresses."""

from __future__ import annotations

import ipaddress

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""The only part of IPv6 with public addresses. It excludes IPv4-mapped and translated addresses."""

_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            # Python counts these as global, or did so in earlier versions.
            "192.0.0.0/24",  # IETF protocol assignments
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16/32",  # the platform services of Azure's virtual machines
            "2001::/23",  # IETF protocol assignments, among them Teredo, which embeds an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which embeds an IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public Internet.

    Loopback, private, link-local (with the metadata services of clouds), shared, reserved and multicast addresses are
    not public. IPv6 addresses that embed an IPv4 address are not public either, because routers forward to the
    embedded address.

    Args:
        address: an IPv4 or IPv6 address as text. Anything else, such as an address with a zone, is not public.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.scope_id is not None or ip not in _GLOBAL_UNICAST):
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip in network for network in _NOT_PUBLIC)


def is_loopback(address: str) -> bool:
    """Return whether an IP address is this machine's own: 127.0.0.0/8 or ::1."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return ip.is_loopback and getattr(ip, "ipv4_mapped", None) is None
