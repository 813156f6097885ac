"""The duties: all that a municipality owes, by the day it is due, over all its projects.

What is owed on a subject is in its account (``Account.duties``), so a duty is the same here, on the
timeline, in a story and in a report. The timeline tells a duty once its day is past; here those are
told as well whose day is still to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from cocreate.domain.vocabulary import Body, Sector
from cocreate.projections.accounts.account import (
    Account,
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    WishAccount,
)
from cocreate.projections.resource import Dashboard, Register, Resource
from cocreate.projections.story import owed_since
from cocreate.projections.tables import About, Table, VersionedTable

VERSION = 1

Duty = Literal[
    "answer",
    "realisation",
    "motivation",
    "feedback",
    "announcement",
    "decision",
    "fulfilment",
    "date",
]
"""What is owed: an answer to a wish; what residents miss of one that was called realised; why a
deviation is; telling residents of it; announcing a decision; deciding on an approval; keeping a
promise; naming the day of one."""


class DutyRow(msgspec.Struct, frozen=True):
    """A duty as it is stored."""

    project_title: str
    sector: str
    department: str
    subject: str
    subject_kind: str
    title: str
    duty: str
    owed_by: str | None
    body: str | None
    since: date
    due_on: date | None
    position: int


def rows(account: Account, about: About) -> Iterable[tuple[str, DutyRow]]:
    """Give the rows of a subject: one for each thing that is owed on it."""
    department, owed_by, body = about.department, None, None
    match account:
        case ApprovalAccount():
            department, owed_by = account.department or department, account.authority
        case CommitmentAccount():
            owed_by = account.by
        case DecisionAccount():
            owed_by, body = account.body_name, account.body
        case DeviationAccount():
            body = account.body
        case _:
            pass
    for duty in account.duties:
        yield (
            f"{account.id}/{duty}",
            DutyRow(
                about.title,
                about.sector,
                department,
                account.id,
                account.kind,
                account.title,
                duty,
                owed_by,
                body,
                owed_since(account, duty),
                account.due_on,
                account.position,
            ),
        )


TABLES: Sequence[Table] = (
    VersionedTable(
        "duty",
        (WishAccount, DecisionAccount, DeviationAccount, ApprovalAccount, CommitmentAccount),
        rows,
    ),
)


class DueTime(StrEnum):
    """When something is due, seen from the day that counts as today."""

    OVERDUE = "overdue"
    """Its day is past."""
    SOON = "soon"
    """Today or in the fourteen days after it."""
    LATER = "later"
    UNDATED = "undated"
    """Neither the law nor a promise names a day: it is owed from the start."""


class OwedDuty(msgspec.Struct, frozen=True, rename="camel"):
    """A duty in the register."""

    project: UUID
    project_title: str
    sector: Sector
    department: str
    """The one that handles the approval, if it is owed on one and that is known; else that of the
    project."""
    subject: str
    subject_kind: str
    title: str
    """Of the subject."""
    duty: Duty
    owed_by: str | None
    """The authority, or who promised, or the name of the body; null where none is recorded."""
    body: Body | None
    since: date
    due_on: date | None
    when: DueTime
    days_owed: int
    days_late: int | None
    days_left: int | None
    position: int


class DutyFilter(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which duties are given."""

    project: Annotated[UUID, Meta(description="Only those of this project.")] | None = None
    department: Annotated[str, Meta(max_length=300, description="Only this department.")] | None = (
        None
    )
    duty: Annotated[Duty, Meta(description="Only what is owed so.")] | None = None
    when: Annotated[DueTime, Meta(description="Only what is due then.")] | None = None


class DutyNarrowing(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What the overview takes in. When something is due is what it tells."""

    project: Annotated[UUID, Meta(description="Only this project.")] | None = None
    department: Annotated[str, Meta(max_length=300, description="Only this department.")] | None = (
        None
    )
    duty: Annotated[Duty, Meta(description="Only what is owed so.")] | None = None


class DutyCount(msgspec.Struct, frozen=True, rename="camel"):
    """How many duties there are, by when they are due."""

    total: int
    overdue: int
    soon: int
    later: int
    undated: int


class DutyKindCount(DutyCount, frozen=True, rename="camel"):
    """The duties of one kind."""

    duty: Duty


class DepartmentDuties(DutyCount, frozen=True, rename="camel"):
    """The duties of one department."""

    department: str


class ProjectDuties(DutyCount, frozen=True, rename="camel"):
    """The duties of one project."""

    project: UUID
    title: str


class DutyOverview(msgspec.Struct, frozen=True, rename="camel"):
    """How much a municipality owes."""

    all: DutyCount
    by_duty: list[DutyKindCount]
    """As if it were not narrowed to one duty; so are the others by what they are told by."""
    by_department: list[DepartmentDuties]
    by_project: list[ProjectDuties]
    """Those with most that is overdue first, two hundred at most."""


RESOURCES: Sequence[Resource] = (
    Register(
        path="duties",
        operation="listDuties",
        summary="Read all that a municipality owes, by the day it is due",
        description="Answers, motivations, feedback, announcements, decisions and promises; what "
        "is due first comes first, what has no day last.",
        row=OwedDuty,
        narrow=DutyFilter,
        function="list_duties",
    ),
    Dashboard(
        path="duty-overview",
        operation="readDutyOverview",
        summary="Read how much is overdue, due soon, due later, and owed without a day",
        answers=DutyOverview,
        narrow=DutyNarrowing,
        function="read_overview",
    ),
)
