"""The doctor: says in plain words what is wrong with an installation, and what to do about it.

It only looks. It may look while the installation runs: what it needs of a log is read in one
snapshot, and what takes long is read in pages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import asyncpg
import msgspec

from cocreate.audit.guards import (
    Finding,
    changed_migrations,
    forbidden_privileges,
    mighty_roles,
    missing_policies,
    missing_roles,
    missing_triggers,
    unmigrated,
)
from cocreate.audit.tree_checks import unsigned
from cocreate.domain.subscription import OPERATOR_LOG
from cocreate.log.connection import AnyConnection, Pool, act_for, open_pool
from cocreate.log.errors import KeysUnusable, UnknownMunicipality
from cocreate.log.keys import Keys
from cocreate.log.master import KeyManagement
from cocreate.log.signing import SigningKeys
from cocreate.log.tree.checkpoints import Checkpoint, open_checkpoint
from cocreate.log.tree.errors import Unsound
from cocreate.log.tree.hashing import Frontier
from cocreate.log.tree.notes import Note
from cocreate.projections.builds import Builds
from cocreate.projections.lag import lags, parked

PATIENCE = timedelta(seconds=30)
"""For how long an event may wait for the tree and the read models."""
AT_MOST = 20
"""How many histories of one log are named."""

_RECORD = "restore the database from a backup, and find out who changed it"


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at, and with which keys."""

    municipality: str | None = None
    """The only one whose log is looked at."""
    quick: bool = False
    """Whether to leave out what takes as long as the logs are: hashing them."""
    signing: SigningKeys | None = None
    """The keys that sign for the trees, where trees are signed."""
    master: KeyManagement | None = None
    patience: timedelta = PATIENCE


async def examine(dsn: str, examination: Examination) -> AsyncIterator[Finding]:
    """Yield what is wrong with the installation on a database, as its owner sees it.

    Raises :class:`UnknownMunicipality`. Where the schema or a role is missing, it yields no more
    than that.
    """
    connection = await asyncpg.connect(dsn, server_settings={"timezone": "UTC", "jit": "off"})
    try:
        found = False
        for essential in (unmigrated, missing_roles):
            async for finding in essential(connection):
                found = True
                yield finding
        if found:
            return
        for check in _GUARDS:
            async for finding in check(connection):
                yield finding
        async with await open_pool(dsn, "cocreate_app", size=1) as pool:
            async for finding in _keys(pool, examination.master):
                yield finding
            async for finding in _read_models(connection, pool, examination):
                yield finding
        for code in await _tenants(connection, examination.municipality):
            async for finding in _log(connection, code, examination):
                yield finding
    finally:
        await connection.close()


_GUARDS = (
    changed_migrations,
    mighty_roles,
    forbidden_privileges,
    missing_policies,
    missing_triggers,
)


async def _tenants(connection: AnyConnection, only: str | None) -> Sequence[str]:
    """Give whose logs are looked at: those of all municipalities and the operator's, or one."""
    rows = await connection.fetch(
        "select tenant_id from cocreate.municipality where $1::text in (tenant_id, '') order by 1",
        only or "",
    )
    if only is not None and not rows:
        raise UnknownMunicipality(only)
    codes = [row["tenant_id"] for row in rows]
    return codes if only is not None else [*codes, OPERATOR_LOG]


async def _keys(pool: Pool, master: KeyManagement | None) -> AsyncIterator[Finding]:
    """Find that what was sealed cannot be opened."""
    try:
        await Keys(pool, master).require()
    except KeysUnusable as problem:
        yield Finding(
            "personal data",
            str(problem),
            "set the master key that this installation was used with; without it no personal data"
            " can be read or recorded",
        )


# -- read models ----------------------------------------------------------------------------------


async def _read_models(
    connection: AnyConnection, pool: Pool, examination: Examination
) -> AsyncIterator[Finding]:
    """Find read models that are missing, not complete or behind, and projects they left out."""
    builds = Builds()
    await builds.load(pool)
    for name in builds.models:
        if name not in builds:
            yield Finding(
                f"read model {name}", "there is no build of this release", "run `cocreate migrate`"
            )
    for lag in await lags(pool, builds, examination.municipality):
        where = f"read model {lag.projection} of {lag.municipality}"
        if not lag.complete:
            yield Finding(
                where,
                f"it is not complete, at position {lag.position} of {lag.head}, and not read from",
                "let `cocreate serve` or `cocreate work` finish it",
            )
        elif await _overdue(connection, lag.municipality, lag.position, examination.patience):
            yield Finding(
                where,
                f"it is behind, at position {lag.position} of {lag.head}",
                "see that `cocreate serve` or `cocreate work` runs, and what it logs",
            )
    for left in (each.in_short() for each in await parked(pool, builds, examination.municipality)):
        yield Finding(
            f"read model {left.projection} of {left.municipality}",
            f"project {left.project} is parked at position {left.position}: {left.reason}",
            f"mend the cause, then run `cocreate projections repair {left.municipality}`",
        )


async def _overdue(
    connection: AnyConnection, code: str, position: int, patience: timedelta
) -> bool:
    """Tell whether the event after a position has waited for too long."""
    async with connection.transaction(readonly=True):
        await act_for(connection, code)
        overdue: bool | None = await connection.fetchval(
            "select recorded_at < clock_timestamp() - $3::interval from cocreate.event"
            " where tenant_id = $1 and position = $2",
            code,
            position + 1,
            patience,
        )
    return bool(overdue)


# -- logs -----------------------------------------------------------------------------------------


async def _log(
    connection: AnyConnection, code: str, examination: Examination
) -> AsyncIterator[Finding]:
    """Find what is wrong with the log of a municipality, and with its tree."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await act_for(connection, code)
        async for finding in _positions(connection, code):
            yield finding
        async for finding in _histories(connection, code):
            yield finding
        tree = await connection.fetchrow(
            "select t.*, h.position as head from cocreate.log_head h"
            " left join cocreate.tree t using (tenant_id) where h.tenant_id = $1",
            code,
        )
    if tree is not None:
        async for finding in _tree(connection, code, tree, examination):
            yield finding


async def _positions(connection: AnyConnection, code: str) -> AsyncIterator[Finding]:
    """Find a gap in a log, and a head that is not its last event."""
    log = await connection.fetchrow(_POSITIONS, code)
    if log is None:
        yield Finding(f"log of {code}", "it has no head, so nothing can be recorded", _RECORD)
        return
    if log["gap"] is not None:
        yield Finding(f"log of {code}", f"there is no event at position {log['gap']}", _RECORD)
    if log["head"] != log["last"]:
        yield Finding(
            f"log of {code}",
            f"its head says position {log['head']}, and its last event is at {log['last']}",
            _RECORD,
        )
    elif not log["same_moment"]:
        yield Finding(
            f"log of {code}",
            "its head has another moment than its last event was recorded at",
            _RECORD,
        )


_POSITIONS = """
    select h.position as head, e.last, e.gap,
        h.recorded_at = coalesce(
            (select l.recorded_at from cocreate.event l
                where l.tenant_id = $1 and l.position = h.position), '-infinity') as same_moment
        from cocreate.log_head h
        cross join (
            select coalesce(max(p.position), 0) as last,
                min(p.before + 1) filter (where p.position <> p.before + 1) as gap
                from (
                    select position, lag(position, 1, 0::bigint) over (order by position) as before
                        from cocreate.event where tenant_id = $1) p) e
        where h.tenant_id = $1
"""


async def _histories(connection: AnyConnection, code: str) -> AsyncIterator[Finding]:
    """Find histories with a gap in their versions, and rows that say another version."""
    for row in await connection.fetch(_HISTORIES, code, AT_MOST):
        where = f"history {row['stream_id']} in the log of {code}"
        if row["gapless"] is False:
            yield Finding(
                where,
                f"it has {row['events']} events, and the last is version {row['last']}",
                _RECORD,
            )
        if row["kept"] != row["last"]:
            yield Finding(
                where,
                f"its last event is version {row['last'] or 0}, and what is kept of it says"
                f" {row['kept'] or 0}",
                _RECORD,
            )


_HISTORIES = """
    select * from (
        select stream_id, max(version) as last, count(*) as events,
            min(version) = 1 and count(*) = max(version) as gapless
            from cocreate.event where tenant_id = $1 group by stream_id) e
        full join (
            select stream_id, version as kept from cocreate.stream where tenant_id = $1) s
            using (stream_id)
        where not gapless or kept is distinct from last
        order by stream_id limit $2
"""


# -- trees ----------------------------------------------------------------------------------------


async def _tree(
    connection: AnyConnection, code: str, tree: asyncpg.Record, examination: Examination
) -> AsyncIterator[Finding]:
    """Find a tree that is not that of its log, and one that is not what was signed."""
    size, head = tree["size"] or 0, tree["head"]
    where = f"tree of {code}"
    if size > head:
        yield Finding(
            where, f"it has {size} entries, and the log is no further than {head}", _RECORD
        )
    elif examination.signing is not None and await _overdue(
        connection, code, size, examination.patience
    ):
        yield Finding(
            where,
            f"it is signed up to position {size}, and the log is at {head}",
            "see that `cocreate serve` runs with these signing keys, and what it logs",
        )
    if not size:
        return
    try:
        signed = _signed(tree, examination.signing)
    except Unsound as problem:
        yield Finding(
            where,
            f"its checkpoint does not hold: {problem}",
            "set COCREATE_SIGNING_KEYS_FILE to the keys that signed it; if it is set to them,"
            f" {_RECORD}",
        )
        return
    try:
        stored = Frontier(size, tuple(tree["peaks"]))
    except Unsound as problem:
        yield Finding(where, f"what is kept to grow it cannot be right: {problem}", _RECORD)
    else:
        if (stored.size, stored.root) != (signed.size, signed.root):
            yield Finding(where, "what is kept to grow it is not what was signed", _RECORD)
    if not examination.quick:
        async for finding in unsigned(connection, code, signed):
            yield finding


def _signed(tree: asyncpg.Record, keys: SigningKeys | None) -> Checkpoint:
    """Give the checkpoint of a tree, verified where there are keys; raises :class:`Unsound`."""
    note = Note.parse(tree["checkpoint"] or b"")
    if keys is None:
        return Checkpoint.parse(note.text)
    origin = tree["origin"]
    return open_checkpoint(note, origin, keys.verifiers(origin)).checkpoint
