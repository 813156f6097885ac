"""Connecting to where events are sent: the name is looked up once, and what was checked is dialled.

There is no second look-up between the check and the connection, so a name that changes what it
stands for (DNS rebinding) gains nothing by it. TLS and the header Host have the name all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from cocreate.internet import AnyAddress, resolve
from cocreate.webhooks.addresses import AddressPolicy, Forbidden

Resolve = Callable[[str, int], Awaitable[Sequence[AnyAddress]]]
"""Gives the addresses of a name. Raises OSError where it has none."""


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, for requests of one scheme."""

    def __init__(self, policy: AddressPolicy, scheme: str, resolve: Resolve = resolve) -> None:
        self._policy = policy
        self._scheme = scheme
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the interface has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a name that answers.

        Raises :class:`~cocreate.webhooks.addresses.Forbidden` where any may not be sent to.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError as late:
            raise httpcore.ConnectTimeout(str(late)) from late
        except OSError as unknown:
            raise httpcore.ConnectError(str(unknown)) from unknown
        self._policy.require(addresses, self._scheme, port)
        failed: Exception = Forbidden(host)
        for address in addresses:
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                failed = problem
        raise failed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
