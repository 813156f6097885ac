"""Answers of read models: kept while nothing changed, and as fresh as the reader asks.

An answer is kept only while signals of other processes reach this one, and let go at the signal
that the read models of its municipality moved on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from hashlib import blake2b
from time import monotonic

import asyncpg
import msgspec

from cocreate.log.connection import Pool
from cocreate.log.signals import Signals
from cocreate.log.subscriptions import CLOSED
from cocreate.projections.builds import GONE, Build, Builds
from cocreate.projections.model import rests_on

ENTRY_BYTES = 640
"""What it takes to keep an answer beside its own bytes, at most: its mark, and its places in the
tables, which grow by doubling."""
CHECK_SECONDS = 0.05
"""How long a reader who waits relies on a signal before the checkpoint is looked at again."""
MOVED = "models"
"""The topic of the signal that the read models of a municipality moved on."""
BUILDS = "builds"
"""The topic of the signal that other builds were taken into use."""
EVERYWHERE = ""
"""Stands for the municipality, for an answer that is about none alone."""

_CANONICAL = msgspec.json.Encoder(order="deterministic")


class NotFresh(Exception):  # noqa: N818
    """The read model did not reach the position that was asked within the time."""


class BeingBuilt(Exception):  # noqa: N818
    """A read model has not caught up with a log since its definition changed."""

    def __init__(self, projection: str) -> None:
        super().__init__(projection)
        self.projection = projection


Key = tuple[str, str]
"""The municipality and the mark of a question."""
Models = str | tuple[str, ...]
"""The name of a read model, or of all that an answer is made of."""


class Stand(msgspec.Struct, frozen=True):
    """How far builds of read models have come in a log, all of them.

    What is answered from them, as known at a position, is the same while this is.
    """

    builds: tuple[int, ...]
    """Their numbers, with those of the builds that they rest on."""
    position: int
    revision: int
    """How often rows of theirs were made anew at a position that they were at already."""


def _size(answer: bytes) -> int:
    """Give how much memory an answer takes while it is kept, in bytes."""
    return len(answer) + ENTRY_BYTES


def mark_of(*rests_on: object) -> str:
    """Give what is the same for two answers only if all that they rest on is the same."""
    return blake2b(_CANONICAL.encode(rests_on), digest_size=16).hexdigest()


class Answers:
    """Asks read models, and keeps answers within a bound of bytes of memory."""

    def __init__(
        self, pool: Pool, builds: Builds, signals: Signals, *, max_bytes: int = 64 * 2**20
    ) -> None:
        self._pool = pool
        self._builds = builds
        self._signals = signals
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._keys: dict[str, set[Key]] = {}
        self._stands: dict[str, dict[tuple[int, ...], Stand]] = {}
        """How far builds are, for as long as no signal says that they moved."""
        self._told: dict[str, dict[tuple[int, ...], Stand]] = {}
        """How far they were when they were last asked."""
        self._lost = 0
        self._moves: dict[str, int] = {}
        self._moved = asyncio.Event()
        self._reload = True
        signals.hear(self._hear)

    async def build(self, projection: str) -> Build:
        """Give the build in use of a read model. Raises :class:`BeingBuilt` if there is none."""
        if self._reload or projection not in self._builds:
            await self._builds.load(self._pool)
            self._reload = False
        try:
            return self._builds[projection]
        except KeyError:
            raise BeingBuilt(projection) from None

    async def ask(self, projection: str, function: str, *given: object) -> list[asyncpg.Record]:
        """Call a function of a read model. Raises :class:`BeingBuilt`."""
        places = ", ".join(f"${number}" for number in range(1, len(given) + 1))
        for _ in range(3):
            build = await self.build(projection)
            try:
                # The names are of our own, never input.
                return await self._pool.fetch(
                    f"select * from {build.schema}.{function}({places})",  # noqa: S608
                    *given,
                )
            except GONE:
                self._reload = True
        raise BeingBuilt(projection)

    async def stand(self, models: Models, tenant: str) -> Stand:
        """Tell how far read models have come. Raises :class:`BeingBuilt` until all are complete."""
        names = await self._numbers((models,) if isinstance(models, str) else models)
        builds = tuple(names)
        known = self._stands.get(tenant, {}).get(builds)
        if known is not None and self._signals.connected:
            return known
        moves = self._lost, self._moves.get(tenant)
        row = await self._pool.fetchrow(
            "select * from cocreate.read_checkpoint($1, $2)", tenant, builds
        )
        assert row is not None  # noqa: S101 - an aggregate
        if row["incomplete"]:
            raise BeingBuilt(names[row["incomplete"][0]])
        stand = Stand(builds, row["position"], row["revision"])
        if self._told.setdefault(tenant, {}).get(builds) != stand:
            # The signal of the process that moved them may still be on its way here.
            self._told[tenant][builds] = stand
            self._let_go(tenant)
            moves = self._lost, self._moves.get(tenant)
        if moves == (self._lost, self._moves.get(tenant)):
            self._stands.setdefault(tenant, {})[builds] = stand
        return stand

    async def _numbers(self, models: Sequence[str]) -> dict[int, str]:
        """Give the builds of read models and of those they rest on, with the name of each."""
        found = {}
        for name in models:
            build = await self.build(name)
            found[build.number] = name
            for base in rests_on(build.model):
                found[(await self.build(base)).number] = base
        return dict(sorted(found.items()))

    async def give(
        self,
        tenant: str,
        mark: str,
        ask: Callable[[], Awaitable[bytes | None]],
    ) -> bytes | None:
        """Give the answer to a question, asked anew if anything may have changed since.

        ``mark`` is short, and the same for two questions only if they have the same answer.
        """
        key = (tenant, mark)
        kept = self._kept.get(key)
        if kept is not None and self._signals.connected:
            self._kept.move_to_end(key)
            return kept
        moves = self._lost, self._moves.get(tenant)
        answer = await ask()
        same = moves == (self._lost, self._moves.get(tenant))
        if answer is not None and self._signals.connected and same:
            self._keep(key, answer)
        return answer

    async def reach(self, models: Models, tenant: str, position: int, *, within: float) -> Stand:
        """Wait until read models hold a position of the log, and tell how far they are.

        Raises :class:`NotFresh` and :class:`BeingBuilt`.
        """
        until = monotonic() + within
        stand = await self.stand(models, tenant)
        while stand.position < position:
            self._moved.clear()
            self._stands.pop(tenant, None)
            stand = await self.stand(models, tenant)
            if stand.position >= position:
                break
            left = until - monotonic()
            if left <= 0:
                raise NotFresh
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, CHECK_SECONDS)):
                    await self._moved.wait()
        return stand

    def _keep(self, key: Key, answer: bytes) -> None:
        if _size(answer) > self._max_bytes // 16:
            return
        self._drop(key)
        self._kept[key] = answer
        self._keys.setdefault(key[0], set()).add(key)
        self._bytes += _size(answer)
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        answer = self._kept.pop(key, None)
        if answer is not None:
            self._bytes -= _size(answer)
            keys = self._keys[key[0]]
            keys.discard(key)
            if not keys:
                del self._keys[key[0]]

    def _hear(self, topic: str, tenant: str) -> None:
        if topic in (MOVED, CLOSED):
            self._moved.set()
            self._let_go(tenant)
        elif topic in (BUILDS, ""):
            self._moved.set()
            self._reload = True
            self._lost += 1
            self._kept.clear()
            self._keys.clear()
            self._stands.clear()
            self._told.clear()
            self._bytes = 0

    def _let_go(self, tenant: str) -> None:
        """Let go of every answer on a municipality, also of those being asked."""
        self._moves[tenant] = self._moves.get(tenant, 0) + 1
        self._stands.pop(tenant, None)
        for key in list(self._keys.get(tenant, ())):
            self._drop(key)
