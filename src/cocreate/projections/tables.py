"""The tables of read models: which rows there are, as a function of the accounts and the steps.

A table starts with the columns of its key, ``tenant_id, project_id, audience, id``; the columns
after it are the fields of its row struct, in order. Where every version is kept, ``known_from``
stands between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import astuple

from cocreate.projections.accounts import AnyAccount
from cocreate.projections.known import Known

A = TypeVar("A", bound=AnyAccount)

Values = tuple[object, ...]
"""A row as a record of its table, without the key."""


class About(msgspec.Struct, frozen=True):
    """What is fixed of a project: rows may tell it beside what an account says.

    Only a correction changes these, and then all rows of the project are worked out anew.
    """

    title: str = ""
    sector: str = ""
    initiative: str = ""
    department: str = ""
    place: str | None = None


NOTHING = About()


class VersionedTable(Generic[A]):
    """Rows of which every version is kept, by the position of the log that made it.

    ``rows`` gives the rows of an account: their ids, unique in the project and table, each with
    its struct. It is pure, and asked again whenever a step changed the account; for that of a
    project, where a step only counted on it, no more than those that say they are ``counting``.
    """

    def __init__(
        self,
        name: str,
        of: type[A] | tuple[type[A], ...],
        rows: Callable[[A, About], Iterable[tuple[str, msgspec.Struct]]],
        *,
        counting: bool = False,
    ) -> None:
        self.name = name
        self.counting = counting
        """Whether its rows tell how many subjects or supporters a project has, or its last day."""
        self.of = of if isinstance(of, tuple) else (of,)
        self._rows = rows

    def rows(self, account: A, about: About) -> list[tuple[str, Values]]:
        """Give the rows of an account as records."""
        return [(row_id, astuple(row)) for row_id, row in self._rows(account, about)]


class CurrentTable:
    """One row per account, as it is now."""

    def __init__(self, name: str, record: Callable[[AnyAccount], Values]) -> None:
        self.name = name
        self.record = record


class StepTable:
    """One row per step, under its position; for every audience from the row's own on."""

    def __init__(self, name: str, record: Callable[[Known], Values]) -> None:
        self.name = name
        self.record = record


Table = VersionedTable[Any] | CurrentTable | StepTable


def one(
    row: Callable[[A, About], msgspec.Struct],
) -> Callable[[A, About], Iterable[tuple[str, msgspec.Struct]]]:
    """Make a function that gives the one row of an account, under the account's own id."""

    def rows(account: A, about: About) -> Iterable[tuple[str, msgspec.Struct]]:
        return ((account.id, row(account, about)),)

    return rows
