"""Fetching what an identity provider publishes, from addresses that a municipality chooses.

So an address is a guess at what is inside the network of the installation until it was looked at
(OWASP, server-side request forgery): only https, only public addresses, connected to as they were
looked up (a name that is looked up twice may lead elsewhere), no redirects, and no more than is
sensible. The operator can name origins for which that does not hold.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from ipaddress import IPv6Network
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx

from cocreate.identity.strict_json import JsonObject, NotStrict, parse_object
from cocreate.internet import SCHEME_PORTS, AnyAddress, is_public, resolve

MAX_BYTES: Final = 262_144
"""How large a document may be."""
SECONDS: Final = 5.0
"""How long fetching one may take in all."""
MOST_ADDRESSES: Final = 3
"""How many addresses of a name are tried."""

_TRANSLATED: Final = IPv6Network("64:ff9b::/32")
"""Addresses behind which a translator puts those of IPv4 (RFC 6052, RFC 8215)."""


class NotFetched(Exception):  # noqa: N818
    """A document could not be fetched, or may not be."""


class Fetcher:
    """Fetches documents."""

    def __init__(self, private_origins: Collection[str] = ()) -> None:
        self._private = frozenset(private_origins)
        self._opened: httpx.AsyncClient | None = None

    @property
    def _client(self) -> httpx.AsyncClient:
        """The client, opened when it is needed: to read all certificates takes a while."""
        if self._opened is None:
            # A connection is made for one name, and never used for another at the same address.
            self._opened = httpx.AsyncClient(
                verify=_certificates(),
                trust_env=False,
                follow_redirects=False,
                timeout=SECONDS,
                limits=httpx.Limits(max_connections=200, max_keepalive_connections=0),
            )
        return self._opened

    async def __aenter__(self) -> Self:
        """Begin: nothing is opened yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        if self._opened is not None:
            await self._opened.aclose()

    def require_allowed(self, url: str) -> None:
        """Raise :class:`NotFetched` for an address of which nothing is fetched whatever it is."""
        parts = urlsplit(url)
        if parts.scheme != "https" and origin_of(url) not in self._private:
            message = f"{origin_of(url)} is not https"
            raise NotFetched(message)

    async def fetch(self, url: str, form: Mapping[str, str] | None = None) -> JsonObject:
        """Give a document, or what is answered to a form; raises :class:`NotFetched`."""
        try:
            return parse_object(await self.fetch_bytes(url, "application/json", form))
        except NotStrict as problem:
            message = f"{origin_of(url)} gave no JSON object: {problem}"
            raise NotFetched(message) from None

    async def fetch_bytes(
        self, url: str, accept: str, form: Mapping[str, str] | None = None
    ) -> bytes:
        """Give what is at an address, whatever it is; raises :class:`NotFetched`."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._bytes(url, accept, form)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as problem:
            message = f"{origin_of(url)} gave no answer: {type(problem).__name__}"
            raise NotFetched(message) from problem

    async def _bytes(self, url: str, accept: str, form: Mapping[str, str] | None) -> bytes:
        self.require_allowed(url)
        asked = httpx.URL(url)
        refused: Exception = NotFetched(f"{origin_of(url)} has no address")
        for address in (await self._addresses(asked))[:MOST_ADDRESSES]:
            try:
                return await self._from(asked, address, accept, form)
            except httpx.ConnectError as problem:
                refused = problem
        raise refused

    async def _addresses(self, asked: httpx.URL) -> Sequence[AnyAddress]:
        """Look up where a name leads; raises :class:`NotFetched` if it leads inside at all."""
        addresses = await resolve(asked.host, asked.port or SCHEME_PORTS[asked.scheme])
        if origin_of(str(asked)) not in self._private and not all(map(_may_be_asked, addresses)):
            message = f"{origin_of(str(asked))} is not a public address"
            raise NotFetched(message)
        return addresses

    async def _from(
        self,
        asked: httpx.URL,
        address: AnyAddress,
        accept: str,
        form: Mapping[str, str] | None,
    ) -> bytes:
        request = self._client.build_request(
            "GET" if form is None else "POST",
            asked.copy_with(host=str(address)),
            data=form,
            headers={
                "Host": asked.netloc.decode("ascii"),
                "Accept": accept,
                "Accept-Encoding": "identity",
            },
            extensions={"sni_hostname": asked.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code != httpx.codes.OK:
                message = f"{origin_of(str(asked))} answered {response.status_code}"
                raise NotFetched(message)
            received = bytearray()
            async for chunk in response.aiter_raw():
                received += chunk
                if len(received) > MAX_BYTES:
                    message = f"{origin_of(str(asked))} gave more than {MAX_BYTES} bytes"
                    raise NotFetched(message)
            return bytes(received)
        finally:
            await response.aclose()


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _may_be_asked(address: AnyAddress) -> bool:
    """Tell whether an address is one of the internet, and leads nowhere else."""
    return is_public(address) and address not in _TRANSLATED


def origin_of(url: str) -> str:
    """Give the origin of an address: scheme, name and port, such as ``https://id.example``."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
