"""The intervention map: what was tried against which obstacles, and what helped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import (
    InterventionKind,
    InterventionOutcome,
    ObstacleCategory,
    Phase,
    Sector,
)
from cocreate.projections.accounts.account import InterventionAccount, on_of
from cocreate.projections.resource import Dashboard, Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 1


class InterventionRow(msgspec.Struct, frozen=True):
    """What was tried against one obstacle, as it is stored."""

    project_title: str
    sector: str
    intervention: str
    kind: str
    title: str
    obstacle: str
    category: str
    phase: str
    outcome: str | None
    tried_on: date
    judged_on: date | None
    resolved_on: date | None
    position: int


def rows(intervention: InterventionAccount, about: About) -> Iterable[tuple[str, InterventionRow]]:
    """Give the rows of an intervention: one for each obstacle it was tried against."""
    for against in intervention.against:
        yield (
            f"{intervention.id}/{against.obstacle}",
            InterventionRow(
                about.title,
                about.sector,
                intervention.id,
                intervention.category,
                intervention.title,
                against.obstacle,
                against.category,
                against.phase,
                intervention.outcome,
                intervention.since,
                on_of(intervention.judged),
                intervention.resolved_on(against),
                intervention.position,
            ),
        )


TABLES: Sequence[Table] = (VersionedTable("intervention", InterventionAccount, rows),)


class Intervention(msgspec.Struct, frozen=True, rename="camel"):
    """What was tried against one obstacle."""

    project: UUID
    project_title: str
    intervention: str
    kind: InterventionKind
    title: str
    obstacle: str
    category: ObstacleCategory
    """That of the obstacle."""
    phase: Phase
    """The phase of the project in which the obstacle was raised."""
    sector: Sector
    outcome: InterventionOutcome | None
    tried_on: date
    judged_on: date | None
    resolved_on: date | None
    """The day on which it resolved the obstacle; null where it did not."""
    days_to_resolve: int | None
    position: int


class InterventionFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """Which interventions are taken in."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    category: (
        Annotated[ObstacleCategory, Meta(description="Only against this kind of obstacle.")] | None
    ) = None
    phase: (
        Annotated[Phase, Meta(description="Only against obstacles raised in this phase.")] | None
    ) = None
    kind: Annotated[InterventionKind, Meta(description="Only this kind.")] | None = None
    resolved: (
        Annotated[bool, Meta(description="Only what resolved the obstacle, or what did not.")]
        | None
    ) = None


class Tried(msgspec.Struct, frozen=True, rename="camel"):
    """What a kind of intervention did against a category of obstacles, in a sector and phase.

    The last two are null in a row that takes all of them together.
    """

    category: ObstacleCategory
    sector: Sector | None
    phase: Phase | None
    kind: InterventionKind
    tried: int
    judged: int
    resolved: int
    helped: int
    no_effect: int
    made_worse: int
    resolved_share: float
    """Resolved, of all that was tried."""
    median_days_to_resolve: float | None


class InterventionMap(msgspec.Struct, frozen=True, rename="camel"):
    """What was tried against obstacles in a municipality, and what helped."""

    tried: int
    resolved: int
    by_category: list[Tried]
    """Per category and kind, over all sectors and phases; what resolved most often first."""
    by_sector_and_phase: list[Tried]


RESOURCES: Sequence[Resource] = (
    Register(
        path="interventions",
        operation="listInterventions",
        summary="Read what was tried against obstacles in a municipality",
        description="One row per obstacle that something was tried against; the latest first.",
        row=Intervention,
        narrow=InterventionFilter,
        function="list_interventions",
        changes=("intervention",),
    ),
    Dashboard(
        path="intervention-map",
        operation="readInterventionMap",
        summary="Read what was tried per kind of obstacle, how often it resolved, and how fast",
        answers=InterventionMap,
        narrow=InterventionFilter,
        function="read_map",
    ),
)
