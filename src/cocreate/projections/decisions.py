"""The decision register: what was decided by whom, and whether one can still object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Body, Sector
from cocreate.projections.accounts.account import DecisionAccount, on_of
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 1


class DecisionRow(msgspec.Struct, frozen=True):
    """A decision as it is stored."""

    project_title: str
    sector: str
    title: str
    body: str
    body_name: str | None
    decision_type: str | None
    reference: str | None
    legal_basis: str | None
    motivation: str | None
    motivated: bool
    about: tuple[str, ...]
    adopted: int
    changed: int
    rejected: int
    deferred: int
    deviations: tuple[str, ...]
    departs_from_advice: str | None
    decided_on: date
    announced_on: date | None
    published_on: date | None
    sent_on: date | None
    effective_on: date | None
    expires_on: date | None
    open_to_objection: bool
    objection_until: date | None
    source: str | None
    position: int


def row(decision: DecisionAccount, about: About) -> DecisionRow:
    """Give the row of a decision."""
    outcomes = decision.outcomes
    announced = decision.announced
    return DecisionRow(
        about.title,
        about.sector,
        decision.title,
        decision.body,
        decision.body_name,
        decision.decision_type,
        decision.reference,
        decision.legal_basis,
        decision.motivation,
        decision.motivated,
        decision.about,
        outcomes.get("adopted", 0),
        outcomes.get("adopted-with-changes", 0),
        outcomes.get("rejected", 0),
        outcomes.get("deferred", 0),
        decision.deviations,
        decision.departs_from_advice,
        decision.since,
        decision.sent_on or decision.published_on or on_of(announced),
        decision.published_on,
        decision.sent_on,
        decision.effective_on,
        decision.expires_on,
        decision.open_to_objection,
        decision.objection_until,
        decision.source,
        decision.position,
    )


TABLES: Sequence[Table] = (VersionedTable("decision", DecisionAccount, one(row)),)


class ObjectionState(StrEnum):
    """Whether one can object to a decision (Awb 6:7 and 6:8)."""

    NONE = "none"
    NOT_BEGUN = "not-begun"
    RUNNING = "running"
    OVER = "over"


class Decision(msgspec.Struct, frozen=True, rename="camel"):
    """A decision in the register."""

    project: UUID
    project_title: str
    decision: str
    title: str
    body: Body
    body_name: str | None
    decision_type: str | None
    reference: str | None
    legal_basis: str | None
    motivation: str | None
    motivated: bool
    """Whether it says why, as a whole or for each outcome."""
    sector: Sector
    about: Sequence[str]
    adopted: int
    adopted_with_changes: int
    rejected: int
    deferred: int
    deviations: Sequence[str]
    departs_from_advice: str | None
    decided_on: date
    announced_on: date | None
    published_on: date | None
    sent_on: date | None
    effective_on: date | None
    expires_on: date | None
    objection: ObjectionState
    """Whether one can object; not begun as long as the decision was not announced."""
    objection_until: date | None
    objection_days_left: int | None
    source: str | None
    position: int


class DecisionFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which decisions are given; days are both included."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    body: Annotated[Body, Meta(description="Only those of this body.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    objection: (
        Annotated[ObjectionState, Meta(description="Only those with the term for objection so.")]
        | None
    ) = None
    deviates: (
        Annotated[bool, Meta(description="Only those with deviations, or without.")] | None
    ) = None
    from_date: Annotated[date, Meta(description="Decided on this day or later.")] | None = None
    until_date: Annotated[date, Meta(description="Decided on this day or earlier.")] | None = None


RESOURCES: Sequence[Resource] = (
    Register(
        path="decisions",
        operation="listDecisions",
        summary="Read the decision register of a municipality",
        description="The latest first, with the term for objection.",
        row=Decision,
        narrow=DecisionFilter,
        function="list_decisions",
        changes=("decision",),
        told_as={"changed": "adopted_with_changes"},
    ),
)
