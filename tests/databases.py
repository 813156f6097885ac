"""Databases for tests: on a server, or with COCREATE_TEST_CITUS_URL on all nodes of a cluster.

That is the address of a database of the coordinator that knows the workers. Whoever signs in
there is a superuser, and may do so on the workers.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

CITUS_URL = os.environ.get("COCREATE_TEST_CITUS_URL")
OVER_CITUS = CITUS_URL is not None
QUICK_LOOKS: Mapping[str, str] = {"citus.override_table_visibility": "off"}
"""As cocreate.log.connection has it, for connections of tests that look up types of rows."""
NOT_OVER_CITUS: Mapping[str, str] = {
    "audit/test_backup.py": "a cluster is backed up node by node, with PostgreSQL's own means",
}
"""Tests that say nothing of a cluster, by what their ids hold, and why."""


@contextlib.asynccontextmanager
async def temporary_database(server: str, template: str | None = None) -> AsyncIterator[str]:
    """Make a database, empty or a copy of one that nobody is connected to; give its address."""
    name = f"test_{uuid4().hex}"
    async with contextlib.AsyncExitStack() as stack:
        nodes = [await connected(stack, server)]
        workers = await workers_of(nodes[0])
        nodes += [await connected(stack, on_node(server, *worker)) for worker in workers]
        for node in nodes:
            await make(node, name, template, in_cluster=bool(workers))
            stack.push_async_callback(drop, node, name)
        dsn = with_database(server, name)
        if workers and template is None:
            await join(dsn, workers)
        yield dsn


async def workers_of(coordinator: asyncpg.Connection) -> list[tuple[str, int]]:
    """Give the hosts and ports of the workers; a test may have a server besides the cluster."""
    if not await coordinator.fetchval("select to_regclass('pg_dist_node') is not null"):
        return []
    rows = await coordinator.fetch(
        "select nodename, nodeport from pg_dist_node where groupid <> 0 order by 1, 2"
    )
    return [(row["nodename"], row["nodeport"]) for row in rows]


async def connected(stack: contextlib.AsyncExitStack, dsn: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(dsn)
    stack.push_async_callback(connection.close)
    return connection


async def make(
    node: asyncpg.Connection, name: str, template: str | None, *, in_cluster: bool
) -> None:
    if in_cluster and template is not None:
        # Each node watches over every database, and keeps connections to the others.
        await node.execute(f"alter database {template} allow_connections false")
        await node.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1",
            template,
        )
    await node.execute(f"create database {name} template {template or 'template1'}")


async def drop(node: asyncpg.Connection, name: str) -> None:
    await node.execute(f"drop database if exists {name} with (force)")


async def join(dsn: str, workers: list[tuple[str, int]]) -> None:
    """Let the databases of one name on all nodes be one cluster."""
    for host, port in workers:
        async with contextlib.AsyncExitStack() as stack:
            worker = await connected(stack, on_node(dsn, host, port))
            await worker.execute("create extension citus")
    async with contextlib.AsyncExitStack() as stack:
        coordinator = await connected(stack, dsn)
        await coordinator.execute("create extension citus")
        address = urlsplit(dsn)
        await coordinator.execute(
            "select citus_set_coordinator_host($1, $2)", address.hostname, address.port or 5432
        )
        for host, port in workers:
            await coordinator.execute("select citus_add_node($1, $2)", host, port)


@contextlib.asynccontextmanager
async def past_triggers(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Change in a transaction what triggers guard, as only a superuser can."""
    async with connection.transaction():
        # On a cluster what is set for a transaction goes along to the nodes that hold the rows.
        await connection.execute(
            "set local citus.propagate_set_commands = 'local';"
            " set local session_replication_role = replica"
        )
        yield


def with_database(dsn: str, name: str) -> str:
    """Give the address of another database on the same server."""
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()


def on_node(dsn: str, host: str, port: int) -> str:
    """Give the address of the same database on another node."""
    address = urlsplit(dsn)
    signs_in, at, _ = address.netloc.rpartition("@")
    return address._replace(netloc=f"{signs_in}{at}{host}:{port}").geturl()
