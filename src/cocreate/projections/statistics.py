"""Statistics of a municipality per year, as open data: what happened, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Sector
from cocreate.projections.accounts.account import SessionAccount
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 1
RESTS_ON = (
    "approvals",
    "commitments",
    "decisions",
    "deviations",
    "directory",
    "interventions",
    "obstacles",
    "wishes",
)


class SessionRow(msgspec.Struct, frozen=True):
    """A session as it is stored."""

    sector: str
    work_form: str
    held_on: date
    invited: int | None
    attended: int | None


def row(session: SessionAccount, about: About) -> SessionRow:
    """Give the row of a session."""
    return SessionRow(
        about.sector, session.category, session.since, session.invited, session.attended
    )


TABLES: Sequence[Table] = (VersionedTable("session", SessionAccount, one(row)),)


class YearFigures(msgspec.Struct, frozen=True, rename="camel"):
    """What happened in a year. Days are medians of what was done in that year."""

    year: int
    projects_started: int
    projects_completed: int
    projects_stopped: int
    sessions: int
    attended: int
    """People at sessions, each time counted."""
    wishes: int
    supporters: int
    """Support for the wishes of that year, whenever it was given."""
    wishes_answered: int
    median_days_to_answer: float | None
    decisions: int
    adopted: int
    adopted_with_changes: int
    rejected: int
    deferred: int
    deviations: int
    deviations_motivated: int
    """Of the deviations of that year, whenever the motivation was given; and so on."""
    deviations_fed_back: int
    deviations_contested: int
    median_days_to_feedback: float | None
    approvals_requested: int
    approvals_decided: int
    approvals_late: int
    """Decided in that year, after the last day of the term."""
    median_lead_days: float | None
    obstacles_raised: int
    obstacles_closed: int
    median_obstacle_days: float | None
    interventions: int
    interventions_that_resolved: int
    commitments_made: int
    commitments_kept: int
    commitments_kept_late: int
    commitments_broken: int


class StatisticsFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """What the statistics take in."""

    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    year: Annotated[int, Meta(ge=1900, le=2200, description="Only this year.")] | None = None


RESOURCES: Sequence[Resource] = (
    Register(
        path="statistics",
        operation="listStatistics",
        summary="Read the statistics of a municipality, a row per year",
        description="Open data: what the municipality made public, as JSON, CSV or JSON Lines.",
        row=YearFigures,
        narrow=StatisticsFilter,
        function="list_years",
    ),
)
