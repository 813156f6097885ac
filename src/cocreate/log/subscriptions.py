"""Subscriptions: decided while the operator's log is held, and kept for who takes commands.

Whoever takes a step in a subscription holds the operator's log until it is done, so two operators
decide one after the other. What a municipality may do from then on is written in the same
transaction (``schema/0013_subscription.sql``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID

import msgspec

from cocreate.domain.errors import SubscriptionIs
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, RegisterMunicipality
from cocreate.domain.steps.base import Event, content_of
from cocreate.domain.subscription import (
    DEFAULT_PLAN,
    OPERATOR_LOG,
    ActivateSubscription,
    DefinePlan,
    InviteMunicipality,
    Plan,
    PlanDefined,
    Subscription,
    SubscriptionStep,
    plans_id,
)
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.append import Appender, Command, Conflict, Held
from cocreate.log.codec import AGGREGATE_EVENTS, Codec
from cocreate.log.connection import AnyConnection, Pool
from cocreate.log.errors import UnknownMunicipality, VersionConflict
from cocreate.log.histories import Histories
from cocreate.log.live import Receipt, Sender, receipt_of

CHANGED = "subscriptions"
"""The topic of the signal that what a municipality may do has changed."""
CLOSED = "closed"
"""The topic of the signal that a municipality is no more."""


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """One who subscribed, or was invited to, as the operator lists them."""

    code: str
    name: str
    state: SubscriptionState
    plan: str
    since: date
    last_day: date | None


class Use(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much a municipality uses of what its plan holds."""

    projects: int
    keys: int
    events_today: int
    """In the day it is in Europe/Amsterdam."""


class Subscriptions:
    """Takes the steps in subscriptions, and tells how they stand.

    Every method raises :class:`~cocreate.log.errors.LogUnavailable`; those that take a step raise
    :class:`~cocreate.domain.errors.RuleBroken`, :class:`~cocreate.log.errors.VersionConflict` and
    :class:`~cocreate.log.errors.KeyReused` too.
    """

    def __init__(
        self,
        pool: Pool,
        appender: Appender,
        *,
        changed: Callable[[str], None] = lambda _code: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._pool = pool
        self._appender = appender
        self._changed = changed
        self._clock = clock

    # -- steps ------------------------------------------------------------------------------------

    async def register(self, step: RegisterMunicipality, sender: Sender) -> Receipt:
        """Give a municipality its log, with its registration as the first event.

        One that was not invited is, under the default plan, in the same transaction. Gives the
        receipt of its own log. Raises :class:`~cocreate.log.errors.VersionConflict` where it has a
        log already.
        """
        moment = self._moment()
        async with self._appender.hold(OPERATOR_LOG) as held:
            histories = self._histories(held.connection)
            subscription = await histories.subscription(step.code)
            if subscription is None:
                subscription = await self._invited(histories, step, moment)
            elif subscription.state is SubscriptionState.CLOSED:
                raise SubscriptionIs(state=subscription.state)
            receipt = await self._open(held, step, sender, moment)
            if receipt.repeated:
                return receipt
            if subscription.state is SubscriptionState.INVITED:
                begin = ActivateSubscription(occurred_on=step.occurred_on)
                subscription.activate(begin, await histories.plans(), moment)
            await self._append(held, subscription, _unnamed(sender))
            await keep(held.connection, subscription)
        self._changed(step.code)
        return receipt

    async def invite(self, step: InviteMunicipality, sender: Sender) -> Receipt:
        """Invite a municipality; raises :class:`~cocreate.domain.errors.SubscriptionIs`."""
        async with self._appender.hold(OPERATOR_LOG) as held:
            histories = self._histories(held.connection)
            first = await self._first(histories, sender)
            if first is not None:
                return first
            known = await self._found(held.connection, step.code)
            if known is not None:
                raise SubscriptionIs(state=known.state)
            subscription = Subscription.invite(step, await histories.plans(), self._moment())
            receipt = await self._append(held, subscription, sender)
            await keep(held.connection, subscription)
        self._changed(step.code)
        return receipt

    async def take(self, code: str, step: SubscriptionStep, sender: Sender) -> Receipt:
        """Take a step in the subscription of a municipality.

        Raises :class:`~cocreate.log.errors.UnknownMunicipality`.
        """
        moment = self._moment()
        async with self._appender.hold(OPERATOR_LOG) as held:
            histories = self._histories(held.connection)
            first = await self._first(histories, sender)
            if first is not None:
                return first
            subscription = await self._found(held.connection, code)
            if subscription is None:
                raise UnknownMunicipality(code)
            stands = subscription.version - len(subscription.pending_events)
            if sender.expected not in (None, stands):
                raise VersionConflict(sender.expected or 0, stands)
            subscription.take(step, await histories.plans(), moment)
            receipt = await self._append(held, subscription, sender)
            if isinstance(step, ActivateSubscription):
                registration = RegisterMunicipality(
                    occurred_on=step.occurred_on, code=code, name=subscription.name
                )
                await self._open(held, registration, _unnamed(sender), moment)
            await keep(held.connection, subscription)
        self._changed(code)
        return receipt

    async def define_plan(self, step: DefinePlan, sender: Sender) -> Receipt:
        """Say what a plan holds, for whoever takes it from now on."""
        content = content_of(step) | {"visibility": step.visibility or step.by_default}
        async with self._appender.hold(OPERATOR_LOG) as held:
            histories = self._histories(held.connection)
            first = await self._first(histories, sender)
            if first is not None:
                return first
            stands = await histories.version(OPERATOR_LOG, plans_id())
            if sender.expected not in (None, stands):
                raise VersionConflict(sender.expected or 0, stands)
            event = PlanDefined(**content)
            command = command_of(plans_id(), [event], sender, step.plan, after=stands)
            return await record(held, command, sender, step.plan)

    # -- how they stand ---------------------------------------------------------------------------

    async def plans(self) -> Mapping[str, Plan]:
        """Give the plans by name, as they are defined now."""
        return await self._histories(self._pool).plans()

    async def plans_version(self) -> int:
        """Tell how often plans were defined."""
        return await self._histories(self._pool).version(OPERATOR_LOG, plans_id())

    async def find(self, code: str) -> Subscription | None:
        """Give a subscription as the operator's log has it now; None where there never was any.

        A municipality that got its log in another way is subscribed to the default plan.
        """
        return await self._found(self._pool, code)

    async def subscribers(self) -> Sequence[Subscriber]:
        """Give all who ever subscribed or were invited, by their code."""
        rows = await self._pool.fetch("select * from cocreate.read_subscribers($1)", OPERATOR_LOG)
        return [
            Subscriber(
                code=row["code"],
                name=row["name"],
                state=SubscriptionState(row["state"]),
                plan=row["plan"],
                since=row["since"],
                last_day=row["last_day"],
            )
            for row in rows
        ]

    async def use(self, code: str) -> Use:
        """Tell how much a municipality uses of its quotas; nothing where it has no log."""
        row = await self._pool.fetchrow("select * from cocreate.read_use($1)", code)
        if row is None:
            return Use(projects=0, keys=0, events_today=0)
        return Use(projects=row["projects"], keys=row["keys"], events_today=row["events_today"])

    # -- the parts of a step ----------------------------------------------------------------------

    def _moment(self) -> Moment:
        return Moment(now=self._clock())

    def _histories(self, database: Pool | AnyConnection) -> Histories:
        return Histories(database, _CODEC)

    async def _found(self, database: Pool | AnyConnection, code: str) -> Subscription | None:
        histories = self._histories(database)
        subscription = await histories.subscription(code)
        if subscription is not None:
            return subscription
        name = await database.fetchval(
            "select name from cocreate.municipality where tenant_id = $1", code
        )
        if name is None:
            return None
        moment = self._moment()
        step = RegisterMunicipality(occurred_on=moment.today, code=code, name=name)
        subscription = await self._invited(histories, step, moment)
        begin = ActivateSubscription(occurred_on=moment.today)
        subscription.activate(begin, await histories.plans(), moment)
        return subscription

    async def _invited(
        self, histories: Histories, step: RegisterMunicipality, moment: Moment
    ) -> Subscription:
        invitation = InviteMunicipality(
            occurred_on=step.occurred_on, code=step.code, name=step.name, plan=DEFAULT_PLAN
        )
        return Subscription.invite(invitation, await histories.plans(), moment)

    async def _first(self, histories: Histories, sender: Sender) -> Receipt | None:
        """Give the receipt of a command that was taken before."""
        if sender.key is None:
            return None
        found = await histories.command(OPERATOR_LOG, sender.key)
        return None if found is None else receipt_of(found[0], [], found[1], sender)

    async def _open(
        self, held: Held, step: RegisterMunicipality, sender: Sender, moment: Moment
    ) -> Receipt:
        """Make the log of a municipality, unless it has one, and register it there."""
        await self._histories(held.connection).register(step.code, step.name)
        own = await held.hold(step.code)
        municipality = Municipality.register(step, moment)
        events = cast("list[Event]", municipality.collect_events())
        command = command_of(municipality.id, events, sender, step.code)
        return await record(own, command, sender, step.code)

    async def _append(self, held: Held, subscription: Subscription, sender: Sender) -> Receipt:
        events = cast("list[Event]", subscription.collect_events())
        command = command_of(subscription.id, events, sender, subscription.code)
        return await record(held, command, sender, subscription.code)


def command_of(
    stream: UUID, events: Sequence[Event], sender: Sender, about: str, *, after: int | None = None
) -> Command:
    """Give the command that records events, the first of which comes after a version."""
    expected = events[0].originator_version - 1 if after is None else after
    return Command(
        stream_id=stream,
        expected=expected,
        events=[_CODEC.encode(event) for event in events],
        actor=sender.actor,
        actor_role=sender.actor_role,
        ids=msgspec.json.encode([about]),
        key=sender.key,
        fingerprint=sender.fingerprint,
    )


async def record(held: Held, command: Command, sender: Sender, about: str) -> Receipt:
    """Append a command to a log that is held, and give the receipt.

    Raises :class:`~cocreate.log.errors.VersionConflict` and
    :class:`~cocreate.log.errors.KeyReused`.
    """
    [outcome] = await held.append([command])
    if isinstance(outcome, Conflict):
        raise VersionConflict(command.expected, outcome.version)
    return receipt_of(command.stream_id, [about], outcome, sender)


async def keep(connection: AnyConnection, subscription: Subscription) -> None:
    """Keep what a municipality may do by its subscription, in the transaction of its event."""
    quotas = subscription.quotas
    await connection.execute(
        "select cocreate.keep_subscriber($1, $2, $3, $4, $5, $6, $7)",
        OPERATOR_LOG,
        subscription.code,
        subscription.name,
        subscription.state,
        subscription.plan,
        subscription.since,
        subscription.last_day,
    )
    await connection.execute(
        "select cocreate.keep_standing($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        subscription.code,
        subscription.state,
        subscription.accepts,
        subscription.last_day,
        subscription.plan,
        quotas.projects,
        quotas.keys,
        quotas.events_per_day,
        quotas.requests_per_second,
    )


def _unnamed(sender: Sender) -> Sender:
    """Give a sender whose key is of a command in another log."""
    return msgspec.structs.replace(sender, key=None, expected=None)


_CODEC = Codec(AGGREGATE_EVENTS)
