"""What a batch of steps changes in the tables of builds, gathered and then written at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from cocreate.log.connection import AnyConnection
from cocreate.projections.tables import Values

RowKey = tuple[UUID, str, int]
"""The project, the id of the row within it, and the audience."""


class VersionChanges:
    """The changes of a table that keeps every version.

    Rows come in the order of positions, and each says what the row is from its position on.
    """

    __slots__ = ("_ended", "_gone", "_now", "_past")

    def __init__(self) -> None:
        self._now: dict[RowKey, tuple[int, Values]] = {}
        self._past: list[tuple[RowKey, int, Values, int]] = []
        self._ended: dict[RowKey, int] = {}
        self._gone: dict[RowKey, None] = {}

    def __len__(self) -> int:
        return len(self._now) + len(self._past) + len(self._ended)

    def put(self, key: RowKey, position: int, values: Values | None, *, stored: bool) -> None:
        """Say what a row is from a position on: its values, or None where it is no more.

        ``stored`` tells whether a version of it was there before this batch.
        """
        pending = self._now.pop(key, None)
        if pending is not None:
            since, earlier = pending
            if since < position:
                self._past.append((key, since, earlier, position))
        elif stored and key not in self._ended:
            self._ended[key] = position
        if values is None:
            self._gone[key] = None
        else:
            self._gone.pop(key, None)
            self._now[key] = (position, values)

    async def write(self, connection: AnyConnection, tenant: str, schema: str, table: str) -> None:
        """Write the changes to the table, in the transaction of the caller, and forget them."""
        ended, past, now, gone = self._ended, self._past, self._now, self._gone
        self.__init__()  # type: ignore[misc]
        # Schema and table are names of our own, never input.
        if ended:
            await connection.execute(
                f"select {schema}.end_{table}($1, $2, $3, $4)",
                *_columns(ended),
                list(ended.values()),
            )
        if gone:
            await connection.execute(f"select {schema}.forget_{table}($1, $2, $3)", *_columns(gone))
        if now:
            records = [
                (tenant, project, audience, row_id, since, *values)
                for (project, row_id, audience), (since, values) in now.items()
            ]
            await connection.execute(
                f"select {schema}.write_{table}($1::{schema}.{table}[])", records
            )
        if past:
            records = [
                (tenant, project, audience, row_id, since, *values, until)
                for (project, row_id, audience), since, values, until in past
            ]
            await connection.execute(
                f"select {schema}.write_{table}_past($1::{schema}.{table}_past[])", records
            )


class RowChanges:
    """The changes of a table that keeps one row per key."""

    __slots__ = ("_gone", "_rows")

    def __init__(self) -> None:
        self._rows: dict[RowKey, Values] = {}
        self._gone: dict[RowKey, None] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, key: RowKey, values: Values | None) -> None:
        """Say what a row is now: its values, or None where it is no more."""
        if values is None:
            self._rows.pop(key, None)
            self._gone[key] = None
        else:
            self._gone.pop(key, None)
            self._rows[key] = values

    async def write(self, connection: AnyConnection, tenant: str, schema: str, table: str) -> None:
        """Write the changes to the table, in the transaction of the caller, and forget them."""
        rows, gone = self._rows, self._gone
        self.__init__()  # type: ignore[misc]
        if gone:
            await connection.execute(f"select {schema}.forget_{table}($1, $2, $3)", *_columns(gone))
        if rows:
            records = [
                (tenant, project, audience, row_id, *values)
                for (project, row_id, audience), values in rows.items()
            ]
            await connection.execute(
                f"select {schema}.write_{table}($1::{schema}.{table}[])", records
            )


def _columns(keys: Iterable[RowKey] | Mapping[RowKey, object]) -> Sequence[list[object]]:
    projects: list[object] = []
    ids: list[object] = []
    audiences: list[object] = []
    for project, row_id, audience in keys:
        projects.append(project)
        ids.append(row_id)
        audiences.append(audience)
    return projects, ids, audiences
