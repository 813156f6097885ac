"""The term of an approval: its last day, which days were counted and why, and what lateness costs.

Worked out from the steps an audience knows by the same pure functions that set the day in the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from msgspec.structs import replace

from cocreate.domain.calendar import Calendar
from cocreate.domain.municipality import DayOffDeclared, municipality_id
from cocreate.domain.project.approvals import extended, resumed, suspended
from cocreate.domain.statutory_clock import (
    ClockFacts,
    Penalty,
    Reckoning,
    Term,
    penalty,
    reckon,
)
from cocreate.domain.statutory_reckoning import PENALTY_STATES, REASONS
from cocreate.domain.statutory_reckoning import Step as ReckonedStep
from cocreate.domain.steps import approvals
from cocreate.domain.steps.base import Event
from cocreate.log.read import Reader
from cocreate.projections.files import known_steps
from cocreate.projections.known import Audience, Known


class CountedDays(msgspec.Struct, frozen=True, rename="camel"):
    """One step of the reckoning, and why, in words."""

    step: ReckonedStep
    nl: str
    en: str


class TermAccount(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How the last day of an approval's term comes about."""

    approval: str
    requested_on: date
    term: Term | None
    """The term that the law set on the day of the request; it stays with the request."""
    due_on: date | None
    """The last day; where no law sets one, the day that was stated; none while suspended."""
    nominal_end: date | None
    suspended_days: int
    counted: list[CountedDays]
    decided_on: date | None = None
    withdrawn_on: date | None = None
    days_late: int | None = None
    """Days past the last day: of the answer, or so far; none for what was withdrawn."""
    penalty: Penalty | None = None
    penalty_nl: str | None = None
    penalty_en: str | None = None


async def read_term(
    reader: Reader,
    tenant: str,
    project: UUID,
    audience: Audience,
    approval: str,
    today: date,
    *,
    position: int,
) -> TermAccount | None:
    """Give the term of an approval as known at a position of the log.

    None where the audience knows of no such approval.
    """
    steps = await known_steps(reader, tenant, project, audience, position)
    told = [step for step in steps if getattr(step.event, "approval", None) == approval]
    # The law is no secret: days off count for everyone, whoever may read that they were declared.
    rules = await known_steps(reader, tenant, municipality_id(tenant), Audience.INTERNAL, position)
    return account_of(approval, told, rules, today)


def account_of(
    approval: str, told: Iterable[Known], rules: Iterable[Known], today: date
) -> TermAccount | None:
    """Give the term of an approval from the steps on it, and those of its municipality.

    The days off are those that were known when the last day was set last: a decree that came after
    the answer changes nothing, and one that moves a term that runs is followed by a step that says
    so.
    """
    clock: ClockFacts | None = None
    stated: date | None = None
    withdrawn_on: date | None = None
    set_at = 0
    for step in told:
        event = step.event
        if isinstance(event, approvals.ApprovalRequested):
            clock = ClockFacts(requested_on=event.occurred_on, term=event.term)
            stated = event.stated_due_on
        elif clock is not None:
            clock = _after(clock, event)
        if isinstance(event, DUE_ON_SET):
            set_at = step.recorded.position
        if isinstance(event, approvals.ApprovalWithdrawn):
            withdrawn_on = event.occurred_on
    if clock is None:
        return None
    calendar = _calendar(rules, set_at)
    reckoning = reckon(clock, calendar) if clock.term is not None else None
    due_on = reckoning.end if reckoning is not None else stated
    owed = penalty(clock, calendar, today)
    until = clock.decided_on or today
    late = withdrawn_on is None and due_on is not None and until > due_on
    words = PENALTY_STATES[owed.state] if owed is not None else None
    return TermAccount(
        approval=approval,
        requested_on=clock.requested_on,
        term=clock.term,
        due_on=due_on,
        nominal_end=reckoning.nominal_end if reckoning is not None else None,
        suspended_days=reckoning.suspended_days if reckoning is not None else 0,
        counted=_counted(reckoning),
        decided_on=clock.decided_on if withdrawn_on is None else None,
        withdrawn_on=withdrawn_on,
        days_late=(until - due_on).days if due_on is not None and late else None,
        penalty=owed,
        penalty_nl=words.nl if words is not None else None,
        penalty_en=words.en if words is not None else None,
    )


DUE_ON_SET = (
    approvals.ApprovalRequested
    | approvals.ApprovalSuspended
    | approvals.ApprovalResumed
    | approvals.ApprovalExtended
    | approvals.TermRecalculated
)
"""The steps that say by when an approval is due."""


def _calendar(rules: Iterable[Known], position: int) -> Calendar:
    """Give the days off that a municipality had declared at a position."""
    declared = {
        step.event.day: step.event.publication
        for step in rules
        if isinstance(step.event, DayOffDeclared) and step.recorded.position <= position
    }
    return Calendar().with_decree_days(declared)


def _counted(reckoning: Reckoning | None) -> list[CountedDays]:
    if reckoning is None:
        return []
    return [
        CountedDays(step, REASONS[step.reason].nl, REASONS[step.reason].en)
        for step in reckoning.steps
    ]


def _after(clock: ClockFacts, event: Event) -> ClockFacts:
    """Give the facts after one more step on the approval."""
    match event:
        case approvals.ApprovalSuspended():
            return suspended(
                clock, event.ground, event.occurred_on, event.until, event.notice_sent_on
            )
        case approvals.ApprovalResumed():
            return resumed(clock, event.occurred_on) if clock.suspensions else clock
        case approvals.ApprovalExtended():
            return extended(
                clock,
                announced_on=event.occurred_on,
                by_consent=event.by_consent,
                until=event.until,
            )
        case approvals.NoticeOfDefaultGiven() if clock.notice_of_default_on is None:
            return replace(clock, notice_of_default_on=event.occurred_on)
        case (
            approvals.ApprovalGranted()
            | approvals.ApprovalRefused()
            | approvals.ApprovalWithdrawn()
            | approvals.ApprovalConcluded()
        ):
            return replace(clock, decided_on=event.occurred_on)
        case _:
            return clock
