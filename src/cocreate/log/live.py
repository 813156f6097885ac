"""Deciding: a command meets its project in memory, and what it decides goes to the log.

Projects that are in use stay in memory, within a bound. Their state is never trusted blindly: the
append checks the version it was decided on, and a rule that seems broken is only believed after
the log was asked whether another process wrote since. Commands on one project decide one after
another on the state that those before them made, without waiting for the log; when the log does
not take one of them, those behind it are decided again on what really happened.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import cast
from uuid import UUID, uuid4

import asyncpg
import msgspec

from cocreate.domain.errors import RuleBroken
from cocreate.domain.moment import Moment, Rules
from cocreate.domain.municipality import Municipality, RegisterMunicipality, municipality_id
from cocreate.domain.project import SNAPSHOT_SCHEMA, Project, ProjectSnapshot
from cocreate.domain.project.snapshot import ProjectState
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.steps.course import StartProject
from cocreate.log.append import Appender, Chain, Command, Conflict, Outcome, Repeated, Taken
from cocreate.log.codec import AGGREGATE_EVENTS, Codec, set_envelope
from cocreate.log.connection import Pool
from cocreate.log.errors import KeyReused, UnknownMunicipality, UnknownProject, VersionConflict

ATTEMPTS = 8
"""How often a command that lost a race is decided again."""

SNAPSHOT_EVERY = 500
"""A snapshot is due after this many events, or half of the history where that is more.

So the work of taking snapshots stays in proportion to the events that were written.
"""

MAX_LIVE_STEPS = 1_000_000
"""How many steps the histories kept in memory hold together."""

RULES_KEPT = 5.0
"""For how many seconds the rules of a municipality are used without asking the log again."""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends a command, and how it may be told from others.

    ``expected`` is the version that the sender saw; ``key`` makes a repeat harmless.
    """

    actor: str
    actor_role: str
    expected: int | None = None
    key: str | None = None
    fingerprint: bytes | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a command came to: the project's new version and the position of its last event."""

    project: UUID
    version: int
    position: int
    ids: list[str | None]
    events: int = 0
    """How many events were recorded now: none where the command was taken before."""
    repeated: bool = False


class _Live:
    """A project in memory, and the last command on it that went to the log."""

    def __init__(self) -> None:
        self.project: Project | None = None
        self.chain = Chain()
        self.loading: asyncio.Task[None] | None = None
        self.last: asyncio.Future[Outcome] | None = None
        self.confirmed = 0
        """The version up to which the log is known to hold what is in memory."""
        self.others = 0
        """How often the log turned out to hold steps that another process wrote."""
        self.snapshot_version = 0

    @property
    def busy(self) -> bool:
        """Whether a command has no outcome yet, or the project is being loaded."""
        return self.loading is not None or (self.last is not None and not self.last.done())

    def forget(self, project: Project) -> None:
        """Let go of a state that turned out false, unless a newer one took its place."""
        if self.project is project:
            self.project = None

    async def settle(self) -> None:
        """Wait for the outcome of the commands that were sent so far."""
        if self.last is not None and not self.last.done():
            await asyncio.wait([self.last])


class _LostRace(Exception):  # noqa: N818
    """The log did not take what was decided, since the state in memory was not that of the log."""


class LiveProjects:
    """Takes commands on projects."""

    def __init__(
        self,
        pool: Pool,
        appender: Appender,
        *,
        codec: Codec | None = None,
        max_live_steps: int = MAX_LIVE_STEPS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._pool = pool
        self._appender = appender
        self._codec = codec or Codec(AGGREGATE_EVENTS)
        self._live: OrderedDict[tuple[str, UUID], _Live] = OrderedDict()
        self._max_live_steps = max_live_steps
        self._clock = clock
        self._rules: dict[str, tuple[float, Rules]] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def moment(self, tenant: str, *, importing: bool = False) -> Moment:
        """Give the moment it is, under the rules of a municipality.

        Raises :class:`~cocreate.log.errors.UnknownMunicipality`.
        """
        kept = self._rules.get(tenant)
        if kept is None or monotonic() - kept[0] > RULES_KEPT:
            municipality = await self.municipality(tenant)
            kept = self._rules[tenant] = (monotonic(), municipality.rules())
        return Moment(now=self._clock(), rules=kept[1], importing=importing)

    async def municipality(self, tenant: str) -> Municipality:
        """Give a municipality as its log has it now.

        Raises :class:`~cocreate.log.errors.UnknownMunicipality`.
        """
        stream_id = municipality_id(tenant)
        rows = await self._pool.fetch(
            "select * from cocreate.read_history($1, $2, 0, null)", tenant, stream_id
        )
        municipality: Municipality | None = None
        for row in rows:
            municipality = self._event(stream_id, row).mutate(municipality)
        if municipality is None:
            raise UnknownMunicipality(tenant)
        return municipality

    async def register(self, step: RegisterMunicipality, sender: Sender) -> Receipt:
        """Give a municipality its log, with its registration as the first event.

        Raises :class:`~cocreate.log.errors.VersionConflict` where it has one.
        """
        await self._pool.execute(
            "select cocreate.register_municipality($1, $2)", step.code, step.name
        )
        registered = Municipality.register(step, Moment(now=self._clock()))
        return await self.record_municipality(step.code, registered, sender)

    async def record_municipality(
        self, tenant: str, municipality: Municipality, sender: Sender
    ) -> Receipt:
        """Append what was decided on a municipality itself.

        Raises :class:`~cocreate.log.errors.VersionConflict` and
        :class:`~cocreate.log.errors.KeyReused`.
        """
        command = self._command(municipality.id, _collect(municipality), sender, [tenant])
        outcome = await self._appender.append(tenant, command)
        self._rules.pop(tenant, None)
        if isinstance(outcome, Conflict):
            refused = VersionConflict(command.expected, outcome.version)
            return await self._repeat_or_raise(tenant, sender, refused)
        return _receipt(municipality.id, [tenant], outcome, sender)

    async def start(self, tenant: str, step: StartProject, sender: Sender) -> Receipt:
        """Start a project.

        Raises :class:`~cocreate.domain.errors.RuleBroken` and the errors of the log.
        """
        project = Project.start(uuid4(), step, await self.moment(tenant))
        command = self._command(project.id, _collect(project), sender, [str(project.id)])
        outcome = await asyncio.shield(self._appender.append(tenant, command))
        if isinstance(outcome, Conflict):  # the id is new, so its key is the one of another command
            refused = VersionConflict(0, outcome.version)
            receipt = await self._repeat_or_raise(tenant, sender, refused)
        else:
            receipt = _receipt(project.id, [str(project.id)], outcome, sender)
        return msgspec.structs.replace(receipt, project=UUID(receipt.ids[0]))

    async def take(
        self,
        tenant: str,
        project_id: UUID,
        steps: Sequence[Step],
        sender: Sender,
        *,
        importing: bool = False,
    ) -> Receipt:
        """Take the steps of one command on a project; they stand or fall together.

        Raises :class:`~cocreate.domain.errors.RuleBroken`,
        :class:`~cocreate.log.errors.UnknownProject`,
        :class:`~cocreate.log.errors.VersionConflict`, :class:`~cocreate.log.errors.KeyReused`,
        :class:`~cocreate.log.errors.LogUnavailable`.
        """
        commutes = sender.expected is None and all(step.commutes for step in steps)
        refused: Exception = UnknownProject(str(project_id))
        for _ in range(ATTEMPTS):
            moment = await self.moment(tenant, importing=importing)
            live, project = await self._get(tenant, project_id)
            chain, others, before = live.chain, live.others, project.version
            try:
                return await self._decide(tenant, live, project, steps, moment, sender)
            except (RuleBroken, VersionConflict) as problem:
                refused = problem
                if not await self._moved(tenant, live, project, chain, before):
                    break
            except _LostRace:
                live, project = await self._get(tenant, project_id)
                refused = VersionConflict(before, project.version)
                if not commutes and live.others != others:
                    break
        return await self._repeat_or_raise(tenant, sender, refused)

    async def _decide(
        self,
        tenant: str,
        live: _Live,
        project: Project,
        steps: Sequence[Step],
        moment: Moment,
        sender: Sender,
    ) -> Receipt:
        """Decide on the state in memory, and see whether the log takes it."""
        if sender.expected is not None and sender.expected != project.version:
            raise VersionConflict(sender.expected, project.version)
        try:
            ids = project.take(steps, moment)
        except RuleBroken:
            if project.pending_events:  # an earlier step of the command was let in already
                live.forget(project)
            raise
        command = self._command(project.id, _collect(project), sender, ids)
        outcome = await self._send(tenant, live, project, command)
        if isinstance(outcome, Conflict):
            raise _LostRace
        if isinstance(outcome, Taken):
            self._snapshot_when_due(tenant, project.id, live)
        return _receipt(project.id, ids, outcome, sender, len(command.events))

    async def _send(self, tenant: str, live: _Live, project: Project, command: Command) -> Outcome:
        command.chain = live.chain
        future = self._appender.append(tenant, command)
        live.last = future

        def settled(done: asyncio.Future[Outcome]) -> None:
            # Here rather than after the await: the caller may have gone away by then.
            if not done.cancelled() and done.exception() is None:
                outcome = done.result()
                if isinstance(outcome, Taken):
                    live.confirmed = max(live.confirmed, outcome.version)
                    return
            live.forget(project)

        future.add_done_callback(settled)
        return await asyncio.shield(future)

    async def _moved(
        self, tenant: str, live: _Live, project: Project, chain: Chain, before: int
    ) -> bool:
        """Tell whether a refusal was decided on a state that is not that of the log."""
        await live.settle()
        if chain.broken:
            return True
        version: int = await self._pool.fetchval(
            "select cocreate.read_version($1, $2)", tenant, project.id
        )
        known = before if live.project is not project else max(before, project.version)
        if version > known:
            live.forget(project)
            return True
        return False

    async def _repeat_or_raise(self, tenant: str, sender: Sender, refused: Exception) -> Receipt:
        """Give the first answer to a command that was taken before; else raise what refused it."""
        if sender.key is not None:
            row = await self._pool.fetchrow(
                "select * from cocreate.read_command($1, $2)", tenant, sender.key
            )
            if row is not None:
                first = Repeated(row["position"], row["version"], row["fingerprint"], row["ids"])
                return _receipt(row["stream_id"], [], first, sender)
        raise refused

    async def _get(self, tenant: str, project_id: UUID) -> tuple[_Live, Project]:
        key = (tenant, project_id)
        live = self._live.get(key)
        if live is None:
            live = self._live[key] = _Live()
        self._live.move_to_end(key)
        while True:
            if live.project is not None and not live.chain.broken:
                return live, live.project
            if live.loading is None:
                live.loading = asyncio.create_task(self._load(tenant, project_id, live))
            await asyncio.shield(live.loading)

    async def _load(self, tenant: str, project_id: UUID, live: _Live) -> None:
        try:
            await live.settle()
            project, snapshot_version = await self._read(tenant, project_id)
            if project is None:
                self._live.pop((tenant, project_id), None)
                raise UnknownProject(str(project_id))
            if live.confirmed and project.version > live.confirmed:
                live.others += 1
            live.confirmed = project.version
            live.snapshot_version = snapshot_version
            live.project, live.chain = project, Chain()
            self._make_room()
        finally:
            live.loading = None

    async def _read(self, tenant: str, project_id: UUID) -> tuple[Project | None, int]:
        """Give a project from its last snapshot and the events after it."""
        rows = await self._pool.fetch(
            "select * from cocreate.read_history($1, $2, 0, $3)",
            tenant,
            project_id,
            SNAPSHOT_SCHEMA,
        )
        project: Project | None = None
        snapshot_version = 0
        for number, row in enumerate(rows, 1):
            if row["type"] is None:
                snapshot_version = row["version"]
                project = _restore(project_id, snapshot_version, row["data"])
                continue
            event = self._event(project_id, row)
            project = event.mutate(project)
            if number % 500 == 0:
                await asyncio.sleep(0)  # a long history must not hold up the other requests
        return project, snapshot_version

    def _event(self, stream_id: UUID, row: asyncpg.Record) -> Event:
        event = self._codec.decode(row["type"], row["schema_version"], row["data"])
        set_envelope(
            event,
            stream_id,
            row["version"],
            row["recorded_at"],
            row["occurred_on"],
            row["public"],
        )
        return event

    def _command(
        self, stream_id: UUID, events: Sequence[Event], sender: Sender, ids: Sequence[str | None]
    ) -> Command:
        first = events[0].originator_version
        return Command(
            stream_id=stream_id,
            expected=first - 1,
            events=[self._codec.encode(event) for event in events],
            actor=sender.actor,
            actor_role=sender.actor_role,
            ids=msgspec.json.encode(ids),
            key=sender.key,
            fingerprint=sender.fingerprint,
        )

    def _make_room(self) -> None:
        """Let go of the projects that were used longest ago, when memory holds too much."""
        held = sum(live.confirmed for live in self._live.values())
        for key, live in list(self._live.items()):
            if held <= self._max_live_steps or len(self._live) == 1:
                return
            if not live.busy:
                held -= live.confirmed
                del self._live[key]

    def _snapshot_when_due(self, tenant: str, project_id: UUID, live: _Live) -> None:
        grown = live.confirmed - live.snapshot_version
        if grown < max(SNAPSHOT_EVERY, live.snapshot_version // 2):
            return
        live.snapshot_version = live.confirmed
        task = asyncio.create_task(self._take_snapshot(tenant, project_id))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _take_snapshot(self, tenant: str, project_id: UUID) -> None:
        """Write a snapshot of what the log holds, which is never ahead of it."""
        project, _ = await self._read(tenant, project_id)
        if project is None:
            return
        snapshot = ProjectSnapshot.take(project)
        await self._pool.execute(
            "select cocreate.write_snapshot($1, $2, $3, $4, $5)",
            tenant,
            project_id,
            snapshot.originator_version,
            SNAPSHOT_SCHEMA,
            _STATE_ENCODER.encode(snapshot.state),
        )

    async def close(self) -> None:
        """Wait for what is under way: commands, and snapshots."""
        await self._appender.drain()
        if self._background:
            await asyncio.gather(*self._background, return_exceptions=True)


_STATE_ENCODER = msgspec.msgpack.Encoder()
_STATE_DECODER = msgspec.msgpack.Decoder(ProjectState)


def _restore(project_id: UUID, version: int, state: bytes) -> Project:
    decoded = _STATE_DECODER.decode(state)
    snapshot = ProjectSnapshot(
        originator_id=project_id,
        originator_version=version,
        timestamp=decoded["_modified_on"],
        topic="cocreate.domain.project.project:Project",
        state=decoded,
    )
    return cast("Project", snapshot.mutate(None))


def _collect(aggregate: Project | Municipality) -> list[Event]:
    return cast("list[Event]", aggregate.collect_events())


def _receipt(
    project_id: UUID,
    ids: Sequence[str | None],
    outcome: Taken | Repeated,
    sender: Sender,
    events: int = 1,
) -> Receipt:
    """Give the answer to a command; one that was taken before gets the answer of that time."""
    if isinstance(outcome, Taken):
        return Receipt(
            project=project_id,
            version=outcome.version,
            position=outcome.position,
            ids=list(ids),
            events=events,
        )
    if outcome.fingerprint != sender.fingerprint:
        raise KeyReused
    return Receipt(
        project=project_id,
        version=outcome.version,
        position=outcome.position,
        ids=msgspec.json.decode(outcome.ids, type=list[str | None]),
        repeated=True,
    )
