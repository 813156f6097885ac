"""Spreading the tables of tenants over the nodes of a Citus cluster, each tenant whole on one.

What there is to spread is found in the catalogue: every table with a ``tenant_id`` goes by it, all
colocated with the heads of the logs; tables beside them without one are copied to every node; and a
function goes to the node of the tenant that is its first argument, ``p_tenant``. So what a later
migration or a read model brings is taken in by itself. A schema without any table of tenants, such
as that of a queue, stays where it is.

Whatever a function may not do there, the files beside this one say otherwise: they replace it.
"""

from __future__ import annotations

from importlib.resources import files

from cocreate.log.connection import AnyConnection, Pool


class CitusMissing(Exception):  # noqa: N818 - what is found
    """The database has no Citus, or has it without nodes that tables can be spread over."""

    def __init__(self, what: str = "The embedded database has no cluster to spread over") -> None:
        super().__init__(f"{what}: see docs/deployment.md")


async def is_spread(database: Pool | AnyConnection) -> bool:
    """Tell whether the logs of a database are spread over a Citus cluster."""
    return bool(await database.fetchval(_HAS_CITUS) and await database.fetchval(_IS_SPREAD))


async def require(connection: AnyConnection) -> None:
    """Make sure that there is a cluster to spread over. Raises :class:`CitusMissing`."""
    if not await connection.fetchval(_HAS_CITUS):
        message = "The extension citus is not in this database"
        raise CitusMissing(message)
    if not await connection.fetchval(_HAS_NODES):
        message = "The cluster has no nodes"
        raise CitusMissing(message)


async def keep_here(connection: AnyConnection) -> None:
    """Let what a transaction makes stay on this node, until :func:`spread` is called."""
    await connection.execute("set local citus.enable_ddl_propagation = off")


async def change_everywhere(connection: AnyConnection) -> None:
    """Let what a transaction changes of tables be changed on every node."""
    await connection.execute(_EVERYWHERE)


async def spread(connection: AnyConnection) -> list[str]:
    """Spread what is not yet, and name the tables. Safe to run at any time, under lock.

    Raises :class:`CitusMissing`.
    """
    await require(connection)
    await _ready_workers(connection)
    async with connection.transaction():
        await _name_in_full(connection)
        await _run(connection, "roles.sql")
        await connection.execute(_sql("replaced.sql"))
        # What there is already is copied as it is: triggers had their turn when it was made.
        await connection.execute(
            "set local citus.propagate_set_commands = 'local';"
            " set local session_replication_role = replica"
        )
        done = await _spread_the_rest(connection)
        # What was copied would else stay here unseen, with keys that nobody could destroy.
        for table in reversed(done):
            await connection.execute(
                "select truncate_local_data_after_distributing_table($1::text::regclass)", table
            )
        return done


async def spread_new(connection: AnyConnection) -> None:
    """Spread what a transaction made, and leave alone what all others work with."""
    await _name_in_full(connection)
    await _spread_the_rest(connection)


async def _name_in_full(connection: AnyConnection) -> None:
    await change_everywhere(connection)
    # Whatever is deparsed is to be named in full. And whether a table is a shard is asked once of
    # each, not at every look: that took minutes.
    await connection.execute(
        "set local search_path = pg_catalog; set local citus.override_table_visibility = off"
    )


async def _spread_the_rest(connection: AnyConnection) -> list[str]:
    # Functions in SQL depend on the tables that they name, which could not go before them.
    await _run(connection, "languages.sql")
    await _run(connection, "plans.sql")
    done = await _run(connection, "tables.sql")
    await _run(connection, "functions.sql")
    return done


async def _ready_workers(connection: AnyConnection) -> None:
    """Make ready what tables need on every worker: it is not of the transaction that makes them."""
    for _, statement in await connection.fetch(_sql("workers.sql")):
        for worker in await connection.fetch("select * from run_command_on_workers($1)", statement):
            if not worker["success"]:
                message = f"{worker['nodename']}:{worker['nodeport']} says: {worker['result']}"
                raise CitusMissing(message)


async def _run(connection: AnyConnection, file: str) -> list[str]:
    """Run the statements that a query gives, each beside what it is about, and give these."""
    rows = await connection.fetch(_sql(file))
    for _, statement in rows:
        await connection.execute(statement)
    return [about for about, _ in rows]


def _sql(name: str) -> str:
    return (files("cocreate.log.citus") / name).read_text(encoding="utf-8")


_HAS_CITUS = "select exists (select from pg_extension where extname = 'citus')"
_HAS_NODES = "select exists (select from pg_dist_node where shouldhaveshards)"
_IS_SPREAD = (
    "select exists (select from pg_dist_partition"
    " where logicalrelid = to_regclass('cocreate.log_head'))"
)
# Triggers are safe here: they touch what is of the same tenant, and so beside their table. Shards
# are made one by one, since only the connection that made a type or a function sees it until then.
_EVERYWHERE = """
set local citus.enable_ddl_propagation = on;
set local citus.enable_unsafe_triggers = on;
set local citus.multi_shard_modify_mode = 'sequential';
set local client_min_messages = warning;
"""
