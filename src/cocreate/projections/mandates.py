"""The mandate overview: who directs and who gives account, and when nobody did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Body, MandateRole, ProjectStatus, Sector
from cocreate.projections.accounts import ProjectAccount
from cocreate.projections.accounts.account import PartyAccount
from cocreate.projections.resource import (
    Document,
    NoFilter,
    ProjectFile,
    Register,
    Resource,
)
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 1


class MandateRow(msgspec.Struct, frozen=True):
    """A role in a project as it is stored: who has it, and how long nobody had."""

    project_title: str
    sector: str
    department: str
    status: str
    role: str
    party: str | None
    body: str | None
    scope: str | None
    held_since: date | None
    project_since: date
    closed_on: date | None
    gap_days: int
    """Days on which nobody had it, but for a gap that is open still."""
    open_gap_since: date | None
    """Since when nobody has it."""
    changes: int
    position: int


class Gap(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A time in which nobody had a role."""

    role: MandateRole
    since: date
    """The first day without."""
    until: date | None = None
    """The day on which another took it up; none while nobody has."""


def gaps(project: ProjectAccount, role: MandateRole) -> list[Gap]:
    """Give the times in which nobody had a role, from the start of the project to its end.

    Days are taken as they happened, whatever the order in which they were recorded.
    """
    found = []
    covered = project.since
    end = project.closed_on
    spans = sorted(
        (
            span
            for span in project.mandates
            # One that ended no later than it began covers no day: steps may be recorded late.
            if span.role is role and (span.until is None or span.until > span.since)
        ),
        key=lambda span: (span.since, span.position),
    )
    for span in spans:
        if span.since > covered and (end is None or covered < end):
            found.append(Gap(role, covered, span.since if end is None else min(span.since, end)))
        if span.until is None:
            return found
        covered = max(covered, span.until)
    if end is None:
        found.append(Gap(role, covered))
    elif covered < end:
        found.append(Gap(role, covered, end))
    return found


def rows(project: ProjectAccount, about: About) -> Iterable[tuple[str, MandateRow]]:
    """Give the rows of a project: one for each role."""
    for role in MandateRole:
        held = [span for span in project.mandates if span.role is role]
        now = next((span for span in reversed(held) if span.until is None), None)
        missing = gaps(project, role)
        closed = [gap for gap in missing if gap.until is not None]
        still = next((gap.since for gap in missing if gap.until is None), None)
        yield (
            role,
            MandateRow(
                about.title,
                about.sector,
                about.department,
                project.status,
                role,
                None if now is None else now.party,
                None if now is None else now.body,
                None if now is None else now.scope,
                None if now is None else now.since,
                project.since,
                project.closed_on,
                sum((gap.until - gap.since).days for gap in closed if gap.until is not None),
                still,
                len(held),
                project.position if now is None else now.position,
            ),
        )


TABLES: Sequence[Table] = (VersionedTable("mandate", ProjectAccount, rows),)


class Held(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A time in which a party had a role."""

    role: MandateRole
    party: str
    name: str | None
    """Of the party, where the reader may know of it."""
    body: Body
    scope: str | None
    since: date
    position: int
    until: date | None = None


class MandateOverview(msgspec.Struct, frozen=True, rename="camel"):
    """Who directed a project and who gave account for it, at every moment."""

    project: UUID
    title: str
    position: int
    directs: str | None
    gives_account: str | None
    held: Sequence[Held]
    gaps: Sequence[Gap]
    gap_days: int
    """Days on which nobody directed or nobody gave account, both counted, up to today."""


def overview(file: ProjectFile, narrow: NoFilter, place: Mapping[str, str]) -> MandateOverview:
    """Give the mandate overview of a project."""
    del narrow, place
    project = file.project
    missing = [gap for role in MandateRole for gap in gaps(project, role)]

    def name(party_id: str) -> str | None:
        party = file.subjects.get(party_id)
        return party.title if isinstance(party, PartyAccount) else None

    return MandateOverview(
        file.id,
        project.title,
        file.position,
        project.directs,
        project.gives_account,
        [
            Held(
                span.role,
                span.party,
                name(span.party),
                span.body,
                span.scope,
                span.since,
                span.position,
                span.until,
            )
            for span in project.mandates
        ],
        missing,
        sum(max(0, ((gap.until or file.today) - gap.since).days) for gap in missing),
    )


class Mandate(msgspec.Struct, frozen=True, rename="camel"):
    """A role in a project: who has it, and how long nobody had."""

    project: UUID
    project_title: str
    role: MandateRole
    party: str | None
    body: Body | None
    scope: str | None
    held_since: date | None
    sector: Sector
    department: str
    status: ProjectStatus
    changes: int
    """How often it was assigned."""
    gap_days: int
    """Days on which nobody had it, up to today or the end of the project."""
    open_gap_since: date | None
    position: int


class MandateFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which roles are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    role: Annotated[MandateRole, Meta(description="Only this role.")] | None = None
    body: Annotated[Body, Meta(description="Only mandates of this body.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    vacant: (
        Annotated[bool, Meta(description="Only roles that nobody has now, or only others.")] | None
    ) = None
    with_gaps: (
        Annotated[bool, Meta(description="Only roles with days on which nobody had it, or others.")]
        | None
    ) = None


RESOURCES: Sequence[Resource] = (
    Document(
        path="mandate-overview",
        operation="readMandateOverview",
        summary="Read who directed a project and who gave account, and when nobody did",
        answers=MandateOverview,
        give=overview,
    ),
    Register(
        path="mandates",
        operation="listMandates",
        summary="Read who directs and who gives account in the projects of a municipality",
        description="Two rows per project; those that were vacant longest first.",
        row=Mandate,
        narrow=MandateFilter,
        function="list_mandates",
        changes=("mandate",),
        told_as={"gap_days": None},
    ),
)
