"""The obstacle dashboard: what stands in the way in a municipality, how long, and what helped.

The lonely-collaborator sign is set on a running project that at most one person, or people of at
most one department, carry (see :mod:`cocreate.projections.force_field`). Who carries a project is
internal, as parties are by default, so the public dashboard tells nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import (
    InterventionKind,
    ObstacleCategory,
    ObstacleStatus,
    Phase,
    PublicValue,
    Sector,
)
from cocreate.projections.accounts.account import ObstacleAccount
from cocreate.projections.resource import Dashboard, Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 2
RESTS_ON = ("approvals", "force_field", "interventions")


class ObstacleRow(msgspec.Struct, frozen=True):
    """An obstacle as it is stored."""

    project_title: str
    sector: str
    category: str
    department: str | None
    owner: str | None
    title: str
    status: str
    phase: str
    value_between: str | None
    value_and: str | None
    raised_on: date
    closed_on: date | None
    escalations: int
    blocks: tuple[str, ...]
    interventions: tuple[str, ...]
    resolved_by: tuple[str, ...]
    source: str | None
    position: int


def row(obstacle: ObstacleAccount, about: About) -> ObstacleRow:
    """Give the row of an obstacle."""
    tension = obstacle.tension
    return ObstacleRow(
        about.title,
        about.sector,
        obstacle.category,
        obstacle.department,
        obstacle.owner,
        obstacle.title,
        obstacle.status,
        obstacle.phase,
        None if tension is None else tension.between,
        None if tension is None else tension.and_,
        obstacle.since,
        obstacle.closed_on,
        obstacle.escalations,
        obstacle.about,
        obstacle.interventions,
        obstacle.resolved_by,
        obstacle.source,
        obstacle.position,
    )


TABLES: Sequence[Table] = (VersionedTable("obstacle", ObstacleAccount, one(row)),)


class Obstacle(msgspec.Struct, frozen=True, rename="camel"):
    """An obstacle in the register."""

    project: UUID
    project_title: str
    obstacle: str
    title: str
    category: ObstacleCategory
    status: ObstacleStatus
    phase: Phase
    """The phase of the project in which it was raised."""
    sector: Sector
    department: str | None
    owner: str | None
    value_between: PublicValue | None
    value_and: PublicValue | None
    """The two public values that pull apart."""
    raised_on: date
    closed_on: date | None
    days: int
    """Days it stood, or stands so far."""
    escalations: int
    blocks: Sequence[str]
    interventions: Sequence[str]
    """What was tried against it."""
    resolved_by: Sequence[str]
    source: str | None
    position: int


class ObstacleFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which obstacles are taken in; a period takes in what was open on any of its days."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    category: (
        Annotated[ObstacleCategory, Meta(description="Only obstacles of this kind.")] | None
    ) = None
    department: Annotated[str, Meta(max_length=300, description="Only this department.")] | None = (
        None
    )
    status: Annotated[ObstacleStatus, Meta(description="Only those that stand so.")] | None = None
    phase: Annotated[Phase, Meta(description="Only those raised in this phase.")] | None = None
    from_date: Annotated[date, Meta(description="The first day of the period.")] | None = None
    until_date: Annotated[date, Meta(description="The last day of the period.")] | None = None


class Spread(msgspec.Struct, frozen=True, rename="camel"):
    """How long things took, in days."""

    median: float | None
    p90: float | None
    longest: int | None


class CategoryCount(msgspec.Struct, frozen=True, rename="camel"):
    """The obstacles of one category; days are those of resolved ones."""

    category: ObstacleCategory
    open: int
    accepted: int
    resolved: int
    median_days: float | None
    p90_days: float | None


class SectorCount(msgspec.Struct, frozen=True, rename="camel"):
    """The obstacles of one sector."""

    sector: Sector
    open: int
    accepted: int
    resolved: int
    median_days: float | None


class DepartmentCount(msgspec.Struct, frozen=True, rename="camel"):
    """The obstacles of one department; null for those that none was named for."""

    department: str | None
    open: int
    accepted: int
    resolved: int
    median_days: float | None


class Blocking(msgspec.Struct, frozen=True, rename="camel"):
    """An open obstacle, and the subjects that cannot go on because of it."""

    project: UUID
    project_title: str
    obstacle: str
    title: str
    category: ObstacleCategory
    department: str | None
    raised_on: date
    days: int
    escalations: int
    blocks: list[str]


class AuthorityCount(msgspec.Struct, frozen=True, rename="camel"):
    """The approvals that one authority has to give; days from request to answer.

    Counted as on the approval board.
    """

    authority: str
    pending: int
    suspended: int
    overdue: int
    decided: int
    decided_late: int
    median_days: float | None
    p90_days: float | None


class DepartmentApprovals(msgspec.Struct, frozen=True, rename="camel"):
    """The approvals that one department handles."""

    department: str | None
    pending: int
    suspended: int
    overdue: int
    decided: int
    decided_late: int
    median_days: float | None
    p90_days: float | None


class LateApproval(msgspec.Struct, frozen=True, rename="camel"):
    """An approval past the last day of its term."""

    project: UUID
    approval: str
    title: str
    authority: str
    department: str | None
    requested_on: date
    due_on: date
    days_late: int


class TriedAgainst(msgspec.Struct, frozen=True, rename="camel"):
    """What a kind of intervention did against a category of obstacles."""

    category: ObstacleCategory
    kind: InterventionKind
    tried: int
    resolved: int
    helped: int
    median_days_to_resolve: float | None


class Month(msgspec.Struct, frozen=True, rename="camel"):
    """How many obstacles were raised and closed in a month, and open at its end.

    Of a long period the last five years are told, up to this month.
    """

    month: str
    raised: int
    closed: int
    open: int


class Carried(msgspec.Struct, frozen=True, rename="camel"):
    """How few people and departments carry a running project."""

    project: UUID
    title: str
    sector: Sector
    people: int
    departments: int
    lonely: bool


class ObstacleDashboard(msgspec.Struct, frozen=True, rename="camel"):
    """The obstacle dashboard of a municipality."""

    open: int
    accepted: int
    resolved: int
    open_days: Spread
    resolved_days: Spread
    by_category: list[CategoryCount]
    by_sector: list[SectorCount]
    by_department: list[DepartmentCount]
    blocking: list[Blocking]
    """The hundred open obstacles that stand longest."""
    approvals: list[AuthorityCount]
    approvals_by_department: list[DepartmentApprovals]
    overdue_approvals: list[LateApproval]
    interventions: list[TriedAgainst]
    trend: list[Month]
    carried_by: list[Carried] | None
    """Null for the public: who carries a project is internal."""


RESOURCES: Sequence[Resource] = (
    Register(
        path="obstacles",
        operation="listObstacles",
        summary="Read the obstacles of a municipality",
        description="The open ones first, the longest standing before the others.",
        row=Obstacle,
        narrow=ObstacleFilter,
        function="list_obstacles",
        changes=("obstacle",),
    ),
    Dashboard(
        path="obstacle-dashboard",
        operation="readObstacleDashboard",
        summary="Read what stands in the way in a municipality, how long, and what helped",
        description="A period takes in what was open on any of its days.",
        answers=ObstacleDashboard,
        narrow=ObstacleFilter,
        function="read_dashboard",
    ),
)
