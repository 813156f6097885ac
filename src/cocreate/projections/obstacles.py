"""The obstacle dashboard: what stands in the way in a municipality, how long, and what helped.

The lonely-collaborator sign is set on a running project that at most one person, or people of at
most one department, carry. Who carries a project is internal, as parties are by default, so the
public dashboard tells nothing of it that was not made public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from cocreate.domain.steps import approvals, course, obstacles
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import (
    ApprovalStatus,
    InterventionKind,
    ObstacleCategory,
    ObstacleStatus,
    Position,
    Sector,
)
from cocreate.log.connection import Pool
from cocreate.projections.known import Audience, Known
from cocreate.projections.rows import Key, Rows, Table

NAME = "obstacles"
VERSION = 1


class ProjectRow(msgspec.Struct, array_like=True):
    """A project, and who carries it."""

    title: str
    sector: str
    department: str
    open: bool
    carriers: list[str]
    departments: list[str]


class ObstacleRow(msgspec.Struct, array_like=True):
    """An obstacle as it stands."""

    sector: str
    category: str
    department: str | None
    title: str
    status: str
    raised_on: date
    closed_on: date | None
    escalations: int
    blocks: tuple[str, ...]
    resolved_by: tuple[str, ...]


class ApprovalRow(msgspec.Struct, array_like=True):
    """An approval as it stands."""

    sector: str
    kind: str
    title: str
    authority: str
    department: str | None
    status: str
    requested_on: date
    due_on: date | None
    decided_on: date | None


class InterventionRow(msgspec.Struct, array_like=True):
    """An intervention and what came of it."""

    sector: str
    kind: str
    outcome: str | None
    tried_on: date
    judged_on: date | None
    obstacles: tuple[str, ...]


def _table(name: str, row: type[Any]) -> Table[Any]:
    fields = row.__struct_fields__

    def restore(record: asyncpg.Record) -> Any:  # noqa: ANN401 - the row of the table
        return row(*(record[field] for field in fields))

    return Table(NAME, name, record=msgspec.structs.astuple, restore=restore)


PROJECTS: Table[ProjectRow] = _table("project", ProjectRow)
OBSTACLES: Table[ObstacleRow] = _table("obstacle", ObstacleRow)
APPROVALS: Table[ApprovalRow] = _table("approval", ApprovalRow)
INTERVENTIONS: Table[InterventionRow] = _table("intervention", InterventionRow)
TABLES: tuple[Table[Any], ...] = (PROJECTS, OBSTACLES, APPROVALS, INTERVENTIONS)


def touched(event: Event) -> Iterator[Key]:
    """Yield the keys of the rows that a step may change."""
    if type(event) not in _CHANGES:
        return
    project: UUID = event.originator_id
    yield project, ""
    for name in ("obstacle", "approval", "intervention"):
        subject = getattr(event, name, None)
        if subject is not None:
            yield project, subject


def fold(rows: Rows, known: Known) -> None:
    """Let a step change the rows of its project."""
    change = _CHANGES.get(type(known.event))
    if change is not None:
        change(rows, known.recorded.project, known.event)


Change = Callable[[Rows, UUID, Any], None]
_CHANGES: dict[type[Event], Change] = {}


def _on(*event_classes: type[Event]) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        for event_class in event_classes:
            _CHANGES[event_class] = change
        return change

    return register


def _sector(rows: Rows, project: UUID) -> str:
    row = rows.of(PROJECTS).rows.get((project, ""))
    return Sector.OTHER if row is None else row.sector


@_on(course.ProjectStarted)
def _started(rows: Rows, project: UUID, event: course.ProjectStarted) -> None:
    row = ProjectRow(event.title, event.sector, event.department, True, [], [])
    rows.of(PROJECTS).put((project, ""), row)


@_on(course.ProjectCompleted, course.ProjectStopped)
def _closed(rows: Rows, project: UUID, event: Event) -> None:  # noqa: ARG001
    if (row := rows.of(PROJECTS).rows.get((project, ""))) is not None:
        row.open = False
        rows.of(PROJECTS).put((project, ""), row)


@_on(course.PartyJoined)
def _joined(rows: Rows, project: UUID, event: course.PartyJoined) -> None:
    row = rows.of(PROJECTS).rows.get((project, ""))
    if row is None or not event.carries or event.position is not Position.INTERNAL:
        return
    if event.party not in row.carriers:
        row.carriers.append(event.party)
        row.departments.append(event.department or "")
    rows.of(PROJECTS).put((project, ""), row)


@_on(course.PartyLeft)
def _left(rows: Rows, project: UUID, event: course.PartyLeft) -> None:
    row = rows.of(PROJECTS).rows.get((project, ""))
    if row is not None and event.party in row.carriers:
        place = row.carriers.index(event.party)
        del row.carriers[place], row.departments[place]
        rows.of(PROJECTS).put((project, ""), row)


@_on(obstacles.ObstacleRaised)
def _raised(rows: Rows, project: UUID, event: obstacles.ObstacleRaised) -> None:
    row = ObstacleRow(
        _sector(rows, project),
        event.category,
        event.department,
        event.title,
        ObstacleStatus.OPEN,
        event.occurred_on,
        None,
        0,
        event.blocks,
        (),
    )
    rows.of(OBSTACLES).put((project, event.obstacle), row)


@_on(
    obstacles.ObstacleEscalated,
    obstacles.ObstacleReassigned,
    obstacles.ObstacleResolved,
    obstacles.ObstacleAccepted,
)
def _obstacle_changed(rows: Rows, project: UUID, event: Any) -> None:  # noqa: ANN401 - one of four
    row = rows.of(OBSTACLES).rows.get((project, event.obstacle))
    if row is None:
        return
    match event:
        case obstacles.ObstacleEscalated():
            row.escalations += 1
        case obstacles.ObstacleReassigned():
            row.department = event.department or row.department
        case obstacles.ObstacleResolved():
            row.status, row.closed_on = ObstacleStatus.RESOLVED, event.occurred_on
            row.resolved_by = event.interventions
        case _:
            row.status, row.closed_on = ObstacleStatus.ACCEPTED, event.occurred_on
    rows.of(OBSTACLES).put((project, event.obstacle), row)


@_on(approvals.ApprovalRequested)
def _requested(rows: Rows, project: UUID, event: approvals.ApprovalRequested) -> None:
    row = ApprovalRow(
        _sector(rows, project),
        event.kind,
        event.title,
        event.authority,
        event.department,
        ApprovalStatus.PENDING,
        event.occurred_on,
        event.due_on,
        None,
    )
    rows.of(APPROVALS).put((project, event.approval), row)


_ANSWERS: Mapping[type[Event], ApprovalStatus] = {
    approvals.ApprovalGranted: ApprovalStatus.GRANTED,
    approvals.ApprovalRefused: ApprovalStatus.REFUSED,
    approvals.ApprovalWithdrawn: ApprovalStatus.WITHDRAWN,
    approvals.ApprovalConcluded: ApprovalStatus.CONCLUDED,
}


@_on(*_ANSWERS)
def _answered(rows: Rows, project: UUID, event: Any) -> None:  # noqa: ANN401 - one of four
    row = rows.of(APPROVALS).rows.get((project, event.approval))
    if row is not None:
        row.status, row.decided_on = _ANSWERS[type(event)], event.occurred_on
        rows.of(APPROVALS).put((project, event.approval), row)


_CLOCK: Mapping[type[Event], ApprovalStatus | None] = {
    approvals.ApprovalSuspended: ApprovalStatus.SUSPENDED,
    approvals.ApprovalResumed: ApprovalStatus.PENDING,
    approvals.ApprovalExtended: None,
    approvals.TermRecalculated: None,
}


@_on(*_CLOCK)
def _clock_moved(rows: Rows, project: UUID, event: Any) -> None:  # noqa: ANN401 - one of four
    row = rows.of(APPROVALS).rows.get((project, event.approval))
    if row is not None:
        if row.decided_on is None:  # a correction may come after the answer
            ends = isinstance(event, approvals.ApprovalSuspended) and event.until is not None
            row.status = ApprovalStatus.PENDING if ends else _CLOCK[type(event)] or row.status
        row.due_on = event.due_on
        rows.of(APPROVALS).put((project, event.approval), row)


@_on(obstacles.InterventionTried)
def _tried(rows: Rows, project: UUID, event: obstacles.InterventionTried) -> None:
    row = InterventionRow(
        _sector(rows, project), event.kind, None, event.occurred_on, None, event.obstacles
    )
    rows.of(INTERVENTIONS).put((project, event.intervention), row)


@_on(obstacles.InterventionJudged)
def _judged(rows: Rows, project: UUID, event: obstacles.InterventionJudged) -> None:
    row = rows.of(INTERVENTIONS).rows.get((project, event.intervention))
    if row is not None:
        row.outcome, row.judged_on = event.outcome, event.occurred_on
        rows.of(INTERVENTIONS).put((project, event.intervention), row)


class Filter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a dashboard is narrowed to; ``from`` and ``until`` are days, both included."""

    sector: Sector | None = None
    category: ObstacleCategory | None = None
    department: str | None = None
    from_: date | None = msgspec.field(default=None, name="from")
    until: date | None = None


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
    """The approvals that one authority has to give; days from request to answer."""

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
    overdue: int
    decided: int
    decided_late: int
    median_days: float | None
    p90_days: float | None


class OverdueApproval(msgspec.Struct, frozen=True, rename="camel"):
    """An approval past the last day of its term."""

    project: UUID
    approval: str
    title: str
    authority: str
    department: str | None
    requested_on: date
    due_on: date
    days_late: int


class Tried(msgspec.Struct, frozen=True, rename="camel"):
    """What a kind of intervention did against a category of obstacles."""

    category: ObstacleCategory
    kind: InterventionKind
    tried: int
    resolved: int
    helped: int
    median_days_to_resolve: float | None


class Month(msgspec.Struct, frozen=True, rename="camel"):
    """How many obstacles were raised and closed in a month, and open at its end."""

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


class Dashboard(msgspec.Struct, frozen=True, rename="camel"):
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
    overdue_approvals: list[OverdueApproval]
    interventions: list[Tried]
    trend: list[Month]
    carried_by: list[Carried] | None
    """Null for the public: who carries a project is internal."""


async def read_dashboard(
    pool: Pool, tenant: str, audience: Audience, today: date, narrow: Filter
) -> bytes:
    """Give the dashboard of a municipality as JSON, as described by :class:`Dashboard`."""
    document: str = await pool.fetchval(
        "select obstacles.read_dashboard($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant,
        int(audience),
        today,
        narrow.sector,
        narrow.category,
        narrow.department,
        narrow.from_,
        narrow.until,
    )
    return document.encode()
