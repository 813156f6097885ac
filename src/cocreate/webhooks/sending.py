"""Sending one request to an address, and what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from time import perf_counter
from urllib.parse import urlsplit

import httpcore
import msgspec

from cocreate.internet import resolve
from cocreate.webhooks.addresses import AddressPolicy, Forbidden
from cocreate.webhooks.network import PinnedBackend, Resolve

WITHIN = 10.0
"""For how many seconds a request is waited for in all."""
MOST_READ = 16 * 1024
"""How many bytes of an answer are read: it is not for anything but to use the connection again."""
KEPT_SECONDS = 30.0
"""For how long a connection is kept for the next request."""

Headers = Sequence[tuple[bytes, bytes]]


class Outcome(StrEnum):
    """What came of a request."""

    DELIVERED = "delivered"
    """It was answered with 2xx."""
    REFUSED = "refused"
    """It was answered that this very content is no good: 400, 413, 415 or 422."""
    GONE = "gone"
    """It was answered that nothing is to be sent there any more: 410."""
    FAILED = "failed"
    """It was answered otherwise."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """There was no connection, or no answer on it."""
    FORBIDDEN = "forbidden"
    """It is an address to which nothing may be sent."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request, how long it took, and after how many seconds to come back."""

    outcome: Outcome
    milliseconds: int
    status: int | None = None
    retry_after: float | None = None


class Sender:
    """Sends requests: to public addresses alone, without redirects, cookies or proxies."""

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        resolve: Resolve = resolve,
        within: float = WITHIN,
        tls: ssl.SSLContext | None = None,
        connections: int = 100,
    ) -> None:
        self.policy = policy
        self._within = within
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=tls or ssl.create_default_context(),
                network_backend=PinnedBackend(policy, scheme, resolve),
                max_connections=connections,
                max_keepalive_connections=20,
                keepalive_expiry=KEPT_SECONDS,
            )
            for scheme in ("http", "https")
        }

    async def aclose(self) -> None:
        """Close what connections there are."""
        for pool in self._pools.values():
            await pool.aclose()

    async def send(self, address: str, headers: Headers, body: bytes) -> Answered:
        """Send a body to an address; whatever comes of it is given, never raised."""
        began = perf_counter()
        status = after = None
        try:
            async with asyncio.timeout(self._within), self._answer(address, headers, body) as told:
                status, after = told.status, _retry_after(told.headers)
                await _read_little(told)
            outcome = Outcome.DELIVERED
        except Forbidden:
            outcome = Outcome.FORBIDDEN
        except (TimeoutError, httpcore.TimeoutException):
            outcome = Outcome.TIMEOUT
        except (OSError, ssl.SSLError, httpcore.NetworkError, httpcore.ProtocolError):
            outcome = Outcome.UNREACHABLE
        if status is not None:  # whatever became of the rest of the answer
            outcome = _outcome(status)
        took = round((perf_counter() - began) * 1000)
        return Answered(outcome=outcome, milliseconds=took, status=status, retry_after=after)

    @contextlib.asynccontextmanager
    async def _answer(
        self, address: str, headers: Headers, body: bytes
    ) -> AsyncIterator[httpcore.Response]:
        self.policy.require_url(address)
        pool = self._pools[urlsplit(address).scheme]
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self._within)
        sent = [
            (b"host", urlsplit(address).netloc.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"user-agent", b"cocreate-webhooks"),
            *headers,
        ]
        async with pool.stream(
            "POST", address, headers=sent, content=body, extensions={"timeout": waits}
        ) as answer:
            yield answer


async def _read_little(answer: httpcore.Response) -> None:
    size = 0
    async for part in answer.aiter_stream():
        size += len(part)
        if size > MOST_READ:
            return


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.DELIVERED
    if status == 410:
        return Outcome.GONE
    return Outcome.REFUSED if status in (400, 413, 415, 422) else Outcome.FAILED


def _retry_after(headers: Headers) -> float | None:
    """Give the seconds that Retry-After asks for, as a number or as a moment (RFC 9110, 10.2.3)."""
    said = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    text = said.decode("ascii", "replace").strip()
    if text.isdigit() and len(text) < 10:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)
