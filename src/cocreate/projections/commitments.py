"""The commitment register: who promised what to whom, by when, and whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import CommitmentStatus, Sector
from cocreate.projections.accounts.account import CommitmentAccount
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 1


class CommitmentRow(msgspec.Struct, frozen=True):
    """A commitment as it is stored."""

    project_title: str
    sector: str
    title: str
    status: str
    made_by: str
    made_to: str
    about: tuple[str, ...]
    made_on: date
    first_due_on: date | None
    due_on: date | None
    ended_on: date | None
    changes: int
    source: str | None
    position: int


def row(commitment: CommitmentAccount, about: About) -> CommitmentRow:
    """Give the row of a commitment."""
    return CommitmentRow(
        about.title,
        about.sector,
        commitment.title,
        commitment.status,
        commitment.by,
        commitment.to,
        commitment.about,
        commitment.since,
        commitment.first_due_on,
        commitment.due_on,
        commitment.closed_on,
        commitment.changes,
        commitment.source,
        commitment.position,
    )


TABLES: Sequence[Table] = (VersionedTable("commitment", CommitmentAccount, one(row)),)


class Commitment(msgspec.Struct, frozen=True, rename="camel"):
    """A commitment in the register."""

    project: UUID
    project_title: str
    commitment: str
    title: str
    status: CommitmentStatus
    sector: Sector
    by: str
    to: str
    about: Sequence[str]
    made_on: date
    first_due_on: date | None
    """The day that was promised at first."""
    due_on: date | None
    """The day that holds now; null where no date was ever given, and that is said."""
    ended_on: date | None
    changes: int
    days_late: int | None
    """Days past the day that holds: of an open one so far, of a kept one when it was kept."""
    open_days: int | None
    source: str | None
    position: int


class CommitmentFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """Which commitments are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    status: Annotated[CommitmentStatus, Meta(description="Only those that stand so.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    by: Annotated[str, Meta(max_length=300, description="Only promises of this one.")] | None = None
    overdue: (
        Annotated[bool, Meta(description="Only open ones past their day, or only the others.")]
        | None
    ) = None
    without_date: (
        Annotated[bool, Meta(description="Only those without a date, or only with one.")] | None
    ) = None
    from_date: Annotated[date, Meta(description="Made on this day or later.")] | None = None
    until_date: Annotated[date, Meta(description="Made on this day or earlier.")] | None = None
    ended_from: Annotated[date, Meta(description="Kept or broken on this day or later.")] | None = (
        None
    )
    ended_until: (
        Annotated[date, Meta(description="Kept or broken on this day or earlier.")] | None
    ) = None


RESOURCES: Sequence[Resource] = (
    Register(
        path="commitments",
        operation="listCommitments",
        summary="Read the commitment register of a municipality",
        description="The open ones first, the longest open before the others.",
        row=Commitment,
        narrow=CommitmentFilter,
        function="list_commitments",
        changes=("commitment",),
        told_as={"made_by": "by", "made_to": "to"},
    ),
)
