"""Comparison of municipalities that take part by consent, in groups that hide each of them.

The figures of a municipality rest on its public steps, and are given only while it takes part.
What is shown of a group is bounded by :mod:`cocreate.projections.bounds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median, quantiles
from typing import Annotated

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Sector
from cocreate.projections.accounts import MunicipalityAccount
from cocreate.projections.bounds import (
    LEAST_FOR_QUARTILES,
    LEAST_MUNICIPALITIES,
    Basis,
    enough,
)
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

PROJECTS = "projects"
"""The figure that rests on every project of a group."""
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


class Figure(msgspec.Struct, frozen=True):
    """What projects of a municipality come to, in a sector or in all, of a year or of all."""

    name: str
    sector: str | None
    year: int | None
    """The year in which they started."""
    value: float
    projects: int
    """How many projects this very figure rests on."""


class Spread(msgspec.Struct, frozen=True, rename="camel"):
    """A figure over the municipalities of a group, and that of the municipality that asks."""

    municipalities: int
    projects: int
    """How many projects this very figure rests on."""
    lower_quartile: float | None
    """Null, as is the upper one, where it rests on fewer than five municipalities."""
    median: float
    upper_quartile: float | None
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
                description="The municipality of the key that is sent, if it takes part: its own "
                "figures are set beside the others. The operator may name any.",
            ),
        ]
        | None
    ) = None


Named = dict[str, dict[str, Figure]]
"""Figures by their name, and by the code of the municipality they are of."""


def compare(
    figures: Mapping[str, Sequence[Figure]], today: date, narrow: ComparisonFilter
) -> Comparison:
    """Compare the figures of municipalities, by their codes."""
    taking_part = len(figures) if len(figures) >= LEAST_MUNICIPALITIES else 0
    groups: dict[tuple[str | None, int | None], Named] = {}
    for code, each in figures.items():
        for figure in each:
            if narrow.sector is not None and figure.sector != narrow.sector:
                continue
            if narrow.year is not None and figure.year != narrow.year:
                continue
            group = groups.setdefault((figure.sector, figure.year), {})
            group.setdefault(figure.name, {})[code] = figure
    told = []
    for (sector, year), of in sorted(
        groups.items(), key=lambda item: (item[0][0] or "", item[0][1] or 0)
    ):
        basis = _basis(of.get(PROJECTS, {}))
        if enough(basis):
            told.append(
                Group(
                    None if sector is None else Sector(sector),
                    year,
                    len(basis),
                    sum(basis.values()),
                    *(_spread(of.get(name, {}), narrow.own) for name in FIGURES),
                )
            )
    return Comparison(taking_part, today, told)


def _basis(of: Mapping[str, Figure]) -> Basis:
    return {code: figure.projects for code, figure in of.items()}


def _spread(of: Mapping[str, Figure], own: str | None) -> Spread | None:
    basis = _basis(of)
    if not enough(basis):
        return None
    values = [figure.value for figure in of.values()]
    lower = upper = None
    if len(values) >= LEAST_FOR_QUARTILES:
        lower, _, upper = (round(each, 4) for each in quantiles(values, n=4, method="inclusive"))
    beside = of.get(own or "")
    return Spread(
        len(basis),
        sum(basis.values()),
        lower,
        round(median(values), 4),
        upper,
        None if beside is None else beside.value,
    )
