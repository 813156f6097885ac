"""Turns: how many requests of one municipality are worked on at a time in a process.

All share the processor, the event loop and the connections to the database. Without turns, whoever
sends a thousand requests at once has a thousand shares of these, and whoever sends one has one. So
the requests of a municipality wait for each other, and not those of others for them.

Where others ask as well, a municipality whose requests wait for each other has only a share of the
time: each turn is followed by a rest, as many times as long as the turn took. So the processor is
not all taken when one of the others comes. Whoever sends no more than is worked on at a time never
rests.

A turn is held only while there is work to do: not while the sender is slow with a body, nor while
the reader is slow to take an answer, nor while an answer waits for what others have yet to do. A
stream takes a turn for each of its parts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from time import monotonic
from typing import NamedTuple

from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from cocreate.api.problems import Problem

WITHOUT_TURN = "without_turn"
"""What a route sets in its ``opt`` that works next to nothing for long, such as event streams."""
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
RETRY_AFTER = "1"
REST = 4.0
"""How many times as long as a turn the rest after it is."""
LONGEST_REST = 1.0
"""In seconds."""
COMPANY_SECONDS = 1.0
"""For how long after a request of another municipality that one is thought to ask for more."""


class Asked(NamedTuple):
    """Which municipality asked, and when."""

    code: str
    at: float


class Turns:
    """The turns of all municipalities in this process."""

    def __init__(
        self, at_once: int, waiting: int, *, clock: Callable[[], float] = monotonic
    ) -> None:
        """Let ``at_once`` requests of a municipality be worked on, and ``waiting`` more wait."""
        self._at_once = at_once
        self._waiting = waiting
        self._clock = clock
        self._of: dict[str, _Queue] = {}
        self._last = self._last_of_another = Asked("", -COMPANY_SECONDS)

    async def take(self, code: str, *, again: bool = False) -> None:
        """Wait for a turn. Raises the problem ``busy`` where too many wait already.

        Whoever takes one ``again`` has begun, and is not refused.
        """
        queue = self._of.get(code)
        if queue is None:
            queue = self._of[code] = _Queue(self._at_once)
        if not again and queue.users >= self._at_once + self._waiting:
            raise Problem("busy", headers={"Retry-After": RETRY_AFTER})
        self._note(code)
        queue.users += 1
        try:
            await queue.turns.acquire()
        except BaseException:
            self._leave(code, queue)
            raise

    def give_back(self, code: str, took: float = 0.0) -> None:
        """Let the next have the turn, after a rest where others ask too; it took some seconds."""
        queue = self._of[code]
        if queue.users > self._at_once and self._in_company(code):
            rest = min(took * REST, LONGEST_REST)
            asyncio.get_running_loop().call_later(rest, queue.turns.release)
        else:
            queue.turns.release()
        self._leave(code, queue)

    def _note(self, code: str) -> None:
        if self._last.code != code:
            self._last_of_another = self._last
        self._last = Asked(code, self._clock())

    def _in_company(self, code: str) -> bool:
        """Tell whether another municipality asks as well."""
        other = self._last if self._last.code != code else self._last_of_another
        return self._clock() - other.at < COMPANY_SECONDS

    def _leave(self, code: str, queue: _Queue) -> None:
        queue.users -= 1
        if not queue.users:
            del self._of[code]


class _Queue:
    """Who has a turn or waits for one in a municipality."""

    __slots__ = ("turns", "users")

    def __init__(self, at_once: int) -> None:
        self.turns = asyncio.Semaphore(at_once)
        self.users = 0


class _Turn:
    """The turn of a request, given back whenever it waits for others."""

    __slots__ = ("_began", "_code", "_held", "_turns")

    def __init__(self, turns: Turns, code: str) -> None:
        self._turns = turns
        self._code = code
        self._held = False
        self._began = 0.0

    async def take(self, *, again: bool = False) -> None:
        await self._turns.take(self._code, again=again)
        self._held = True
        self._began = monotonic()

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._turns.give_back(self._code, monotonic() - self._began)

    @contextlib.asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Let others have the turn meanwhile."""
        self.give_back()
        yield
        await self.take(again=True)


_CURRENT: ContextVar[_Turn | None] = ContextVar("turn", default=None)


@contextlib.asynccontextmanager
async def aside() -> AsyncIterator[None]:
    """Let others of the municipality have the turn of this request while it waits for something."""
    turn = _CURRENT.get()
    if turn is None:
        yield
        return
    async with turn.aside():
        yield


def in_turn(app: ASGIApp) -> ASGIApp:
    """Make a layer that has requests of a municipality take turns."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        code = scope["path_params"].get("code")
        if code is None or scope["route_handler"].opt.get(WITHOUT_TURN):
            await app(scope, receive, send)
            return
        turn = _Turn(scope["app"].state["turns"], code)

        comes = scope.get("method") in WITH_BODY

        async def receive_aside() -> ReceiveMessage:
            nonlocal comes
            if not comes:  # a stream listens beside its work whether the reader has left
                return await receive()
            async with turn.aside():
                message = await receive()
            comes = message["type"] == "http.request" and message["more_body"]
            return message

        async def send_aside(message: Message) -> None:
            if message["type"] == "http.response.body" and message.get("more_body"):
                async with turn.aside():
                    await send(message)
            else:
                await send(message)

        await turn.take()
        before = _CURRENT.set(turn)
        try:
            await app(scope, receive_aside, send_aside)
        finally:
            _CURRENT.reset(before)
            turn.give_back()

    return layer
