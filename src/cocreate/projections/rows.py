"""The rows a fold works on: in memory while it runs, in a table of the read model after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from cocreate.log.connection import AnyConnection
from cocreate.projections.known import Audience

R = TypeVar("R", bound=msgspec.Struct)

Key = tuple[UUID, str]
"""The project, and the id of the row within it."""


class Table(Generic[R]):
    """A table of a read model: how its rows are named, stored and restored.

    Each read model has a schema of its own in the database. Every table starts with the columns
    ``tenant_id, project_id, audience, id``, its key.
    """

    def __init__(
        self,
        schema: str,
        name: str,
        *,
        record: Callable[[R], tuple[object, ...]],
        restore: Callable[[asyncpg.Record], R],
        related: Callable[[R], Iterable[str]] | None = None,
        only_added: bool = False,
    ) -> None:
        self.schema = schema
        self.name = name
        self.record = record
        """Gives the values of the columns after the key."""
        self.restore = restore
        """Gives the row from a record of the table."""
        self.related = related
        """Gives the ids of other rows that a step on this row may change as well."""
        self.only_added = only_added
        """Whether rows are written once and never looked up by a fold."""


class TableRows(Generic[R]):
    """The rows of one table that are in memory, and which of them changed."""

    __slots__ = ("changed", "rows", "table")

    def __init__(self, table: Table[R]) -> None:
        self.table = table
        self.rows: dict[Key, R] = {}
        self.changed: dict[Key, R] = {}

    def put(self, key: Key, row: R) -> None:
        """Add a row, or note that it changed."""
        self.rows[key] = row
        self.changed[key] = row


class Rows:
    """The rows of one read model that a batch of events touches, for one audience."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.public = audience is Audience.PUBLIC
        self._tables: dict[Table[Any], TableRows[Any]] = {}

    def of(self, table: Table[R]) -> TableRows[R]:
        """Give the rows of a table."""
        found = self._tables.get(table)
        if found is None:
            found = self._tables[table] = TableRows(table)
        return found

    def changed(self, table: Table[R], tenant: str) -> list[tuple[object, ...]]:
        """Give the changed rows as records of the table, and count them as written."""
        held = self.of(table)
        audience, record = int(self.audience), table.record
        records = [
            (tenant, project, audience, row_id, *record(row))
            for (project, row_id), row in held.changed.items()
        ]
        held.changed = {}
        if table.only_added:
            held.rows = {}
        return records


async def load(
    connection: AnyConnection,
    tables: Sequence[Table[Any]],
    tenant: str,
    keys: Iterable[Key],
    audiences: Sequence[Rows],
) -> None:
    """Bring the rows with these keys into memory, and those that they are related to."""
    wanted = dict.fromkeys(keys)
    related = await _load(connection, tables, tenant, list(wanted), audiences)
    further = [key for key in related if key not in wanted]
    await _load(connection, tables, tenant, further, audiences)


async def _load(
    connection: AnyConnection,
    tables: Sequence[Table[Any]],
    tenant: str,
    keys: list[Key],
    audiences: Sequence[Rows],
) -> dict[Key, None]:
    related: dict[Key, None] = {}
    if not keys:
        return related
    projects, ids = [key[0] for key in keys], [key[1] for key in keys]
    for table in tables:
        if table.only_added:
            continue
        # The name is that of one of our own tables, never input. Without the fence of "offset 0"
        # and statistics, the planner would rather compare every key with every row.
        found = await connection.fetch(
            "select t.* from unnest($2::uuid[], $3::text[]) as k (project_id, id)"  # noqa: S608
            f" cross join lateral (select * from {table.schema}.{table.name} r"
            " where r.tenant_id = $1 and r.project_id = k.project_id and r.id = k.id"
            " and r.audience = any($4) offset 0) t",
            tenant,
            projects,
            ids,
            [int(rows.audience) for rows in audiences],
        )
        for record in found:
            row = table.restore(record)
            project = record["project_id"]
            audiences[record["audience"]].of(table).rows[project, record["id"]] = row
            if table.related is not None:
                related.update(dict.fromkeys((project, other) for other in table.related(row)))
    return related


async def write(
    connection: AnyConnection, tables: Sequence[Table[Any]], tenant: str, audiences: Sequence[Rows]
) -> None:
    """Write the changed rows to their tables."""
    for table in tables:
        records = [record for rows in audiences for record in rows.changed(table, tenant)]
        if records:
            await connection.execute(
                f"select {table.schema}.write_{table.name}($1::{table.schema}.{table.name}[])",
                records,
            )
