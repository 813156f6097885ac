"""Answers of read models: kept while nothing changed, and as fresh as the reader asks.

An answer is kept only while signals of other processes reach this one, and let go at the signal
that its read model moved on for that municipality.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic

from cocreate.log.connection import Pool
from cocreate.log.signals import Signals

CHECK_SECONDS = 0.05
"""How long a reader who waits relies on a signal before the checkpoint is looked at again."""


class NotFresh(Exception):  # noqa: N818
    """The read model did not reach the position that was asked within the time."""


class Answers:
    """Gives answers of read models, and keeps them within a bound of bytes."""

    def __init__(self, pool: Pool, signals: Signals, *, max_bytes: int = 64 * 2**20) -> None:
        self._pool = pool
        self._signals = signals
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._keys: dict[tuple[str, str], set[Hashable]] = {}
        self._lost = 0
        self._moves: dict[tuple[str, str], int] = {}
        self._reached: dict[tuple[str, str], int] = {}
        self._moved = asyncio.Event()
        signals.hear(self._hear)

    async def give(
        self,
        projection: str,
        tenant: str,
        question: Hashable,
        ask: Callable[[], Awaitable[bytes | None]],
    ) -> bytes | None:
        """Give the answer to a question, asked anew if anything may have changed since."""
        key = (projection, tenant, question)
        kept = self._kept.get(key)
        if kept is not None and self._signals.connected:
            self._kept.move_to_end(key)
            return kept
        moves = self._lost, self._moves.get(key[:2])
        answer = await ask()
        same = moves == (self._lost, self._moves.get(key[:2]))
        if answer is not None and self._signals.connected and same:
            self._keep(key, answer)
        return answer

    async def reach(self, projection: str, tenant: str, position: int, *, within: float) -> None:
        """Wait until a read model holds a position of the log. Raises :class:`NotFresh`."""
        until = monotonic() + within
        while True:
            self._moved.clear()
            reached = await self._pool.fetchval(
                "select cocreate.read_checkpoint($1, $2)", tenant, projection
            )
            if (reached or 0) >= position:
                # The signal of the process that moved it may still be on its way here.
                if position > self._reached.get((projection, tenant), 0):
                    self._reached[projection, tenant] = reached
                    self._let_go(projection, tenant)
                return
            left = until - monotonic()
            if left <= 0:
                raise NotFresh
            try:
                await asyncio.wait_for(self._moved.wait(), min(left, CHECK_SECONDS))
            except TimeoutError:
                continue

    def _keep(self, key: tuple[str, str, Hashable], answer: bytes) -> None:
        if len(answer) > self._max_bytes // 16:
            return
        self._drop(key)
        self._kept[key] = answer
        self._keys.setdefault(key[:2], set()).add(key)
        self._bytes += len(answer)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        answer = self._kept.pop(key, None)
        if answer is not None and isinstance(key, tuple):
            self._bytes -= len(answer)
            keys = self._keys[key[:2]]
            keys.discard(key)
            if not keys:
                del self._keys[key[:2]]

    def _hear(self, topic: str, tenant: str) -> None:
        if topic == "log":
            return
        self._moved.set()
        if not topic:
            self._lost += 1
            self._kept.clear()
            self._keys.clear()
            self._bytes = 0
            return
        self._let_go(topic, tenant)

    def _let_go(self, projection: str, tenant: str) -> None:
        """Let go of every answer of a read model on a municipality, also of those being asked."""
        moved = (projection, tenant)
        self._moves[moved] = self._moves.get(moved, 0) + 1
        for key in list(self._keys.get(moved, ())):
            self._drop(key)
