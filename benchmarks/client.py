"""A client for HTTP/1.1 that costs little: connections that each ask, wait, and ask again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import cast

import msgspec

from benchmarks.measure import Round

Request = Callable[[int], bytes]
"""Gives the bytes of the next request of a connection, by its number; none to ask no more."""


def request(
    method: str,
    path: str,
    body: bytes = b"",
    key: str | None = None,
    tag: str | None = None,
    once: str | None = None,
    cookie: str | None = None,
) -> bytes:
    """Give the bytes of a request; ``once`` is its ``Idempotency-Key``."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    if cookie is not None:
        lines.append(f"Cookie: {cookie}")
    if tag is not None:
        lines.append(f"If-None-Match: {tag}")
    if once is not None:
        lines.append(f"Idempotency-Key: {once}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, number: int, ask: Request, until: float, latencies: list[float]) -> None:
        self._number = number
        self._ask = ask
        self._until = until
        self._latencies = latencies
        self._waiting = 0
        self._began = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        self._began = perf_counter()
        if self._transport is None or self._began >= self._until:
            self.close()
            return
        asked = self._ask(self._number)
        if asked:
            self._transport.write(asked)
        else:
            self.close()

    def data_received(self, data: bytes) -> None:
        if self._waiting == 0:
            head, _, body = data.partition(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201", b"HTTP/1.1 304")):
                self._fail(RuntimeError(data[:2_000].decode(errors="replace")))
                return
            # An answer of 304 may leave it out: it has no body.
            _, found, rest = head.lower().partition(b"content-length:")
            length = int(rest.split(b"\r\n", 1)[0]) if found and b" 304" not in head[:12] else 0
            self._waiting = length - len(body)
        else:
            self._waiting -= len(data)
        if self._waiting == 0:
            self._latencies.append(perf_counter() - self._began)
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("The server closed the connection"))

    def _fail(self, problem: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(problem)
        self.close()

    def close(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        if self._transport is not None:
            self._transport.close()


class Answered(msgspec.Struct, frozen=True):
    """An answer: its status, its ETag and its body."""

    status: int
    tag: str
    body: bytes


async def get(port: int, path: str, key: str) -> Answered:
    """Ask once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("GET", path, key=key))
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(
        line.partition(": ")[::2] for line in head.decode("latin-1").lower().splitlines()[1:]
    )
    body = await reader.readexactly(int(fields["content-length"]))
    writer.close()
    return Answered(int(head.split()[1]), fields.get("etag", ""), body)


async def hammer(port: int, connections: int, seconds: float, ask: Request) -> Round:
    """Let connections ask for some seconds."""
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    began = perf_counter()
    opened = [
        await loop.create_connection(
            lambda number=number: _Connection(number, ask, began + seconds, latencies),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        for number in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in opened))
    return Round(len(latencies) / (perf_counter() - began), latencies)
