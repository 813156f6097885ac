"""The end of a municipality: all its data destroyed, a certificate of that in the operator's log.

Both in one transaction: whatever it is broken off at, nothing happened, and asking again does it.
It takes who owns the tables: the roles of the application may delete no event.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import asyncpg

from cocreate.domain.moment import Moment
from cocreate.domain.steps.base import Event
from cocreate.domain.subscription import (
    OPERATOR_LOG,
    CloseSubscription,
    Destroyed,
    Subscription,
)
from cocreate.domain.vocabulary import SubscriptionState
from cocreate.log.append import Held, cannot_seal, told
from cocreate.log.codec import AGGREGATE_EVENTS, Codec
from cocreate.log.connection import AnyConnection
from cocreate.log.errors import UnknownMunicipality
from cocreate.log.histories import Histories
from cocreate.log.keys import overwrite_destroyed
from cocreate.log.live import Sender
from cocreate.log.subscriptions import command_of, keep, record
from cocreate.log.tree.hashing import Frontier

_log = logging.getLogger(__name__)


async def close(
    dsn: str,
    code: str,
    step: CloseSubscription,
    sender: Sender,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Destroyed:
    """Destroy all data of a municipality that left, and give what there was.

    ``dsn`` signs in as the owner of the tables. One that was closed before gives the certificate of
    that time. Raises :class:`~cocreate.log.errors.UnknownMunicipality`, and
    :class:`~cocreate.domain.errors.RuleBroken` where it has not left.
    """
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            destroyed = await _close(connection, code, step, sender, Moment(now=clock()))
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise told(problem) from problem
    finally:
        await connection.close()
    try:
        await overwrite_destroyed(dsn, code)
    except (asyncpg.PostgresError, OSError) as problem:
        _log.warning("The deleted keys wait for the next vacuum to be overwritten: %s", problem)
    return destroyed


async def _close(
    connection: AnyConnection, code: str, step: CloseSubscription, sender: Sender, moment: Moment
) -> Destroyed:
    await connection.execute("select cocreate.hold_log($1)", OPERATOR_LOG)
    subscription = await Histories(connection, Codec(AGGREGATE_EVENTS)).subscription(code)
    if subscription is None:
        raise UnknownMunicipality(code)
    if subscription.state is SubscriptionState.CLOSED and subscription.destroyed is not None:
        return subscription.destroyed
    subscription.require_closable(moment)
    row = await connection.fetchrow("select * from cocreate.destroy_municipality($1)", code)
    assert row is not None  # noqa: S101 - a function that gives one
    # On a cluster the directory is on every node, and so not of what went where the log was.
    await connection.execute("delete from cocreate.municipality where tenant_id = $1", code)
    destroyed = _as_destroyed(row)
    subscription.close(step, destroyed, moment)
    await _certify(connection, subscription, sender)
    return destroyed


async def _certify(connection: AnyConnection, subscription: Subscription, sender: Sender) -> None:
    held = Held(connection, OPERATOR_LOG, cannot_seal)
    events = cast("list[Event]", subscription.collect_events())
    command = command_of(subscription.id, events, sender, subscription.code)
    await record(held, command, sender, subscription.code)
    await keep(connection, subscription)


def _as_destroyed(row: asyncpg.Record) -> Destroyed:
    tree = Frontier(row["tree_size"], tuple(row["peaks"]))
    return Destroyed(
        position=row["position"],
        tree_size=tree.size,
        root_hash=tree.root.hex(),
        projects=row["projects"],
        keys=row["keys"],
        persons=row["persons"],
    )
