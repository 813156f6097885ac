"""What a read model has to ask: registers, dashboards and documents, as its module declares them.

The API makes the routes from these declarations: parameters, OpenAPI, as-known-at, freshness,
ETag, pages, CSV and JSON Lines come with them.

SQL functions are called with the municipality, the audience, the position as known at, the day
that counts as today, and the filters as one JSON object (names as in the address)::

    function(p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
        returns json                                                      -- a dashboard
    function(..., p_filter jsonb, p_after jsonb, p_limit integer)
        returns table (place jsonb, <the fields of the row, in order>)    -- a register

``place`` is where a row stands in the order: the next page starts after the place of the last.
They are to be ``stable``, so that all they say is of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from cocreate.projections.accounts import Account, MunicipalityAccount, ProjectAccount
from cocreate.projections.known import Audience

S = TypeVar("S", bound=msgspec.Struct)


class NoFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to narrow an answer to."""


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a municipality, in pages or as a stream."""

    path: str
    """The address below that of the municipality, such as ``wishes``."""
    operation: str
    summary: str
    description: str = ""
    row: type[msgspec.Struct]
    """What a row tells: flat, since it is a line of CSV as well."""
    narrow: type[msgspec.Struct] = NoFilter
    """The filters: each field a query parameter, described by its ``Meta``."""
    function: str
    changes: Sequence[str] = ()
    """The tables whose rows tell what changed between two moments."""
    told_as: Mapping[str, str | None] = {}
    """The field of the row that a column of these tables has the value of, where the two have other
    names; None where a field has the name of the column but is worked out further."""
    apart: Mapping[str, Mapping[str, object]] = {}
    """Tables that tell further fields of the same rows, since these change more often: which, and
    what they are where such a table has no row."""

    @property
    def columns(self) -> Mapping[str, Mapping[str, str]]:
        """The columns that tell of changes, by their table, with what an answer names them as."""
        names = {field.name: field.encode_name for field in msgspec.structs.fields(self.row)}
        apart = {
            table: {field: names[field] for field in fields} for table, fields in self.apart.items()
        }
        column_of = {field: column for column, field in self.told_as.items()}
        own = {
            column: name
            for field, name in names.items()
            if self.told_as.get(column := column_of.get(field, field), column) is not None
        }
        return {**dict.fromkeys(self.changes, own), **apart}


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """One document about a municipality, worked out by the database."""

    path: str
    operation: str
    summary: str
    description: str = ""
    answers: type[msgspec.Struct]
    narrow: type[msgspec.Struct] = NoFilter
    function: str


class ProjectFile(msgspec.Struct, frozen=True):
    """A project as an audience knows it at a position of the log."""

    municipality: str
    """Its code."""
    id: UUID
    project: ProjectAccount
    subjects: Mapping[str, Account]
    rules: MunicipalityAccount | None
    """The account of the municipality itself, with the rules it set."""
    audience: Audience
    position: int
    today: date
    """The day that counts as today: of the moment as known at."""


class Document(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """One document about a project: a pure function of what is known of it.

    ``give`` raises :class:`LookupError` for what is not there, such as an unknown subject.
    """

    path: str
    """The address below that of the project; ``{subject:str}`` in it is handed on."""
    operation: str
    summary: str
    description: str = ""
    answers: type[S]
    narrow: type[msgspec.Struct] = NoFilter
    give: Callable[[ProjectFile, Any, Mapping[str, str]], S]
    """Is given the file, the filters and what stands in the address."""


Resource = Register | Dashboard | Document[Any]
