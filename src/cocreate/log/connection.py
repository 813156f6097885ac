"""Connections to PostgreSQL, each bound to the role that may do no more than its work needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

Role = Literal["cocreate_app", "cocreate_projector", "cocreate_notary", "cocreate_webhooks"]


class Connection(asyncpg.Connection):
    """A connection that is handed back as it is.

    Nothing here leaves state in a session: every setting is local to its transaction. So the
    round trip with which asyncpg cleans a connection on release is not needed. A transaction
    left open is still an error that asyncpg reports.
    """

    def get_reset_query(self) -> str:
        """Give no statement to run on release."""
        return ""


if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    AnyConnection = asyncpg.Connection[Any] | PoolConnectionProxy[Any]
else:
    Pool = asyncpg.Pool
    AnyConnection = asyncpg.Connection


ANSWER_SECONDS: Mapping[Role, float | None] = {
    "cocreate_app": 30.0,
    "cocreate_projector": None,
    "cocreate_notary": 60.0,
    "cocreate_webhooks": 30.0,
}
"""How long a statement may take; a rebuild takes as long as its log is."""


SETTINGS: Mapping[Role, Mapping[str, str]] = {
    # Longer than the driver waits: for statements of a process that is no more.
    "cocreate_app": {"statement_timeout": "60s"},
    # Rows and checkpoints go together, so what a crash of the server takes is folded again.
    "cocreate_projector": {"synchronous_commit": "off"},
    # What was signed is published at once, so it must outlive a crash.
    "cocreate_notary": {},
    # What a crash takes is sent again: that is what receivers are told to expect.
    "cocreate_webhooks": {},
}


async def open_pool(dsn: str, role: Role, *, size: int = 10) -> Pool:
    """Open a pool of connections that act as a role, whoever signed in."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        connection_class=Connection,
        max_inactive_connection_lifetime=600,
        # The projector writes what a batch changed in one statement, of which there are many.
        statement_cache_size=400 if role == "cocreate_projector" else 100,
        max_cached_statement_lifetime=0,
        command_timeout=ANSWER_SECONDS[role],
        server_settings={
            "role": role,
            "timezone": "UTC",
            "application_name": role,
            "jit": "off",
            # On a cluster, looking up the type of a row would ask of every table whether it is a
            # shard, again and again: seconds for each read model. Elsewhere it says nothing.
            "citus.override_table_visibility": "off",
            **SETTINGS[role],
        },
    )


class Usage(NamedTuple):
    """The connections of a pool, and who waits for one."""

    used: int
    free: int
    waiting: int


def usage(pool: Pool) -> Usage:
    """Tell how many connections of a pool are used and free, and how many wait for one."""
    # The pool does not tell who waits: those are the getters of its queue.
    waiting = getattr(getattr(pool, "_queue", None), "_getters", ())
    free = pool.get_idle_size()
    return Usage(pool.get_size() - free, free, len(waiting))


async def act_for(connection: AnyConnection, tenant: str) -> None:
    """Say whose tables the rest of a transaction works in.

    ``set local`` reaches the other nodes of a Citus cluster, where ``set_config()`` does not; it
    takes no parameters.
    """
    quoted = tenant.replace("'", "''")
    await connection.execute(
        f"set local citus.propagate_set_commands = 'local'; set local cocreate.tenant = '{quoted}'"
    )
