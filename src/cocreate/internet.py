"""Names and addresses of the internet: where one leads, and whether that is public.

Whatever goes to an address that someone else chose asks here (OWASP, server-side request forgery).
Where it is not plain that an address is public, it is not.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

AnyAddress = IPv4Address | IPv6Address

SCHEME_PORTS = {"https": 443, "http": 80}

_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
_NOT_PUBLIC: Sequence[IPv4Network | IPv6Network] = [
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


_LOOK_UPS = ThreadPoolExecutor(16, thread_name_prefix="look-up")
"""Threads of their own: those of the loop are few, and a name may take its time to be no name."""


async def resolve(host: str, port: int) -> Sequence[AnyAddress]:
    """Look up a name as the system does."""
    loop = asyncio.get_running_loop()
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await loop.run_in_executor(_LOOK_UPS, look_up)
    return list(dict.fromkeys(ip_address(address[0]) for *_, address in found))


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
