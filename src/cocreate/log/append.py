"""Append lanes: one per municipality, each carrying many commands in one round trip.

While an append of a municipality is under way, what comes next gathers; then it all goes in one
call of the function ``cocreate.append`` (``schema/0004_append.sql``), one transaction. There are
no timers: an idle lane starts at once, a busy one takes along whatever is waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import Context
from datetime import datetime
from time import perf_counter
from typing import Literal, NamedTuple, cast, get_args
from uuid import UUID

import asyncpg
import msgspec
from opentelemetry.trace import SpanContext

from cocreate.log.codec import Stored, Unsealed
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.errors import (
    KeysUnusable,
    LogUnavailable,
    NoMasterKey,
    NotSubscribed,
    UnknownMunicipality,
    Unstorable,
)
from cocreate.telemetry import traces
from cocreate.telemetry.metrics import APPEND_COMMANDS, APPEND_SECONDS, APPENDS

MAX_COMMANDS = 1_000
MAX_EVENTS = 5_000
"""What one call carries at most; a single command may hold more by itself."""


class Chain:
    """Ties together commands that were decided on one state in memory, each on top of the last.

    Once one of them is not taken, the state was false, and those behind it must not reach the
    log, even where their version happens to fit.
    """

    def __init__(self) -> None:
        self.broken = False


class Command(msgspec.Struct):
    """A decided command on its way into the log."""

    stream_id: UUID
    expected: int
    events: Sequence[Stored | Unsealed]
    actor: str
    actor_role: str
    ids: bytes = b"[]"
    key: str | None = None
    fingerprint: bytes = b""
    chain: Chain | None = None
    span: SpanContext | None = None
    """The span it was sent in, where that is traced."""

    @property
    def is_sealed(self) -> bool:
        """Whether nothing in it is personal data in the clear."""
        return not any(isinstance(event, Unsealed) for event in self.events)


class Taken(msgspec.Struct, frozen=True):
    """The command stands in the log; position and version are those of its last event."""

    position: int
    version: int
    recorded_at: datetime


class Repeated(msgspec.Struct, frozen=True):
    """The command's key was used before; these are the facts of that time."""

    position: int
    version: int
    fingerprint: bytes
    ids: bytes


class Conflict(msgspec.Struct, frozen=True):
    """The history is not at the version that the command expects."""

    version: int


Refusal = Literal["suspended", "leaving", "projects", "events"]
"""Why the subscription of a municipality does not let it record: its state, or a quota."""


class Refused(msgspec.Struct, frozen=True):
    """The subscription of the municipality does not let the log take the command now."""

    refusal: Refusal


Outcome = Taken | Repeated | Conflict | Refused

_COUNTS = {
    Taken: APPENDS.labels("taken"),
    Repeated: APPENDS.labels("repeated"),
    Conflict: APPENDS.labels("conflict"),
    Refused: APPENDS.labels("refused"),
}
_FAILED = APPENDS.labels("failed")


class Waiting(NamedTuple):
    """What waits to be appended: in how many logs, how many commands, and the most in one."""

    lanes: int
    commands: int
    longest: int


Appended = Callable[[str, int], None]
"""Told of a municipality whose log has come to a position."""
Seal = Callable[[str, Sequence[Command], Pool | AnyConnection], Awaitable[None]]
"""Seals the personal data in commands of a municipality, with keys from a database."""


class Appender:
    """Takes decided commands to the log, in the order in which they come for each municipality."""

    def __init__(
        self, pool: Pool, appended: Appended | None = None, *, seal: Seal | None = None
    ) -> None:
        self._pool = pool
        self._seal = seal or cannot_seal
        self._lanes: dict[str, _Lane] = {}
        self._appended = appended or (lambda _tenant, _position: None)

    @contextlib.asynccontextmanager
    async def hold(self, tenant: str) -> AsyncIterator[Held]:
        """Hold the log of a municipality: until the end, nobody else appends to it.

        What is appended meanwhile stands or falls together.

        Raises :class:`~cocreate.log.errors.UnknownMunicipality`,
        :class:`~cocreate.log.errors.Unstorable` or :class:`~cocreate.log.errors.LogUnavailable`.
        """
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("select cocreate.hold_log($1)", tenant)
                held = Held(connection, tenant, self._seal)
                yield held
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            raise told(problem) from problem
        for each in (held, *held.others):
            if each.reached:
                _tell(self._appended, each.tenant, each.reached)

    def append(self, tenant: str, command: Command) -> asyncio.Future[Outcome]:
        """Send a command on its way; the future gives its outcome.

        The future raises :class:`~cocreate.log.errors.UnknownMunicipality`,
        :class:`~cocreate.log.errors.Unstorable` or :class:`~cocreate.log.errors.LogUnavailable`.
        """
        lane = self._lanes.get(tenant)
        if lane is None:
            lane = self._lanes[tenant] = _Lane(
                tenant, self._pool, self._appended, self._seal, self._retire
            )
        return lane.append(command)

    async def append_last(
        self, tenant: str, command: Command, *, attempts: int
    ) -> Taken | Repeated:
        """Append what means the same wherever its history stands: at its end, wherever that is.

        ``expected`` is where to begin to look. Raises
        :class:`~cocreate.log.errors.LogUnavailable` where others are ahead each time, and what
        :meth:`append` raises; :class:`~cocreate.log.errors.NotSubscribed` where the log is held to
        a subscription in what is appended.
        """
        for _ in range(attempts):
            # A caller may go away meanwhile; what the log took, it keeps.
            outcome = await asyncio.shield(self.append(tenant, command))
            if isinstance(outcome, Refused):
                raise NotSubscribed(outcome.refusal)
            if not isinstance(outcome, Conflict):
                return outcome
            command = msgspec.structs.replace(command, expected=outcome.version)
        message = f"In the log of {tenant} others were ahead {attempts} times"
        raise LogUnavailable(message)

    async def drain(self) -> None:
        """Wait until every command that was sent has its outcome."""
        while self._lanes:
            await asyncio.gather(*(lane.done() for lane in list(self._lanes.values())))

    def waiting(self) -> Waiting:
        """Tell what waits now."""
        lengths = [len(lane) for lane in self._lanes.values()]
        return Waiting(len(lengths), sum(lengths), max(lengths, default=0))

    def _retire(self, lane: _Lane) -> None:
        del self._lanes[lane.tenant]


class Held:
    """The log of a municipality while it is held."""

    def __init__(self, connection: AnyConnection, tenant: str, seal: Seal) -> None:
        self.connection = connection
        self.tenant = tenant
        self.reached = 0
        self.others: list[Held] = []
        self._seal = seal

    async def hold(self, tenant: str) -> Held:
        """Hold another log as well, so that what is appended to both stands or falls together.

        So that no two wait for each other, the operator's log is held before any other. Raises
        what the driver raises.
        """
        await self.connection.execute("select cocreate.hold_log($1)", tenant)
        other = Held(self.connection, tenant, self._seal)
        self.others.append(other)
        return other

    async def append(self, commands: list[Command]) -> list[Outcome]:
        """Append commands that build on each other."""
        if not all(command.is_sealed for command in commands):
            await self._seal(self.tenant, commands, self.connection)
        rows = await self.connection.fetch(_APPEND, self.tenant, *_columns(commands))
        outcomes = [_outcome(row) for row in rows]
        taken = [outcome.position for outcome in outcomes if isinstance(outcome, Taken)]
        self.reached = max([self.reached, *taken])
        return outcomes


class _Lane:
    """The queue of one municipality, and the task that empties it."""

    def __init__(
        self,
        tenant: str,
        pool: Pool,
        appended: Appended,
        seal: Seal,
        retire: Callable[[_Lane], None],
    ) -> None:
        self.tenant = tenant
        self._pool = pool
        self._appended = appended
        self._seal = seal
        self._retire = retire
        self._waiting: deque[tuple[Command, asyncio.Future[Outcome]]] = deque()
        self._one_by_one = 0
        """How many to send alone: among them is one that the database refused to store."""
        # Not in the context of the request that happens to be the first.
        self._task = asyncio.get_running_loop().create_task(self._run(), context=Context())

    def __len__(self) -> int:
        """Give how many commands wait."""
        return len(self._waiting)

    def append(self, command: Command) -> asyncio.Future[Outcome]:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        command.span = traces.current()
        self._waiting.append((command, future))
        return future

    async def done(self) -> None:
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = self._next_batch()
                if batch and await self._sealed(batch):
                    with traces.append(self.tenant, [command.span for command, _ in batch]):
                        await self._send(batch)
        finally:
            self._retire(self)
            for _, future in self._waiting:  # the process is stopping
                future.cancel()

    def _next_batch(self) -> list[tuple[Command, asyncio.Future[Outcome]]]:
        """Take what may go together: on one history only one chain, and a key only once."""
        batch: list[tuple[Command, asyncio.Future[Outcome]]] = []
        streams: set[UUID] = set()
        chains: set[Chain | None] = set()
        keys: set[str | None] = set()
        events = 0
        most = 1 if self._one_by_one else MAX_COMMANDS
        while self._waiting and len(batch) < most:
            command, future = self._waiting[0]
            chain = command.chain
            known = chain in chains
            if command.key in keys or (not known and command.stream_id in streams):
                break
            if batch and events + len(command.events) > MAX_EVENTS:
                break
            self._waiting.popleft()
            if self._one_by_one:
                self._one_by_one -= 1
            if chain is not None and chain.broken:
                _settle(future, Conflict(command.expected))
                continue
            if not known:
                streams.add(command.stream_id)
                if chain is not None:
                    chains.add(chain)
            if command.key is not None:
                keys.add(command.key)
            events += len(command.events)
            batch.append((command, future))
        return batch

    async def _sealed(self, batch: list[tuple[Command, asyncio.Future[Outcome]]]) -> bool:
        """Seal what is in the clear; where that fails, the rest of the batch waits for its turn.

        Here, and not before: what is decided keeps its order on the way to the log.
        """
        unsealed = [each for each in batch if not each[0].is_sealed]
        if not unsealed:
            return True
        try:
            await self._seal(self.tenant, [command for command, _ in unsealed], self._pool)
        except BaseException as problem:
            if not isinstance(problem, Exception):
                _fail(batch, told(problem))
                raise
            _fail(unsealed, told(problem))
            rest = [each for each in batch if each[0].is_sealed]
            self._waiting.extendleft(reversed(rest))
            return False
        return True

    async def _send(self, batch: list[tuple[Command, asyncio.Future[Outcome]]]) -> None:
        commands = [command for command, _ in batch]
        began = perf_counter()
        try:
            if len(commands) == 1:
                one = _columns_of_one(commands[0])
                rows = await self._pool.fetch(_APPEND_ONE, self.tenant, *one)
            else:
                rows = await self._pool.fetch(_APPEND, self.tenant, *_columns(commands))
        except BaseException as problem:
            if isinstance(problem, _UNFIT) and len(batch) > 1:
                self._waiting.extendleft(reversed(batch))
                self._one_by_one = len(batch)
                return
            _fail(batch, told(problem))
            if not isinstance(problem, Exception):
                raise
            return
        APPEND_SECONDS.observe(perf_counter() - began)
        APPEND_COMMANDS.observe(len(batch))
        reached = 0
        for (command, future), row in zip(batch, rows, strict=True):
            outcome = _outcome(row)
            _COUNTS[type(outcome)].inc()
            if isinstance(outcome, Taken):
                reached = outcome.position
            elif command.chain is not None:
                command.chain.broken = True
            _settle(future, outcome)
        if reached:
            _tell(self._appended, self.tenant, reached)


_UNFIT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    ValueError,  # asyncpg's own, for what it cannot send
    TypeError,
    OverflowError,
)
"""What the database, or the driver, raises for a command that can never be stored."""

_APPEND = (
    "select * from cocreate.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)

_APPEND_ONE = (
    "select * from cocreate.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
)


def _columns_of_one(command: Command) -> tuple[object, ...]:
    """Give the arguments of the function for a single command: arrays for its events only."""
    events = _stored(command)
    return (
        command.stream_id,
        command.expected,
        command.key,
        command.fingerprint,
        command.ids,
        command.actor,
        command.actor_role,
        [event.type for event in events],
        [event.schema_version for event in events],
        [event.occurred_on for event in events],
        [event.public for event in events],
        [event.data for event in events],
    )


def _columns(commands: list[Command]) -> tuple[list[object], ...]:
    """Give the arrays of the function: one element per command, then one per event."""
    events = [event for command in commands for event in _stored(command)]
    return (
        [command.stream_id for command in commands],
        [command.expected for command in commands],
        [len(command.events) for command in commands],
        [command.key for command in commands],
        [command.fingerprint for command in commands],
        [command.ids for command in commands],
        [command.actor for command in commands],
        [command.actor_role for command in commands],
        [event.type for event in events],
        [event.schema_version for event in events],
        [event.occurred_on for event in events],
        [event.public for event in events],
        [event.data for event in events],
    )


def _stored(command: Command) -> list[Stored]:
    """Give the events of a command as they are stored: nothing goes there in the clear."""
    stored = [event for event in command.events if isinstance(event, Stored)]
    assert len(stored) == len(command.events)  # noqa: S101 - the lane sealed them
    return stored


async def cannot_seal(
    _tenant: str, _commands: Sequence[Command], _database: Pool | AnyConnection
) -> None:
    """Raise :class:`~cocreate.log.errors.NoMasterKey`: where nothing personal is to be recorded."""
    raise NoMasterKey


def _outcome(row: asyncpg.Record) -> Outcome:
    kind, position, version, recorded_at, fingerprint, ids = row
    if kind == "taken":
        return Taken(position, version, recorded_at)
    if kind == "repeated":
        return Repeated(position, version, fingerprint, ids)
    if kind in _REFUSALS:
        return Refused(cast("Refusal", kind))
    return Conflict(version)


_REFUSALS = frozenset(get_args(Refusal))


def _settle(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():  # a caller may have gone away; the log keeps what it took
        future.set_result(outcome)


def _fail(batch: list[tuple[Command, asyncio.Future[Outcome]]], problem: Exception) -> None:
    _FAILED.inc(len(batch))
    for command, future in batch:
        if command.chain is not None:
            command.chain.broken = True
        if not future.done():
            future.set_exception(problem)


def _tell(appended: Appended, tenant: str, position: int) -> None:
    try:
        appended(tenant, position)
    except Exception as problem:  # noqa: BLE001 - a hearer must not hold up the log
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Telling of an append failed", "exception": problem}
        )


def told(problem: BaseException) -> Exception:
    """Give what goes wrong in the database as an error of the log."""
    if isinstance(problem, asyncpg.NoDataFoundError):
        return UnknownMunicipality(str(problem))
    if isinstance(problem, KeysUnusable | LogUnavailable):
        return problem
    if isinstance(problem, _UNFIT):
        return Unstorable(f"{type(problem).__name__}: {problem}")
    return LogUnavailable(f"{type(problem).__name__}: {problem}")
