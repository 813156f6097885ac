"""To which addresses anything is sent: none of this network, or of any other that is not public.

A name is looked up by whoever sends (:mod:`cocreate.webhooks.network`); what is here judges the
addresses that come of it. Where it is not plain that one is public, it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

AnyAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SCHEME_PORTS = {"https": 443, "http": 80}
PUBLIC_PORTS = frozenset({443, 8443})
"""The ports that are sent to outside the networks that were allowed; all of them with https."""

_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
_NOT_PUBLIC: Sequence[Network] = [
    # What `is_global` tells differs from one release of Python to another (IANA, Special-Purpose
    # Address Registries), so what is refused is said here as well.
    *map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "2001::/23",  # Teredo, benchmarking, ORCHID
            "2001:db8::/32",
            "2002::/16",  # 6to4: it holds an address of IPv4, and no one needs it any more
            "3fff::/20",
        ),
    ),
]


class Forbidden(Exception):  # noqa: N818 - what it is
    """Nothing is sent to this address."""


class AddressPolicy:
    """Says where anything may be sent. ``private`` are the networks that are allowed besides."""

    def __init__(self, private: Sequence[Network] = ()) -> None:
        self._private = tuple(private)

    def allows(self, address: AnyAddress) -> bool:
        """Tell whether anything may be sent to an address."""
        return self.allows_privately(address) or is_public(address)

    def allows_privately(self, address: AnyAddress) -> bool:
        """Tell whether an address is in a network that the operator allowed."""
        meant = embedded(address)
        return any(
            meant.version == network.version and meant in network for network in self._private
        )

    def require_url(self, url: str) -> None:
        """Check what can be checked of an address before its name is looked up.

        Raises :class:`Forbidden`.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if literal := _literal(host):
            self.require([literal], parts.scheme, _port(url))
        elif not self._private:
            _require_public_way(parts.scheme, _port(url))

    def require(self, addresses: Sequence[AnyAddress], scheme: str, port: int) -> None:
        """Check all addresses that a name has, and the way in which they are sent to.

        One that may not be sent to forbids all: a name that has such a one is no good. Raises
        :class:`Forbidden`.
        """
        if not addresses:
            message = "the name has no address"
            raise Forbidden(message)
        for address in addresses:
            if not self.allows(address):
                message = f"{address} is not a public address"
                raise Forbidden(message)
        if not all(map(self.allows_privately, addresses)):
            _require_public_way(scheme, port)


def embedded(address: AnyAddress) -> AnyAddress:
    """Give the address of IPv4 that one of IPv6 stands for, where there is one; else itself.

    Only those are looked through by which a host may rightly be reached: mapped ones, and those of
    NAT64. Others that hold one (6to4, Teredo) are refused as they are.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: AnyAddress) -> bool:
    """Tell whether an address is one of the public internet."""
    meant = embedded(address)
    if isinstance(meant, IPv6Address) and (meant not in _GLOBAL_UNICAST or meant.scope_id):
        return False
    if any(meant.version == network.version and meant in network for network in _NOT_PUBLIC):
        return False
    return meant.is_global and not (meant.is_multicast or meant.is_reserved)


def _require_public_way(scheme: str, port: int) -> None:
    if scheme != "https" or port not in PUBLIC_PORTS:
        message = f"only https on ports {', '.join(map(str, sorted(PUBLIC_PORTS)))} is allowed"
        raise Forbidden(message)


def _literal(host: str) -> AnyAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or SCHEME_PORTS[parts.scheme]
