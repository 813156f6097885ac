"""To which addresses anything is sent: none of this network, or of any other that is not public.

A name is looked up by whoever sends (:mod:`cocreate.webhooks.network`); what is here says which of
the addresses that come of it, and in which way. What is public, :mod:`cocreate.internet` knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from cocreate.internet import SCHEME_PORTS, AnyAddress, embedded, is_public

Network = IPv4Network | IPv6Network

PUBLIC_PORTS = frozenset({443, 8443})
"""The ports that are sent to outside the networks that were allowed; all of them with https."""


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
