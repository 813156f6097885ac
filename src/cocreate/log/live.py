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
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from time import monotonic
from typing import cast
from uuid import UUID, uuid4

import msgspec

from cocreate.domain.errors import ReservedText, RuleBroken
from cocreate.domain.moment import Moment, Rules
from cocreate.domain.municipality import Municipality
from cocreate.domain.project import Project
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.steps.course import StartProject
from cocreate.log.append import (
    Appender,
    Chain,
    Command,
    Conflict,
    Held,
    Outcome,
    Refused,
    Repeated,
    Taken,
)
from cocreate.log.codec import AGGREGATE_EVENTS, Codec, Stored, Unsealed, secrets_of
from cocreate.log.connection import Pool
from cocreate.log.errors import (
    KeyReused,
    NotSubscribed,
    UnknownProject,
    Unstorable,
    VersionConflict,
)
from cocreate.log.histories import Histories
from cocreate.log.keys import Keys
from cocreate.log.sealing import may_be_personal
from cocreate.log.tokens import MARK

ATTEMPTS = 8
"""How often a command that lost a race is decided again."""

SNAPSHOT_EVERY = 500
"""A snapshot is due after this many events, or half of the history where that is more.

So the work of taking snapshots stays in proportion to the events that were written.
"""

MAX_LIVE_STEPS = 1_000_000
"""How many steps the histories kept in memory hold together."""

INSIST_AFTER = 3
"""After how many lost races a command that commutes is decided while the log is held for it.

A busy process is always first to write again: without this, another would never get a word in.
"""

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
    fingerprint: bytes = b""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a command came to: the project's new version and the position of its last event."""

    project: UUID
    version: int
    position: int
    ids: list[str | None]
    events: int = 0
    """How many events were recorded now: none where the command was taken before."""
    repeated: bool = False


class Rehearsal(msgspec.Struct, frozen=True):
    """What steps would come to if they were taken now."""

    version: int
    """The version of the project that it was worked out on; 0 before its start."""
    events: Sequence[Event]


class _Live:
    """A project in memory, and the last command on it that went to the log."""

    def __init__(self) -> None:
        self.users = 0
        """How many commands are being taken, or on their way without one who waits for them."""
        self.insisting: list[_Insisting] = []
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
        """Whether a command is under way, or the project is being loaded."""
        return self.users > 0 or self.loading is not None or bool(self.insisting)

    def forget(self, project: Project) -> None:
        """Let go of a state that turned out false, unless a newer one took its place."""
        if self.project is project:
            self.project = None

    async def settle(self) -> None:
        """Wait for the outcome of the commands that were sent so far."""
        if self.last is not None and not self.last.done():
            await asyncio.wait([self.last])


class _Insisting(msgspec.Struct):
    """A command that waits to be decided while the log is held."""

    steps: Sequence[Step]
    moment: Moment
    sender: Sender
    receipt: asyncio.Future[Receipt]


class _LostRace(Exception):  # noqa: N818
    """The log did not take what was decided, since the state in memory was not that of the log."""


class LiveProjects:
    """Takes commands on projects."""

    def __init__(
        self,
        pool: Pool,
        appender: Appender,
        keys: Keys,
        *,
        codec: Codec | None = None,
        max_live_steps: int = MAX_LIVE_STEPS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.aside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
        """Entered while a command waits for the log, and there is nothing to do for it."""
        self._appender = appender
        self._keys = keys
        self._codec = codec or Codec(AGGREGATE_EVENTS)
        self._histories = Histories(pool, self._codec)
        self._live: OrderedDict[tuple[str, UUID], _Live] = OrderedDict()
        self._max_live_steps = max_live_steps
        self._live_steps = 0
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
        return await self._histories.municipality(tenant)

    def forget(self, tenant: str) -> None:
        """Keep nothing of a municipality that is no more, but for what is under way."""
        self._rules.pop(tenant, None)
        for key, live in list(self._live.items()):
            if key[0] == tenant and not live.busy:
                self._confirm(live, 0)
                del self._live[key]

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
        return receipt_of(municipality.id, [tenant], outcome, sender)

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
            receipt = receipt_of(project.id, [str(project.id)], outcome, sender)
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
        :class:`~cocreate.log.errors.LogUnavailable`, and
        :class:`~cocreate.log.errors.KeysUnusable` for personal data that cannot be sealed.
        """
        if sender.key is not None and self._keys.at_hand and any(map(may_be_personal, steps)):
            keyed = await self._keys.fingerprint(tenant, sender.fingerprint)
            sender = msgspec.structs.replace(sender, fingerprint=keyed)
        key = (tenant, project_id)
        live = self._live.get(key)
        if live is None:
            live = self._live[key] = _Live()
        self._live.move_to_end(key)
        live.users += 1
        try:
            return await self._take(tenant, project_id, live, steps, sender, importing=importing)
        finally:
            live.users -= 1
            self._let_go(key, live)
            self._make_room()

    async def rehearse(
        self, tenant: str, project_id: UUID | None, steps: Sequence[Step]
    ) -> Rehearsal:
        """Tell what steps would come to now, and record nothing; without a project, its start.

        It is decided on a history of its own: nobody else must meet what was never recorded.
        Raises :class:`~cocreate.domain.errors.RuleBroken`, as taking them would, and
        :class:`~cocreate.log.errors.UnknownProject`.
        """
        moment = await self.moment(tenant)
        if project_id is None:
            [start] = steps
            project, version = Project.start(uuid4(), cast("StartProject", start), moment), 0
        else:
            found, _ = await self._histories.project(tenant, project_id)
            if found is None:
                raise UnknownProject(str(project_id))
            project, version = found, found.version
            project.take(steps, moment)
        events = _collect(project)
        for event in events:
            self._as_sent(event)
        return Rehearsal(version, events)

    async def take_held(
        self, held: Held, project_id: UUID, step: Step, moment: Moment, sender: Sender
    ) -> Receipt:
        """Take a step on a project of a log that is held, on what the log has.

        It is recorded when the log is let go. Raises :class:`~cocreate.domain.errors.RuleBroken`,
        :class:`~cocreate.log.errors.UnknownProject`,
        :class:`~cocreate.log.errors.VersionConflict` and :class:`~cocreate.log.errors.KeyReused`.
        """
        histories = Histories(held.connection, self._codec)
        project, _ = await histories.project(held.tenant, project_id)
        if project is None:
            raise UnknownProject(str(project_id))
        before = project.version
        if sender.expected not in (None, before):
            raise VersionConflict(sender.expected or 0, before)
        ids = project.take([step], moment)
        command = self._command(project_id, _collect(project), sender, ids)
        [outcome] = await held.append([command])
        if isinstance(outcome, Conflict):
            raise VersionConflict(before, outcome.version)
        return receipt_of(project_id, ids, outcome, sender, len(command.events))

    async def _take(
        self,
        tenant: str,
        project_id: UUID,
        live: _Live,
        steps: Sequence[Step],
        sender: Sender,
        *,
        importing: bool,
    ) -> Receipt:
        commutes = sender.expected is None and all(step.commutes for step in steps)
        refused: Exception = UnknownProject(str(project_id))
        for attempt in range(ATTEMPTS):
            moment = await self.moment(tenant, importing=importing)
            project = await self._get(tenant, project_id, live)
            chain, others, before = live.chain, live.others, project.version
            try:
                return await self._decide(tenant, live, project, steps, moment, sender)
            except (RuleBroken, VersionConflict) as problem:
                refused = problem
                if not await self._moved(tenant, live, project, chain, before):
                    break
            except _LostRace:
                project = await self._get(tenant, project_id, live)
                refused = VersionConflict(before, project.version)
                if not commutes and live.others != others:
                    break
                if commutes and attempt + 1 >= INSIST_AFTER:
                    try:
                        return await self._insist(tenant, project_id, live, steps, moment, sender)
                    except RuleBroken as problem:
                        refused = problem
                    break
        return await self._repeat_or_raise(tenant, sender, refused)

    async def _insist(
        self,
        tenant: str,
        project_id: UUID,
        live: _Live,
        steps: Sequence[Step],
        moment: Moment,
        sender: Sender,
    ) -> Receipt:
        """Decide a command while the log is held, together with others that insist on it."""
        insisting = _Insisting(steps, moment, sender, asyncio.get_running_loop().create_future())
        live.insisting.append(insisting)
        if len(live.insisting) == 1:
            self._in_background(self._take_insisting(tenant, project_id, live))
        return await asyncio.shield(insisting.receipt)

    async def _take_insisting(self, tenant: str, project_id: UUID, live: _Live) -> None:
        most = len(live.insisting)
        while live.insisting:
            turn = live.insisting[:most]
            most = len(live.insisting)
            try:
                answered = await self._take_turn(tenant, project_id, live, turn)
            except Exception as problem:  # noqa: BLE001 - it is told to those who wait
                if isinstance(problem, Unstorable) and len(turn) > 1:
                    most = 1  # let the one that cannot be stored fail alone
                    continue
                answered = len(turn)
                for insisting in turn:
                    insisting.receipt.set_exception(problem)
            del live.insisting[:answered]

    async def _take_turn(
        self, tenant: str, project_id: UUID, live: _Live, turn: Sequence[_Insisting]
    ) -> int:
        """Decide what insists, in order, on what the log holds; give how many have an answer.

        A turn ends behind a command that leaves the project as it is not in the log.
        """
        decided: list[tuple[list[str | None], Command] | Exception] = []
        sound = True
        async with self._appender.hold(tenant) as held:
            histories = Histories(held.connection, self._codec)
            project, snapshot_version = await histories.project(tenant, project_id)
            if project is None:
                raise UnknownProject(str(project_id))
            for insisting in turn:
                try:
                    ids = project.take(insisting.steps, insisting.moment)
                except Exception as problem:  # noqa: BLE001 - told to who sent the command
                    decided.append(problem)
                    sound = not project.pending_events and isinstance(problem, RuleBroken)
                    if not sound:
                        break
                else:
                    command = self._command(project_id, _collect(project), insisting.sender, ids)
                    decided.append((ids, command))
            commands = [one[1] for one in decided if not isinstance(one, Exception)]
            outcomes = await held.append(commands) if commands else []
        if held.reached:
            live.chain.broken = True
        if sound and all(isinstance(outcome, Taken) for outcome in outcomes):
            live.others += 1
            live.project, live.chain = project, Chain()
            live.snapshot_version = snapshot_version
            self._confirm(live, project.version)
            self._snapshot_when_due(tenant, project_id, live)
        return _answer(project_id, turn, decided, outcomes)

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
            command = self._command(project.id, _collect(project), sender, ids)
        except BaseException as problem:
            # Whatever was let in before it went wrong must not be what later commands meet.
            if project.pending_events or not isinstance(problem, RuleBroken):
                live.forget(project)
            raise
        outcome = await self._send(tenant, live, project, command)
        if isinstance(outcome, Conflict):
            raise _LostRace
        if isinstance(outcome, Taken):
            self._snapshot_when_due(tenant, project.id, live)
        return receipt_of(project.id, ids, outcome, sender, len(command.events))

    async def _send(self, tenant: str, live: _Live, project: Project, command: Command) -> Outcome:
        command.chain = live.chain
        future = self._appender.append(tenant, command)
        live.last = future
        live.users += 1

        def settled(done: asyncio.Future[Outcome]) -> None:
            # Here rather than after the await: the caller may have gone away by then.
            live.users -= 1
            if not done.cancelled() and done.exception() is None:
                outcome = done.result()
                if isinstance(outcome, Taken):
                    self._confirm(live, max(live.confirmed, outcome.version))
                    return
            live.forget(project)
            self._let_go((tenant, project.id), live)

        future.add_done_callback(settled)
        async with self.aside():
            return await asyncio.shield(future)

    async def _moved(
        self, tenant: str, live: _Live, project: Project, chain: Chain, before: int
    ) -> bool:
        """Tell whether a refusal was decided on a state that is not that of the log."""
        await live.settle()
        if chain.broken:
            return True
        version = await self._histories.version(tenant, project.id)
        known = before if live.project is not project else max(before, project.version)
        if version > known:
            live.forget(project)
            return True
        return False

    async def _repeat_or_raise(self, tenant: str, sender: Sender, refused: Exception) -> Receipt:
        """Give the first answer to a command that was taken before; else raise what refused it."""
        if sender.key is not None:
            first = await self._histories.command(tenant, sender.key)
            if first is not None:
                return receipt_of(first[0], [], first[1], sender)
        raise refused

    async def _get(self, tenant: str, project_id: UUID, live: _Live) -> Project:
        while True:
            if live.project is not None and not live.chain.broken:
                return live.project
            if live.loading is None:
                live.loading = asyncio.create_task(self._load(tenant, project_id, live))
            await asyncio.shield(live.loading)

    async def _load(self, tenant: str, project_id: UUID, live: _Live) -> None:
        try:
            await live.settle()
            project, snapshot_version = await self._histories.project(tenant, project_id)
            if project is None:
                raise UnknownProject(str(project_id))
            if live.project is not None and not live.chain.broken:
                return  # one that was decided while the log was held is there already
            if live.confirmed and project.version > live.confirmed:
                live.others += 1
            self._confirm(live, project.version)
            live.snapshot_version = snapshot_version
            live.project, live.chain = project, Chain()
        finally:
            live.loading = None
            self._let_go((tenant, project_id), live)

    def _command(
        self, stream_id: UUID, events: Sequence[Event], sender: Sender, ids: Sequence[str | None]
    ) -> Command:
        first = events[0].originator_version
        return Command(
            stream_id=stream_id,
            expected=first - 1,
            events=[self._as_sent(event) for event in events],
            actor=sender.actor,
            actor_role=sender.actor_role,
            ids=msgspec.json.encode(ids),
            key=sender.key,
            fingerprint=sender.fingerprint,
        )

    def _as_sent(self, event: Event) -> Stored | Unsealed:
        """Give an event on its way to the log.

        Raises :class:`~cocreate.domain.errors.ReservedText` for one that could pass for sealed.
        """
        stored = self._codec.encode(event)
        if _MARK in stored.data:
            raise ReservedText(mark=MARK)
        secrets = secrets_of(event)
        return Unsealed(event, secrets) if secrets else stored

    def _make_room(self) -> None:
        """Let go of the projects that were used longest ago, when memory holds too much."""
        if self._live_steps <= self._max_live_steps:
            return
        for key, live in list(self._live.items())[:-1]:
            if not live.busy:
                self._confirm(live, 0)
                del self._live[key]
                if self._live_steps <= self._max_live_steps:
                    return

    def _let_go(self, key: tuple[str, UUID], live: _Live) -> None:
        """Keep nothing of what nobody uses and holds no project."""
        if live.project is None and not live.busy and self._live.get(key) is live:
            self._confirm(live, 0)
            del self._live[key]

    def _confirm(self, live: _Live, version: int) -> None:
        self._live_steps += version - live.confirmed
        live.confirmed = version

    def _snapshot_when_due(self, tenant: str, project_id: UUID, live: _Live) -> None:
        grown = live.confirmed - live.snapshot_version
        if grown < max(SNAPSHOT_EVERY, live.snapshot_version // 2):
            return
        live.snapshot_version = live.confirmed
        self._in_background(self._histories.take_snapshot(tenant, project_id))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Wait for what is under way: commands, and snapshots."""
        await self._appender.drain()
        if self._background:
            await asyncio.gather(*self._background, return_exceptions=True)


def _answer(
    project_id: UUID,
    turn: Sequence[_Insisting],
    decided: Sequence[tuple[list[str | None], Command] | Exception],
    outcomes: Sequence[Outcome],
) -> int:
    """Answer the commands of a turn up to the first that was decided on a false state."""
    left = iter(outcomes)
    for answered, (insisting, one) in enumerate(zip(turn, decided, strict=False)):
        if isinstance(one, Exception):
            insisting.receipt.set_exception(one)
            continue
        ids, command = one
        outcome = next(left)
        if isinstance(outcome, Conflict):
            return answered
        try:
            receipt = receipt_of(project_id, ids, outcome, insisting.sender, len(command.events))
        except (KeyReused, NotSubscribed) as problem:
            insisting.receipt.set_exception(problem)
        else:
            insisting.receipt.set_result(receipt)
        if isinstance(outcome, Repeated):
            return answered + 1
    return len(decided)


_MARK = MARK.encode()


def _collect(aggregate: Project | Municipality) -> list[Event]:
    return cast("list[Event]", aggregate.collect_events())


def receipt_of(
    project_id: UUID,
    ids: Sequence[str | None],
    outcome: Taken | Repeated | Refused,
    sender: Sender,
    events: int = 1,
) -> Receipt:
    """Give the answer to a command; one that was taken before gets the answer of that time.

    Raises :class:`~cocreate.log.errors.NotSubscribed`, and
    :class:`~cocreate.log.errors.KeyReused`.
    """
    if isinstance(outcome, Refused):
        raise NotSubscribed(outcome.refusal)
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
