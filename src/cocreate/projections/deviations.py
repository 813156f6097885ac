"""The deviation register: where something does not follow what residents wished, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import (
    Body,
    DeviationGround,
    DeviationStatus,
    PublicValue,
    Sector,
    Settlement,
)
from cocreate.projections.accounts.account import DeviationAccount, on_of
from cocreate.projections.resource import Dashboard, Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 1


class DeviationRow(msgspec.Struct, frozen=True):
    """A deviation as it is stored."""

    project_title: str
    sector: str
    title: str
    status: str
    ground: str
    motivation: str | None
    alternatives: tuple[str, ...]
    value_between: str | None
    value_and: str | None
    body: str | None
    decision: str | None
    about: tuple[str, ...]
    recorded_on: date
    motivated_on: date | None
    fed_back_on: date | None
    contested_on: date | None
    contests: int
    settled_on: date | None
    settlement: str | None
    source: str | None
    position: int


def row(deviation: DeviationAccount, about: About) -> DeviationRow:
    """Give the row of a deviation."""
    tension = deviation.tension
    return DeviationRow(
        about.title,
        about.sector,
        deviation.title,
        deviation.status,
        deviation.ground,
        deviation.motivation,
        deviation.alternatives,
        None if tension is None else tension.between,
        None if tension is None else tension.and_,
        deviation.body,
        deviation.decision,
        deviation.about,
        deviation.since,
        on_of(deviation.motivated),
        on_of(deviation.fed_back),
        on_of(deviation.contested),
        deviation.contests,
        on_of(deviation.settled),
        deviation.settlement,
        deviation.source,
        deviation.position,
    )


TABLES: Sequence[Table] = (VersionedTable("deviation", DeviationAccount, one(row)),)


class Deviation(msgspec.Struct, frozen=True, rename="camel"):
    """A deviation in the register."""

    project: UUID
    project_title: str
    deviation: str
    title: str
    status: DeviationStatus
    ground: DeviationGround
    motivation: str | None
    """Why; null where none was given."""
    alternatives: Sequence[str]
    value_between: PublicValue | None
    value_and: PublicValue | None
    """The two public values that pulled apart."""
    sector: Sector
    body: Body | None
    decision: str | None
    about: Sequence[str]
    recorded_on: date
    motivated_on: date | None
    fed_back_on: date | None
    motivation_owed: bool
    feedback_owed: bool
    days_owed: int | None
    """Days for which a motivation or feedback has been owed; null where neither is."""
    contested_on: date | None
    contests: int
    settled_on: date | None
    settlement: Settlement | None
    source: str | None
    position: int


class DeviationFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """Which deviations are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    status: Annotated[DeviationStatus, Meta(description="Only those that stand so.")] | None = None
    ground: Annotated[DeviationGround, Meta(description="Only those on this ground.")] | None = None
    body: Annotated[Body, Meta(description="Only those of this body.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    motivation_owed: (
        Annotated[bool, Meta(description="Only those with a motivation owed, or without.")] | None
    ) = None
    feedback_owed: (
        Annotated[bool, Meta(description="Only those with feedback owed, or without.")] | None
    ) = None
    contested: (
        Annotated[bool, Meta(description="Only those that were ever contested, or never.")] | None
    ) = None
    from_date: Annotated[date, Meta(description="Recorded on this day or later.")] | None = None
    until_date: Annotated[date, Meta(description="Recorded on this day or earlier.")] | None = None


class DeviationCount(msgspec.Struct, frozen=True, rename="camel"):
    """The deviations that share something: a ground, a body, a sector."""

    code: str | None
    total: int
    motivation_owed: int
    feedback_owed: int
    contested: int
    settled: int
    median_days_to_feedback: float | None


class DeviationOverview(msgspec.Struct, frozen=True, rename="camel"):
    """What the deviations of a municipality come to."""

    total: int
    motivation_owed: int
    feedback_owed: int
    contested: int
    settled: int
    median_days_to_feedback: float | None
    by_ground: list[DeviationCount]
    by_body: list[DeviationCount]
    by_sector: list[DeviationCount]


RESOURCES: Sequence[Resource] = (
    Register(
        path="deviations",
        operation="listDeviations",
        summary="Read the deviation register of a municipality",
        description="Those on which most is owed first, the oldest before the younger.",
        row=Deviation,
        narrow=DeviationFilter,
        function="list_deviations",
        changes=("deviation",),
    ),
    Dashboard(
        path="deviation-overview",
        operation="readDeviationOverview",
        summary="Read on which grounds, by whom and where a municipality deviates",
        answers=DeviationOverview,
        narrow=DeviationFilter,
        function="read_overview",
    ),
)
