"""Answers of some size as gzip, for readers who take it.

Litestar's own compression will not do: it stamps the moment into what it makes, so that one strong
ETag stands for ever other bytes; it takes ``gzip;q=0`` for a wish; it names Accept-Encoding in Vary
a second time, and not at all where it leaves an answer as it is.
"""

from __future__ import annotations

import asyncio
import zlib

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cocreate.api.authentication import header
from cocreate.api.preferences import weights

EXCLUDED = "exclude_from_compression"
"""What a route sets in its ``opt`` whose answers are to be sent as they are, such as events."""
LEAST_BYTES = 1_000
"""Below this, nothing is won."""
LONG_BYTES = 100_000
"""From this size on, a thread does the work, so that others need not wait."""
LEVEL = 5

_GZIP = 16 + zlib.MAX_WBITS


def takes_gzip(scope: Scope) -> bool:
    """Tell whether the reader takes gzip (Accept-Encoding, RFC 9110)."""
    accepted = header(scope, b"accept-encoding") or b""
    wanted = dict(weights(accepted.decode("latin-1")))
    return wanted.get("gzip", wanted.get("*", 0.0)) > 0


def compressed(app: ASGIApp) -> ASGIApp:
    """Make a layer that compresses what is sent, a stream as its parts come."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["route_handler"].opt.get(EXCLUDED):
            await app(scope, receive, send)
        else:
            await app(scope, receive, _Compressing(send, gzip=takes_gzip(scope)))

    return layer


class _Compressing:
    """Sends an answer on, compressed if it is long enough."""

    def __init__(self, send: Send, *, gzip: bool) -> None:
        self._send = send
        self._gzip = gzip
        self._start: Message | None = None
        self._stream: zlib._Compress | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message  # what its headers say depends on the body
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        start, self._start = self._start, None
        if start is not None and start["type"] == "http.response.start":
            headers = [each for each in start["headers"] if each[0] != b"vary"]
            varies = [value for name, value in start["headers"] if name == b"vary"]
            if self._gzip and (more or len(body) >= LEAST_BYTES):
                self._stream = zlib.compressobj(LEVEL, wbits=_GZIP)
                headers = [each for each in headers if each[0] != b"content-length"]
                headers.append((b"content-encoding", b"gzip"))
                body = await self._press(body, more=more)
                if not more:
                    headers.append((b"content-length", b"%d" % len(body)))
            if not any(b"accept-encoding" in value.lower() for value in varies):
                varies.append(b"Accept-Encoding")
            headers.append((b"vary", b", ".join(varies)))
            await self._send({**start, "headers": headers})
        elif self._stream is not None:
            body = await self._press(body, more=more)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _press(self, body: bytes, *, more: bool) -> bytes:
        if len(body) < LONG_BYTES:
            return self._compress(body, more=more)
        return await asyncio.to_thread(self._compress, body, more=more)

    def _compress(self, body: bytes, *, more: bool) -> bytes:
        assert self._stream is not None  # noqa: S101 - begun before
        pressed = self._stream.compress(body)
        return pressed + self._stream.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
