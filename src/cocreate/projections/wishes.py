"""The wish register: every wish of a municipality, how it stands, and how long it waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Initiative, Outcome, ResidentsWord, Sector, WishStatus
from cocreate.projections.accounts.account import WishAccount, on_of
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 2


class WishRow(msgspec.Struct, frozen=True):
    """A wish as it is stored."""

    project_title: str
    sector: str
    initiative: str
    title: str
    status: str
    outcome: str | None
    place: str | None
    theme: str | None
    expressed_on: date
    answered_on: date | None
    fed_back_on: date | None
    closed_on: date | None
    word: str | None
    merged_into: str | None
    comes_from: tuple[str, ...]
    proposals: tuple[str, ...]
    decisions: tuple[str, ...]
    deviations: tuple[str, ...]
    feedback: tuple[str, ...]
    source: str | None
    position: int
    waits: bool


def row(wish: WishAccount, about: About) -> WishRow:
    """Give the row of a wish."""
    return WishRow(
        about.title,
        about.sector,
        about.initiative,
        wish.title,
        wish.status,
        wish.outcome,
        wish.place,
        wish.theme,
        wish.since,
        on_of(wish.answered),
        on_of(wish.fed_back),
        wish.closed_on,
        wish.word,
        wish.merged_into,
        wish.comes_from,
        wish.proposals,
        wish.decisions,
        wish.deviations,
        wish.feedback,
        wish.source,
        wish.position,
        wish.waits,
    )


class SupportRow(msgspec.Struct, frozen=True):
    """How many stand behind a wish: apart, since nothing changes as often."""

    supporters: int
    of_sector: str
    of_year: int | None
    """The year for which the statistics count them; None where they count with what the wish was
    merged into."""


def _support(wish: WishAccount, about: About) -> list[tuple[str, SupportRow]]:
    if not wish.supporters:
        return []
    year = None if wish.status is WishStatus.MERGED else wish.since.year
    return [(wish.id, SupportRow(wish.supporters, about.sector, year))]


TABLES: Sequence[Table] = (
    VersionedTable("wish", WishAccount, one(row)),
    VersionedTable("support", WishAccount, _support),
)


class Wish(msgspec.Struct, frozen=True, rename="camel"):
    """A wish in the register."""

    project: UUID
    project_title: str
    wish: str
    title: str
    status: WishStatus
    outcome: Outcome | None
    sector: Sector
    initiative: Initiative
    place: str | None
    theme: str | None
    supporters: int
    expressed_on: date
    age_days: int
    """Days since it was expressed; of a closed one, until it closed."""
    answered_on: date | None
    """The day of what answered it first: a decision on it, other than to put it off, feedback to
    residents about it, or its realisation."""
    days_without_answer: int | None
    """Days it has waited for an answer; null for one that has it, or needs none any more: what was
    withdrawn, or went into other wishes."""
    fed_back_on: date | None
    residents_word: ResidentsWord | None
    merged_into: str | None
    comes_from: Sequence[str]
    proposals: Sequence[str]
    decisions: Sequence[str]
    deviations: Sequence[str]
    feedback: Sequence[str]
    source: str | None
    position: int


class WishFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which wishes are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    status: Annotated[WishStatus, Meta(description="Only those that stand so.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    theme: Annotated[str, Meta(max_length=200, description="Only this theme.")] | None = None
    unanswered: (
        Annotated[bool, Meta(description="Only those that wait for an answer, or only the others.")]
        | None
    ) = None
    min_days_without_answer: (
        Annotated[
            int, Meta(ge=0, le=36_500, description="Only those that wait so many days or more.")
        ]
        | None
    ) = None
    from_date: Annotated[date, Meta(description="Expressed on this day or later.")] | None = None
    until_date: Annotated[date, Meta(description="Expressed on this day or earlier.")] | None = None


RESOURCES: Sequence[Resource] = (
    Register(
        path="wishes",
        operation="listWishes",
        summary="Read the wish register of a municipality",
        description="The longest waiting first, then the others by age.",
        row=Wish,
        narrow=WishFilter,
        function="list_wishes",
        changes=("wish",),
        told_as={"word": "residents_word"},
        apart={"support": {"supporters": 0}},
    ),
)
