"""Following logs as they grow: many readers, each at its own place, who all pull.

What stands at the end of a log is read once for all who follow it: a :class:`Tail` keeps the last
pages, within a bound, and reads on when it is woken, by a signal or each second. A reader who is
further behind reads from the log itself, few at a time, so that those who catch up leave the
database to others. Nothing is queued for a reader: a slow one holds one page, and nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence, Sized
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.read import Recorded, recorded
from cocreate.log.signals import Signals

POLL_SECONDS = 1.0
"""How long a log may have grown unnoticed when a signal was lost."""
PAGE_EVENTS = 500
PAGE_BYTES = 64 * 1024
"""What a page looks at and holds at most; a single larger event is a page by itself."""
KEPT_PAGES = 64
KEPT_BYTES = 1024 * 1024
"""What is kept of the end of a log at most; the last page is kept however large it is."""
REPLAYS = 2
"""How many readers who are behind read from the log at a time."""

T = TypeVar("T", bound=Sized)

_log = logging.getLogger(__name__)
_NO_ANSWER = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what the driver makes of a connection lost in mid-operation
)
"""What is worth another try. Anything else is an error of ours, and ends who follows the log."""


class Place(NamedTuple):
    """How far a reader has come: past a position, and past some steps published at the next.

    Steps that a publication made public come just before it, in the order of their versions; so a
    reader who was cut off among them goes on exactly there.
    """

    position: int
    step: int = 0

    def __str__(self) -> str:
        """Give it as an id: ``P``, or ``P.v`` for version v, made public by what is at P."""
        return f"{self.position + 1}.{self.step}" if self.step else str(self.position)


class Told(NamedTuple):
    """An event, and the place of a reader who has it."""

    place: Place
    event: Recorded


class Page(NamedTuple, Generic[T]):
    """A stretch of a log, made into what its readers need."""

    after: Place
    until: Place
    reached: int
    """Up to which position the log was seen; a reader may say that it is further already."""
    content: T
    told: int
    """How many events it holds; a stretch may hold none that its readers may see."""
    more: bool
    """Whether the log goes on."""


class Stretch(NamedTuple):
    """What comes after a place, for one audience, and how far it was looked at."""

    told: Sequence[Told]
    until: Place
    reached: int
    more: bool


async def read_stretch(
    database: Pool | AnyConnection,
    tenant: str,
    place: Place,
    *,
    internal: bool,
    project: UUID | None = None,
    most: int = PAGE_EVENTS,
) -> Stretch:
    """Read what of a log comes after a place, at most so many events and :data:`PAGE_BYTES`."""
    rows = await database.fetch(
        "select * from cocreate.read_tail($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        internal,
        project,
        place.position,
        place.step,
        most,
        PAGE_BYTES,
    )
    reached, head, cut = rows[0]["reached"], rows[0]["head"], rows[0]["cut"]
    told = [
        Told(
            Place(row["at"]) if row["step"] is None else Place(row["at"] - 1, row["step"]),
            recorded(tuple(row)[5:]),
        )
        for row in rows
        if row["at"] is not None
    ]
    until = told[-1].place if cut else max(Place(reached), place)
    return Stretch(told, until, reached, cut or reached < head)


class TailBroken(Exception):  # noqa: N818 - what happened, as with the other errors of the log
    """The end of a log cannot be read any more, and trying again would not help."""


Make = Callable[[Sequence[Told]], T]
"""Makes the events of a page, once, into what all its readers need.

Its length, in bytes, is what it takes to keep.
"""


class Tail(Generic[T]):
    """The end of one log for one audience, while someone follows it."""

    def __init__(
        self, pool: Pool, tenant: str, make: Make[T], turns: asyncio.Semaphore, *, internal: bool
    ) -> None:
        self._pool = pool
        self._tenant = tenant
        self._internal = internal
        self._make = make
        self._turns = turns
        self._pages: deque[Page[T]] = deque()
        self._bytes = 0
        self._until: Place | None = None
        """Where the kept pages end; None until a reader has come to the end of the log."""
        self._grown = asyncio.Event()
        self._news = False
        self._reading: asyncio.Task[None] | None = None
        self._broken: Exception | None = None
        self.readers = 0

    async def last(self, project: UUID | None = None) -> int | None:
        """Give the last position that a reader can have been told of, None for none."""
        position: int | None = await self._pool.fetchval(
            "select cocreate.read_last_told($1, $2, $3)", self._tenant, self._internal, project
        )
        return position

    async def after(self, place: Place, project: UUID | None = None) -> Page[T]:
        """Give a page that goes on from a place, once there is one.

        It may begin before that place, and may hold other projects. Raises :class:`TailBroken`.
        """
        while self._until is None or place < self._first():
            page = await self._replay(place, project)
            if page is None:
                await asyncio.sleep(POLL_SECONDS)
                continue
            if self._until is None and not page.more:
                self._until = min(page.until, Place(page.reached))
                self.wake()
            if page.until > place:
                return page
            break
        while self._until is None or place >= self._until:
            if self._broken is not None:
                raise TailBroken(self._tenant) from self._broken
            await self._grown.wait()
        return next(page for page in self._pages if page.until > place)

    def wake(self) -> None:
        """Look whether the log has grown: at once, or again when it is being looked at."""
        self._news = True
        if self._until is not None and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read_on(self._until))

    async def close(self) -> None:
        """Let go."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def _first(self) -> Place:
        """Give the place from which on pages are kept."""
        return self._pages[0].after if self._pages else self._until or Place(0)

    async def _read_on(self, until: Place) -> None:
        more = False
        while self._news or more:
            self._news = False
            try:
                page = await self._read(until, None)
            except _NO_ANSWER as problem:  # the next poll tries again
                _log.warning("The tail of %s could not be read: %s", self._tenant, problem)
                return
            except Exception as problem:  # noqa: BLE001 - those who wait here are to see it
                self._broken = problem
                self._wake_readers()
                return
            more = page.more
            if page.until > until:
                self._until = until = page.until
                self._keep(page)
                # Readers are woken for what they may see; past the rest they go in passing.
                if page.told:
                    self._wake_readers()

    def _wake_readers(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    def _keep(self, page: Page[T]) -> None:
        if not page.told and self._pages and not self._pages[-1].told:
            merged = self._pages.pop()
            self._bytes -= len(merged.content)
            page = page._replace(after=merged.after)
        self._pages.append(page)
        self._bytes += len(page.content)
        while len(self._pages) > 1 and (self._bytes > KEPT_BYTES or len(self._pages) > KEPT_PAGES):
            self._bytes -= len(self._pages.popleft().content)

    async def _replay(self, place: Place, project: UUID | None) -> Page[T] | None:
        async with self._turns:
            try:
                return await self._read(place, project)
            except _NO_ANSWER as problem:
                _log.warning("The log of %s could not be read: %s", self._tenant, problem)
                return None

    async def _read(self, place: Place, project: UUID | None) -> Page[T]:
        stretch = await read_stretch(
            self._pool, self._tenant, place, internal=self._internal, project=project
        )
        return Page(
            after=place,
            until=stretch.until,
            reached=stretch.reached,
            content=self._make(stretch.told),
            told=len(stretch.told),
            more=stretch.more,
        )


class Tails(Generic[T]):
    """The tails of all logs that someone follows in this process."""

    def __init__(self, pool: Pool, signals: Signals, make: Callable[[bool], Make[T]]) -> None:
        self._pool = pool
        self._make = {internal: make(internal) for internal in (False, True)}
        self._tails: dict[tuple[str, bool], Tail[T]] = {}
        self._turns = asyncio.Semaphore(REPLAYS)
        self._polling: asyncio.Task[None] | None = None
        signals.hear(self._hear)

    @contextlib.asynccontextmanager
    async def follow(self, tenant: str, *, internal: bool) -> AsyncIterator[Tail[T]]:
        """Give the tail of a log, kept up for as long as someone follows it."""
        key = (tenant, internal)
        tail = self._tails.get(key)
        if tail is None:
            tail = self._tails[key] = Tail(
                self._pool, tenant, self._make[internal], self._turns, internal=internal
            )
        tail.readers += 1
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        try:
            yield tail
        finally:
            tail.readers -= 1
            if not tail.readers:
                del self._tails[key]
                if not self._tails:
                    self._polling.cancel()
                    self._polling = None
                await tail.close()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            for tail in list(self._tails.values()):
                tail.wake()

    def _hear(self, topic: str, tenant: str) -> None:
        if topic == "log":
            for internal in (False, True):
                tail = self._tails.get((tenant, internal))
                if tail is not None:
                    tail.wake()
        elif not topic:
            for tail in self._tails.values():
                tail.wake()
