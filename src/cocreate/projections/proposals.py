"""The proposal register: every plan that answers wishes, and which wait for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Outcome, ProposalStatus, Sector
from cocreate.projections.accounts.account import ProposalAccount, on_of
from cocreate.projections.resource import Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 1

WAITS = (ProposalStatus.OPEN, ProposalStatus.DEFERRED)
"""How a proposal stands that a body has yet to decide on, or put off."""


class ProposalRow(msgspec.Struct, frozen=True):
    """A proposal as it is stored."""

    project_title: str
    sector: str
    title: str
    status: str
    outcome: str | None
    answers: tuple[str, ...]
    comes_from: tuple[str, ...]
    merged_into: str | None
    decisions: tuple[str, ...]
    deviations: tuple[str, ...]
    revisions: int
    submitted_on: date
    decided_on: date | None
    source: str | None
    position: int
    waits: bool


def row(proposal: ProposalAccount, about: About) -> ProposalRow:
    """Give the row of a proposal."""
    return ProposalRow(
        about.title,
        about.sector,
        proposal.title,
        proposal.status,
        proposal.outcome,
        proposal.answers,
        proposal.comes_from,
        proposal.merged_into,
        proposal.decisions,
        proposal.deviations,
        proposal.revisions,
        proposal.since,
        on_of(proposal.decided),
        proposal.source,
        proposal.position,
        proposal.status in WAITS,
    )


TABLES: Sequence[Table] = (VersionedTable("proposal", ProposalAccount, one(row)),)


class Proposal(msgspec.Struct, frozen=True, rename="camel"):
    """A proposal in the register."""

    project: UUID
    project_title: str
    proposal: str
    title: str
    status: ProposalStatus
    outcome: Outcome | None
    sector: Sector
    answers: Sequence[str]
    """The wishes that it answers."""
    comes_from: Sequence[str]
    merged_into: str | None
    decisions: Sequence[str]
    deviations: Sequence[str]
    revisions: int
    submitted_on: date
    decided_on: date | None
    """The day of the first decision on it, which may have put it off."""
    days_waiting: int | None
    """Days it has waited for a decision; null where it does not."""
    source: str | None
    position: int


class ProposalFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which proposals are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    status: Annotated[ProposalStatus, Meta(description="Only those that stand so.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    undecided: (
        Annotated[
            bool, Meta(description="Only those that wait for a decision, or only the others.")
        ]
        | None
    ) = None
    from_date: Annotated[date, Meta(description="Submitted on this day or later.")] | None = None
    until_date: Annotated[date, Meta(description="Submitted on this day or earlier.")] | None = None


RESOURCES: Sequence[Resource] = (
    Register(
        path="proposals",
        operation="listProposals",
        summary="Read the proposal register of a municipality",
        description="Those that wait for a decision first, the oldest before the younger.",
        row=Proposal,
        narrow=ProposalFilter,
        function="list_proposals",
        changes=("proposal",),
    ),
)
