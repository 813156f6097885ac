"""The project directory: search in Dutch and English, filters, facets, and order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import (
    Initiative,
    ParticipationLevel,
    Phase,
    ProjectStatus,
    Sector,
)
from cocreate.projections.accounts import ProjectAccount
from cocreate.projections.accounts.account import WishAccount
from cocreate.projections.resource import Dashboard, Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 2


class ProjectRow(msgspec.Struct, frozen=True):
    """A project as it is stored."""

    title: str
    summary: str | None
    sector: str
    initiative: str
    department: str
    at_place: str | None
    status: str
    phase: str
    level: str | None
    since: date
    closed_on: date | None
    position: int


class WishTitleRow(msgspec.Struct, frozen=True):
    """What a wish is called, for those who search."""

    title: str


class TallyRow(msgspec.Struct, frozen=True):
    """What is counted in a project: apart, since nothing changes as often."""

    last_step_on: date
    wishes: int
    supporters: int
    proposals: int
    decisions: int
    deviations: int
    obstacles: int
    commitments: int


def _rows(project: ProjectAccount, about: About) -> list[tuple[str, ProjectRow]]:
    del about
    row = ProjectRow(
        project.title,
        project.summary,
        project.sector,
        project.initiative,
        project.department,
        project.place,
        project.status,
        project.phase,
        project.level,
        project.since,
        project.closed_on,
        project.position,
    )
    return [("", row)]


def _tally(project: ProjectAccount, about: About) -> list[tuple[str, TallyRow]]:
    del about
    count = project.counts.get
    row = TallyRow(
        project.last_step_on,
        count("wish", 0),
        count("supporters", 0),
        count("proposal", 0),
        count("decision", 0),
        count("deviation", 0),
        count("obstacle", 0),
        count("commitment", 0),
    )
    return [("", row)]


def _wish_title(wish: WishAccount, about: About) -> WishTitleRow:
    del about
    return WishTitleRow(wish.title)


TABLES: Sequence[Table] = (
    VersionedTable("project", ProjectAccount, _rows),
    VersionedTable("wish_title", WishAccount, one(_wish_title)),
    VersionedTable("tally", ProjectAccount, _tally, counting=True),
)


class ListedProject(msgspec.Struct, frozen=True, rename="camel"):
    """A project in the directory."""

    project: UUID
    title: str
    summary: str | None
    sector: Sector
    initiative: Initiative
    department: str
    place: str | None
    status: ProjectStatus
    phase: Phase
    level: ParticipationLevel | None
    since: date
    closed_on: date | None
    last_step_on: date
    wishes: int
    supporters: int
    proposals: int
    decisions: int
    deviations: int
    obstacles: int
    commitments: int
    position: int
    """Where in the log it started."""


class Sort(StrEnum):
    """In which order projects are given."""

    RELEVANCE = "relevance"
    LATEST_START = "latest-start"
    LATEST_STEP = "latest-step"
    MOST_SUPPORTED = "most-supported"
    TITLE = "title"


class DirectoryFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """Which projects are given."""

    q: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=200,
                description="Words to search for in titles, summaries, places, departments and the "
                "titles of wishes, in Dutch or English; with quotes, `or` and `-` as in a search "
                "engine. Accents, capitals and small slips of the pen make no difference.",
            ),
        ]
        | None
    ) = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    initiative: Annotated[Initiative, Meta(description="Only with this initiative.")] | None = None
    status: Annotated[ProjectStatus, Meta(description="Only those that stand so.")] | None = None
    phase: Annotated[Phase, Meta(description="Only those in this phase.")] | None = None
    level: Annotated[ParticipationLevel, Meta(description="Only those of this level.")] | None = (
        None
    )
    department: Annotated[str, Meta(max_length=300, description="Only this department.")] | None = (
        None
    )
    year: (
        Annotated[int, Meta(ge=1900, le=2200, description="Only those that started in this year.")]
        | None
    ) = None
    sort: (
        Annotated[
            Sort, Meta(description="By relevance where words are sought, else the latest first.")
        ]
        | None
    ) = None


class Facet(msgspec.Struct, frozen=True, rename="camel"):
    """How many projects there would be with a value of a filter, all others being as they are."""

    value: str | None
    count: int


class Facets(msgspec.Struct, frozen=True, rename="camel"):
    """The values of each filter of the directory, with how many projects there are."""

    total: int
    sector: list[Facet]
    initiative: list[Facet]
    status: list[Facet]
    phase: list[Facet]
    level: list[Facet]
    department: list[Facet]
    year: list[Facet]


RESOURCES: Sequence[Resource] = (
    Register(
        path="projects",
        operation="listProjects",
        summary="Search and read the projects of a municipality",
        row=ListedProject,
        narrow=DirectoryFilter,
        function="list_projects",
        changes=("project",),
        told_as={"at_place": "place"},
    ),
    Dashboard(
        path="project-facets",
        operation="readProjectFacets",
        summary="Read how many projects each value of each filter of the directory would give",
        answers=Facets,
        narrow=DirectoryFilter,
        function="read_facets",
    ),
)
