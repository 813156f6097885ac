"""Comparison of municipalities that take part by consent, in groups that hide each of them.

The figures of a municipality rest on its public steps, and are given only while it takes part. A
figure of a group is shown where it rests on three municipalities and five projects at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import quantiles
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Sector
from cocreate.projections.accounts import MunicipalityAccount
from cocreate.projections.resource import Resource
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 1
RESTS_ON = (
    "approvals",
    "commitments",
    "deviations",
    "directory",
    "obstacles",
    "wishes",
)

LEAST_MUNICIPALITIES = 3
LEAST_PROJECTS = 5
FIGURES = (
    "answered_share",
    "days_to_answer",
    "deviation_share",
    "motivated_share",
    "fed_back_share",
    "days_to_feedback",
    "late_share",
    "lead_days",
    "obstacles_per_project",
    "resolved_share",
    "obstacle_days",
    "kept_share",
)


class ConsentRow(msgspec.Struct, frozen=True):
    """Whether a municipality takes part."""

    takes_part: bool
    since: date


def _consent(municipality: MunicipalityAccount, about: About) -> list[tuple[str, ConsentRow]]:
    del about
    return [("", ConsentRow(municipality.takes_part, municipality.since))]


TABLES: Sequence[Table] = (VersionedTable("consent", MunicipalityAccount, _consent),)
RESOURCES: Sequence[Resource] = ()


class Figures(msgspec.Struct, frozen=True):
    """What the projects of a municipality come to, in a sector or in all, of a year or of all."""

    sector: str | None
    year: int | None
    """The year in which they started."""
    projects: int
    answered_share: float | None
    days_to_answer: float | None
    deviation_share: float | None
    motivated_share: float | None
    fed_back_share: float | None
    days_to_feedback: float | None
    late_share: float | None
    lead_days: float | None
    obstacles_per_project: float | None
    resolved_share: float | None
    obstacle_days: float | None
    kept_share: float | None


class Spread(msgspec.Struct, frozen=True, rename="camel"):
    """A figure over the municipalities of a group, and that of the municipality that asks."""

    municipalities: int
    projects: int
    lower_quartile: float
    median: float
    upper_quartile: float
    own: float | None = None


class Group(msgspec.Struct, frozen=True, rename="camel"):
    """A group of projects, compared across municipalities.

    Shares lie between 0 and 1. A figure is null where the group is too small to be shown.
    """

    sector: Sector | None
    year: int | None
    municipalities: int
    projects: int
    answered_share: Spread | None
    """Of the wishes, those that got an answer."""
    days_to_answer: Spread | None
    """The median days from a wish to its answer; and so on."""
    deviation_share: Spread | None
    """Deviations for each wish and proposal that was decided on."""
    motivated_share: Spread | None
    fed_back_share: Spread | None
    days_to_feedback: Spread | None
    late_share: Spread | None
    """Of the approvals that were decided, those that came after the last day."""
    lead_days: Spread | None
    obstacles_per_project: Spread | None
    resolved_share: Spread | None
    obstacle_days: Spread | None
    kept_share: Spread | None
    """Of the commitments with a date that has come, those kept in time."""


class Comparison(msgspec.Struct, frozen=True, rename="camel"):
    """Municipalities compared: those that take part, in groups that hide each of them."""

    municipalities: int
    """How many take part; 0 where they are fewer than three."""
    as_of: date
    groups: list[Group]


class ComparisonFilter(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True
):
    """What is compared."""

    sector: Annotated[Sector, Meta(description="Only this sector.")] | None = None
    year: (
        Annotated[
            int, Meta(ge=1900, le=2200, description="Only projects that started in this year.")
        ]
        | None
    ) = None
    own: (
        Annotated[
            str,
            Meta(
                pattern=r"^GM[0-9]{4}(?![\s\S])",
                description="A municipality that takes part, to be set beside the others.",
            ),
        ]
        | None
    ) = None


def compare(
    figures: Mapping[str, Sequence[Figures]], today: date, narrow: ComparisonFilter
) -> Comparison:
    """Compare the figures of municipalities, by their codes."""
    taking_part = len(figures) if len(figures) >= LEAST_MUNICIPALITIES else 0
    groups: dict[tuple[str | None, int | None], dict[str, Figures]] = {}
    for code, each in figures.items():
        for figure in each:
            if narrow.sector is not None and figure.sector != narrow.sector:
                continue
            if narrow.year is not None and figure.year != narrow.year:
                continue
            groups.setdefault((figure.sector, figure.year), {})[code] = figure
    told = []
    for (sector, year), of in sorted(
        groups.items(), key=lambda item: (item[0][0] or "", item[0][1] or 0)
    ):
        projects = sum(figure.projects for figure in of.values())
        if len(of) < LEAST_MUNICIPALITIES or projects < LEAST_PROJECTS:
            continue
        told.append(
            Group(
                None if sector is None else Sector(sector),
                year,
                len(of),
                projects,
                *(_spread(of, name, narrow.own) for name in FIGURES),
            )
        )
    return Comparison(taking_part, today, told)


def _spread(of: dict[str, Figures], name: str, own: str | None) -> Spread | None:
    known = {
        code: value for code, figure in of.items() if (value := getattr(figure, name)) is not None
    }
    projects = sum(of[code].projects for code in known)
    if len(known) < LEAST_MUNICIPALITIES or projects < LEAST_PROJECTS:
        return None
    lower, median, upper = (round(each, 4) for each in _quartiles(known.values()))
    return Spread(len(known), projects, lower, median, upper, known.get(own or ""))


def _quartiles(values: Iterable[float]) -> list[float]:
    return quantiles(values, n=4, method="inclusive")
