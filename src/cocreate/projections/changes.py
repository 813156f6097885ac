"""What a batch of steps changes in the tables of builds, gathered and then written at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from cocreate.projections.tables import Values

RowKey = tuple[UUID, str, int]
"""The project, the id of the row within it, and the audience."""


class Call(msgspec.Struct, frozen=True):
    """A call of a function of a build."""

    function: str
    given: Sequence[object]


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

    def calls(self, tenant: str, schema: str, table: str) -> Iterator[Call]:
        """Yield the calls that write the changes, in order, and forget them."""
        ended, past, now, gone = self._ended, self._past, self._now, self._gone
        self.__init__()  # type: ignore[misc]
        if ended:
            yield Call(f"{schema}.end_{table}", (tenant, *_columns(ended), list(ended.values())))
        if gone:
            yield Call(f"{schema}.forget_{table}", (tenant, *_columns(gone)))
        if now:
            yield Call(
                f"{schema}.write_{table}",
                (
                    tenant,
                    [
                        (tenant, project, audience, row_id, since, *values)
                        for (project, row_id, audience), (since, values) in now.items()
                    ],
                ),
            )
        if past:
            yield Call(
                f"{schema}.write_{table}_past",
                (
                    tenant,
                    [
                        (tenant, project, audience, row_id, since, *values, until)
                        for (project, row_id, audience), since, values, until in past
                    ],
                ),
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

    def calls(self, tenant: str, schema: str, table: str) -> Iterator[Call]:
        """Yield the calls that write the changes, in order, and forget them."""
        rows, gone = self._rows, self._gone
        self.__init__()  # type: ignore[misc]
        if gone:
            yield Call(f"{schema}.forget_{table}", (tenant, *_columns(gone)))
        if rows:
            yield Call(
                f"{schema}.write_{table}",
                (
                    tenant,
                    [
                        (tenant, project, audience, row_id, *values)
                        for (project, row_id, audience), values in rows.items()
                    ],
                ),
            )


def statement(calls: Sequence[Call]) -> tuple[str, list[object]]:
    """Give the one statement that makes calls in their order, and what it is given.

    All in one round trip. A list of results is worked out from left to right, and each of these
    functions sees what those before it did.
    """
    given: list[object] = []
    told = []
    for call in calls:
        first = len(given) + 1
        given += call.given
        places = ", ".join(f"${number}" for number in range(first, len(given) + 1))
        # The names are of our own, never input.
        told.append(f"{call.function}({places})")
    return f"select {', '.join(told)}", given


def _columns(keys: Iterable[RowKey] | Mapping[RowKey, object]) -> Sequence[list[object]]:
    projects: list[object] = []
    ids: list[object] = []
    audiences: list[object] = []
    for project, row_id, audience in keys:
        projects.append(project)
        ids.append(row_id)
        audiences.append(audience)
    return projects, ids, audiences
