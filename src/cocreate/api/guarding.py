"""What a request may take of this process: how often, how long, how large, and how many at once.

It stands around all else but what counts and logs, so that what is turned away costs next to
nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from hashlib import sha256
from typing import Any

from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from cocreate.api.authentication import header
from cocreate.api.problems import RETRY_AFTER, Problem, answer_problem
from cocreate.api.token_bucket import Taken, TokenBuckets
from cocreate.settings import Settings
from cocreate.telemetry.denials import denied

MAX_HEADER_BYTES = 32_000
KNOWN_KEYS = 100_000
HEALTH = "/v1/health/"
"""Whoever asks for it must be answered, most of all when there is much to do."""
STREAMS = "/event-stream"
"""They have bounds of their own, and last for as long as someone reads."""


def guarding(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Make a layer that turns away what is too much."""
    return _Guard(app, settings)


class _Guard:
    """The layer, and what it knows of those who ask."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._seconds = settings.request_seconds
        self._most = settings.max_requests
        self._running = 0
        self._buckets: TokenBuckets[bytes] | None = None
        self._known: OrderedDict[bytes, None] = OrderedDict()
        """Keys that were found valid, by their hash. Others count for the address they come from,
        or whoever makes up a key each time would have no bound."""
        if settings.requests_per_second:
            self._buckets = TokenBuckets(settings.requests_per_second, settings.request_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer why not."""
        if scope["path"].startswith(HEALTH):
            await self._app(scope, receive, send)
            return
        key = _key(scope)
        taken = None if self._buckets is None else self._buckets.take(self._client(scope, key))
        answering = _Answering(send, self._told(taken))
        refused = self._refuse(scope, taken)
        if refused is not None:
            denied(refused.code, None, None)
            await _answer(scope, receive, answering, refused)
            return
        streams = scope["path"].endswith(STREAMS)
        self._running += not streams
        try:
            await self._within(scope, receive, answering)
        finally:
            self._running -= not streams
        if key is not None and self._buckets is not None and answering.status != 401:
            self._known[key] = None
            self._known.move_to_end(key)
            if len(self._known) > KNOWN_KEYS:
                self._known.popitem(last=False)

    def _refuse(self, scope: Scope, taken: Taken | None) -> Problem | None:
        if taken is not None and not taken.granted:
            return Problem("too-many-requests", headers={"Retry-After": str(taken.wait)})
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return Problem("headers-too-large", facts={"limit": MAX_HEADER_BYTES})
        if self._running >= self._most and not scope["path"].endswith(STREAMS):
            return Problem("overloaded", headers={"Retry-After": RETRY_AFTER})
        return None

    async def _within(self, scope: Scope, receive: Receive, send: _Answering) -> None:
        """Handle a request within its time: until its answer begins."""
        whole = header(scope, b"content-length") in (None, b"0")
        whole = whole and header(scope, b"transfer-encoding") is None

        async def received() -> Any:  # noqa: ANN401 - any message, as the server gives it
            nonlocal whole
            message = await receive()
            whole = whole or not message.get("more_body", False)
            return message

        try:
            async with asyncio.timeout(self._seconds) as send.deadline:
                await self._app(scope, received, send)
        except TimeoutError:
            if send.deadline is None or not send.deadline.expired():
                raise
            late = (
                Problem("took-too-long", headers={"Retry-After": RETRY_AFTER})
                if whole
                else Problem("sent-too-slowly", headers={"Connection": "close"})
            )
            await _answer(scope, receive, send, late)

    def _client(self, scope: Scope, key: bytes | None) -> bytes:
        if key is not None and key in self._known:
            return key
        client = scope["client"]
        return b"" if client is None else client[0].encode()

    def _told(self, taken: Taken | None) -> list[tuple[bytes, bytes]]:
        """Give the headers of the IETF's draft (ratelimit-headers-10)."""
        if taken is None or self._buckets is None:
            return []
        size, rate = self._buckets.size, self._buckets.rate
        return [
            (b"ratelimit-policy", b'"client";q=%d;w=%d' % (size, max(round(size / rate), 1))),
            (b"ratelimit", b'"client";r=%d;t=%d' % (taken.left, taken.wait)),
        ]


class _Answering:
    """Sends an answer on, which once it has begun may take its time."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.deadline: asyncio.Timeout | None = None
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Send a part of an answer on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._headers]
            if self.deadline is not None and not self.deadline.expired():
                self.deadline.reschedule(None)
        await self._send(message)


def _key(scope: Scope) -> bytes | None:
    authorization = header(scope, b"authorization")
    return None if authorization is None else sha256(authorization).digest()


async def _answer(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    answer = answer_problem(request, problem)
    await answer.to_asgi_response(None, request)(scope, receive, send)
