"""The approval board: who has to give permission, since when, by which day, and how long it takes.

What was withdrawn got no answer: it is neither pending nor decided, and never late.

Days of lateness are by the day that the law sets (``dueOn``), or that was stated where no law sets
one. Lead times count from the request to the answer, as days in the calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.vocabulary import ApprovalKind, ApprovalStatus, Sector
from cocreate.projections.accounts.account import ApprovalAccount
from cocreate.projections.resource import Dashboard, Register, Resource
from cocreate.projections.tables import About, Table, VersionedTable, one

VERSION = 2


class ApprovalRow(msgspec.Struct, frozen=True):
    """An approval as it is stored."""

    project_title: str
    sector: str
    kind: str
    title: str
    authority: str
    department: str | None
    procedure: str
    status: str
    needed_for: tuple[str, ...]
    requested_on: date
    first_due_on: date | None
    due_on: date | None
    decided_on: date | None
    withdrawn_on: date | None
    suspended_since: date | None
    suspended_until: date | None
    suspensions: int
    extensions: int
    notice_on: date | None
    penalty_from: date | None
    reference: str | None
    source: str | None
    position: int


def row(approval: ApprovalAccount, about: About) -> ApprovalRow:
    """Give the row of an approval."""
    last = approval.suspensions[-1] if approval.suspensions else None
    until = None if last is None else last.until
    if until is not None and last is not None and last.resumed:
        until -= timedelta(days=1)  # on the day itself the clock runs again
    return ApprovalRow(
        about.title,
        about.sector,
        approval.category,
        approval.title,
        approval.authority,
        approval.department,
        approval.procedure,
        approval.status,
        approval.about,
        approval.since,
        approval.first_due_on,
        approval.due_on,
        approval.decided_on,
        approval.withdrawn_on,
        None if last is None else last.since,
        until,
        len(approval.suspensions),
        approval.extensions,
        approval.notice_on,
        approval.penalty_from,
        approval.reference,
        approval.source,
        approval.position,
    )


TABLES: Sequence[Table] = (VersionedTable("approval", ApprovalAccount, one(row)),)


class Approval(msgspec.Struct, frozen=True, rename="camel"):
    """An approval in the register."""

    project: UUID
    project_title: str
    approval: str
    kind: ApprovalKind
    title: str
    authority: str
    department: str | None
    procedure: Procedure
    status: ApprovalStatus
    sector: Sector
    needed_for: Sequence[str]
    requested_on: date
    first_due_on: date | None
    """The last day as it was set at the request."""
    due_on: date | None
    """The last day that holds; null while the clock stands still without a known end."""
    decided_on: date | None
    withdrawn_on: date | None
    lead_days: int
    """Days from the request to the answer, to the withdrawal, or so far."""
    days_late: int | None
    """Days past the last day: of the answer, or so far; null for what was withdrawn."""
    days_left: int | None
    suspended: bool
    """Whether the clock stands still today (Awb 4:15)."""
    suspensions: int
    extensions: int
    notice_on: date | None
    penalty_from: date | None
    reference: str | None
    source: str | None
    position: int


class ApprovalFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which approvals are taken in; a period takes in what was open on any of its days."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    sector: Annotated[Sector, Meta(description="Only projects of this sector.")] | None = None
    kind: Annotated[ApprovalKind, Meta(description="Only this kind of permission.")] | None = None
    authority: Annotated[str, Meta(max_length=300, description="Only this authority.")] | None = (
        None
    )
    department: Annotated[str, Meta(max_length=300, description="Only this department.")] | None = (
        None
    )
    status: Annotated[ApprovalStatus, Meta(description="Only those that stand so.")] | None = None
    overdue: (
        Annotated[bool, Meta(description="Only those past their day and still open, or not.")]
        | None
    ) = None
    from_date: Annotated[date, Meta(description="The first day of the period.")] | None = None
    until_date: Annotated[date, Meta(description="The last day of the period.")] | None = None


class LeadTimes(msgspec.Struct, frozen=True, rename="camel"):
    """How long answers took, in days, and how many took so long.

    Medians and the like are interpolated between values, as NumPy and pandas do by default.
    """

    decided: int
    mean: float | None
    median: float | None
    p90: float | None
    longest: int | None
    within_week: int
    within_two_weeks: int
    """More than 7 days, at most 14; and so on."""
    within_four_weeks: int
    within_eight_weeks: int
    within_sixteen_weeks: int
    longer: int


class ApprovalCount(msgspec.Struct, frozen=True, rename="camel"):
    """The approvals that share an authority, a kind, or a department."""

    code: str | None
    pending: int
    """Waiting for an answer while the clock runs."""
    suspended: int
    """Waiting while the clock stands still (Awb 4:15)."""
    overdue: int
    """Of those that wait, past their last day."""
    decided: int
    decided_late: int
    refused: int
    withdrawn: int
    lead_days: LeadTimes


class AuthorityAndKind(ApprovalCount, frozen=True, rename="camel"):
    """The approvals of one kind that one authority has to give; ``code`` is the kind."""

    authority: str


class OverdueApproval(msgspec.Struct, frozen=True, rename="camel"):
    """An approval past its day that was not decided."""

    project: UUID
    project_title: str
    approval: str
    title: str
    kind: ApprovalKind
    authority: str
    department: str | None
    requested_on: date
    due_on: date
    days_late: int


class ApprovalBoard(msgspec.Struct, frozen=True, rename="camel"):
    """The approvals of a municipality, by who has to give them."""

    all: ApprovalCount
    by_authority: list[ApprovalCount]
    by_kind: list[ApprovalCount]
    by_department: list[ApprovalCount]
    by_authority_and_kind: list[AuthorityAndKind]
    overdue: list[OverdueApproval]
    """The hundred that are latest."""


RESOURCES: Sequence[Resource] = (
    Register(
        path="approvals",
        operation="listApprovals",
        summary="Read the approvals of a municipality",
        description="The open ones first, by the day they are due.",
        row=Approval,
        narrow=ApprovalFilter,
        function="list_approvals",
        changes=("approval",),
    ),
    Dashboard(
        path="approval-board",
        operation="readApprovalBoard",
        summary="Read who has to give permission, what waits and how long answers take",
        answers=ApprovalBoard,
        narrow=ApprovalFilter,
        function="read_board",
    ),
)
