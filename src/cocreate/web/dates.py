"""The days that calendars have: until when something is to be done, and until when to object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from cocreate.api.asking import rows_at
from cocreate.api.knowing import Known
from cocreate.domain.vocabulary import ApprovalStatus, CommitmentStatus
from cocreate.projections.accounts import AnyAccount, decode
from cocreate.projections.accounts.account import (
    Account,
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
)
from cocreate.projections.decisions import Decision, DecisionFilter, ObjectionState
from cocreate.projections.duties import DueTime, DutyFilter, OwedDuty
from cocreate.projections.resource import ProjectFile

RUNS: Final = (ApprovalStatus.PENDING, ApprovalStatus.SUSPENDED, CommitmentStatus.OPEN)
"""How approvals and promises stand that run to a day."""
MODELS: Final = ("duties", "decisions", "timeline")
"""The read models that tell the days to come of a municipality."""


class Day(NamedTuple):
    """A day to keep in mind."""

    on: date
    what: str
    """The text that says what it is."""
    project: UUID
    account: Account
    in_project: str | None = None
    """The title of the project, where it does not speak for itself."""

    @property
    def recorded_at(self) -> int:
        """The position of the last step on what it is of."""
        return max((self.account.position, *(each.position for each in self.account.chain)))

    @property
    def revisions(self) -> int:
        """How many steps there were on it after the one that it came to be by."""
        since = self.account.position
        return len({each.position for each in self.account.chain if each.position > since})


def runs_to(account: Account) -> date | None:
    """Give the day that an approval or a promise runs to; None for all that runs to none."""
    if isinstance(account, ApprovalAccount | CommitmentAccount) and account.status in RUNS:
        return account.due_on
    return None


def days_of(account: Account, project: UUID, in_project: str | None = None) -> Iterator[Day]:
    """Give the days of a subject."""
    if (due := runs_to(account)) is not None:
        yield Day(due, f"due-{account.kind}", project, account, in_project)
    if isinstance(account, DecisionAccount) and account.objection_until is not None:
        yield Day(account.objection_until, "due-objection", project, account, in_project)


def days_in(file: ProjectFile) -> Sequence[Day]:
    """Give the days of a project, in their order."""
    return _in_order(day for account in file.subjects.values() for day in days_of(account, file.id))


async def days_to_come(known: Known, most: int) -> Sequence[Day]:
    """Give the first days from today on over all projects of a municipality, in their order."""
    named: dict[tuple[UUID, str], None] = {}
    for when in (DueTime.SOON, DueTime.LATER):
        duties, _ = await rows_at(
            "duties", OwedDuty, known, DutyFilter(when=when), None, most - len(named)
        )
        named |= dict.fromkeys((each.project, each.subject) for each in duties)
        if len(named) >= most:
            break
    objections = DecisionFilter(objection=ObjectionState.RUNNING)
    decisions, _ = await rows_at("decisions", Decision, known, objections, None, most)
    named |= dict.fromkeys((each.project, each.decision) for each in decisions)
    projects: dict[UUID, AnyAccount | None] = {}
    found: list[Day] = []
    for project, subject in named:
        if project not in projects:
            projects[project] = await _account(known, project, "")
        title = getattr(projects[project], "title", None)
        # Of a project that is internal, the public may know a step; there is no page to lead to.
        if title is not None and isinstance(
            account := await _account(known, project, subject), Account
        ):
            found += days_of(account, project, title)
    return _in_order(each for each in found if each.on >= known.today)[:most]


async def _account(known: Known, project: UUID, subject: str) -> AnyAccount | None:
    body = await known.account(project, subject)
    return None if body is None else decode(body)


def _in_order(days: Iterator[Day]) -> Sequence[Day]:
    return sorted(days, key=lambda each: (each.on, each.project, each.account.id, each.what))
