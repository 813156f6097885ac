"""The force field: the parties of each project, who carries how much, and who stands alone.

The *lonely-collaborator index* of a project says how far it rests on one person of the own
organisation. It is the share of what is carried that the one who carries most has: carried are the
obstacles one owns now, the mandates one holds now, and the interventions, reflections and advice
one brought; a party that carries the project counts for one more, so that a lone official who has
done nothing yet is alone as well. With nobody who carries, the index is null: nobody can be alone.
1 means one person carries all; with n who share evenly it is 1/n. It is told with the number of
people and of departments that carry: a project is *lonely* where these are one at most.
See docs/read-models.md.

Parties are internal by default, so the public force field tells of those that were made public.
From these nothing follows about the others, so how a project is carried is not told to the public:
there ``people``, ``departments``, ``load``, the index, the shares and ``lonely`` are null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import PartyKind, Position, ProjectStatus, Sector
from cocreate.projections.accounts import ProjectAccount
from cocreate.projections.accounts.account import Carrier, PartyAccount, Span
from cocreate.projections.known import Audience
from cocreate.projections.resource import Dashboard, Document, NoFilter, ProjectFile, Resource
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 3

RUNNING = (ProjectStatus.RUNNING, ProjectStatus.PAUSED)


class ProjectRow(msgspec.Struct, frozen=True):
    """A project and how it is carried. Names of parties are not stored: they are personal data."""

    title: str
    sector: str
    department: str
    status: str
    since: date
    people: int
    departments: int
    load: int
    most: int
    external: int


class CarryingRow(msgspec.Struct, frozen=True):
    """What people of one department carry of a running project."""

    project_sector: str
    project_department: str
    carrying: str | None
    """The department; null for those that none is known of."""
    people: int
    load: int


def _carriers(project: ProjectAccount) -> dict[str, Carrier]:
    """Give the parties of the own organisation that carry a project now, by their id."""
    return {
        party: carrier
        for party, carrier in project.present.items()
        if carrier.side is Position.INTERNAL and carrier.load > 0
    }


class Carried(NamedTuple):
    """How a project is carried by those of the own organisation."""

    people: int
    departments: int
    load: int
    most: int
    """What the one who carries most does."""


def _carried(project: ProjectAccount) -> Carried:
    carrying = _carriers(project)
    loads = [carrier.load for carrier in carrying.values()]
    return Carried(
        len(carrying),
        len({carrier.department or party for party, carrier in carrying.items()}),
        sum(loads),
        max(loads, default=0),
    )


def _project_rows(project: ProjectAccount, about: About) -> list[tuple[str, ProjectRow]]:
    row = ProjectRow(
        about.title,
        about.sector,
        about.department,
        project.status,
        project.since,
        *_carried(project),
        sum(carrier.side is Position.EXTERNAL for carrier in project.present.values()),
    )
    return [("", row)]


def _carrying_rows(project: ProjectAccount, about: About) -> list[tuple[str, CarryingRow]]:
    if project.status not in RUNNING:
        return []
    loads: dict[str | None, list[int]] = {}
    for carrier in _carriers(project).values():
        loads.setdefault(carrier.department, []).append(carrier.load)
    return [
        (
            department or "",
            CarryingRow(about.sector, about.department, department, len(each), sum(each)),
        )
        for department, each in loads.items()
    ]


TABLES: Sequence[Table] = (
    VersionedTable("project", ProjectAccount, _project_rows),
    VersionedTable("carrying", ProjectAccount, _carrying_rows),
)


class InField(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A party in the force field of a project."""

    party: str
    name: str
    kind: PartyKind
    side: Position
    role: str | None
    department: str | None
    carries: bool
    present: bool
    spans: Sequence[Span]
    """When it took part."""
    carried: Mapping[str, int]
    """What it carries now (obstacles, mandates), and did or brought in all."""
    load: int
    share: float | None
    """Its share of what is carried by those of the own organisation who take part now.

    Null for those who carry nothing, and for the public.
    """
    last_active_on: date | None


class ForceField(msgspec.Struct, frozen=True, rename="camel"):
    """The force field of a project."""

    project: UUID
    title: str
    position: int
    internal: Sequence[InField]
    """Those of the own organisation; who carries most first."""
    external: Sequence[InField]
    people: int | None
    """How many of the own organisation carry it now; null for the public, as what follows is."""
    departments: int | None
    lonely_index: float | None
    lonely: bool | None


def force_field(file: ProjectFile, narrow: NoFilter, place: Mapping[str, str]) -> ForceField:
    """Give the force field of a project."""
    del narrow, place
    parties = [each for each in file.subjects.values() if isinstance(each, PartyAccount)]
    inside = file.audience is Audience.INTERNAL
    carriers, carried = _carriers(file.project), _carried(file.project)

    def told(side: Position) -> list[InField]:
        chosen = [each for each in parties if each.side is side]
        chosen.sort(key=lambda each: (not each.present, -each.load, each.since, each.id))
        return [
            InField(
                each.id,
                each.title,
                each.category,
                each.side,
                each.role,
                each.department,
                each.carries,
                each.present,
                each.spans,
                {what: count for what, count in sorted(each.carried.items()) if count},
                each.load,
                round(each.load / carried.load, 4) if inside and each.id in carriers else None,
                each.last_active_on,
            )
            for each in chosen
        ]

    return ForceField(
        file.id,
        file.project.title,
        file.position,
        told(Position.INTERNAL),
        told(Position.EXTERNAL),
        carried.people if inside else None,
        carried.departments if inside else None,
        round(carried.most / carried.load, 4) if inside and carried.load else None,
        (carried.people <= 1 or carried.departments <= 1) if inside else None,
    )


class CarriedFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which projects are taken in."""

    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    department: (
        Annotated[str, Meta(max_length=300, description="Only projects of this department.")] | None
    ) = None
    lonely: (
        Annotated[bool, Meta(description="Only projects that one carries, or only others.")] | None
    ) = None


class CarriedProject(msgspec.Struct, frozen=True, rename="camel"):
    """How a running project is carried."""

    project: UUID
    title: str
    sector: Sector
    department: str
    status: ProjectStatus
    people: int | None
    """Null for the public, as what follows up to ``lonely`` is."""
    departments: int | None
    load: int | None
    lonely_index: float | None
    lonely: bool | None
    external: int
    """How many parties from outside take part."""


class DepartmentCarries(msgspec.Struct, frozen=True, rename="camel"):
    """How many of the running projects of a department, and how much of them."""

    department: str | None
    projects: int
    people: int
    load: int


class CarriedOverview(msgspec.Struct, frozen=True, rename="camel"):
    """How the running projects of a municipality are carried."""

    projects: int
    lonely: int | None
    """How many of them are lonely; null for the public, as the median is."""
    median_lonely_index: float | None
    by_project: list[CarriedProject]
    """The loneliest first, two hundred at most; for the public, by title."""
    by_department: list[DepartmentCarries]
    """Of the parties that the reader may know."""


RESOURCES: Sequence[Resource] = (
    Document(
        path="force-field",
        operation="readForceField",
        summary="Read the force field of a project: the parties, and who carries how much",
        answers=ForceField,
        give=force_field,
    ),
    Dashboard(
        path="force-field-overview",
        operation="readForceFieldOverview",
        summary="Read how the running projects of a municipality are carried, and who stands alone",
        answers=CarriedOverview,
        narrow=CarriedFilter,
        function="read_overview",
    ),
)
