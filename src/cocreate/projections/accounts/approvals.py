"""What steps on approvals change."""

from __future__ import annotations

from collections.abc import Mapping

from cocreate.domain.steps import approvals
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import ApprovalStatus
from cocreate.projections.accounts.account import ApprovalAccount, Suspension
from cocreate.projections.accounts.ledger import Accounts, on


@on(approvals.ApprovalRequested)
def approval_requested(accounts: Accounts, event: approvals.ApprovalRequested) -> None:
    accounts.add(
        ApprovalAccount,
        event.approval,
        event.title,
        text=event.text,
        status=ApprovalStatus.PENDING,
        category=event.kind,
        authority=event.authority,
        department=event.department,
        procedure=event.procedure,
        reference=event.reference,
        about=event.needed_for,
        term=event.term,
        first_due_on=event.due_on,
        due_on=event.due_on,
        duties=("decision",) if event.due_on is not None else (),
    )
    link = accounts.link(event.approval, title=event.title, due_on=event.due_on)
    accounts.tell_all(event.needed_for, link)


ClockMoved = (
    approvals.ApprovalSuspended
    | approvals.ApprovalResumed
    | approvals.ApprovalExtended
    | approvals.TermRecalculated
)


@on(
    approvals.ApprovalSuspended,
    approvals.ApprovalResumed,
    approvals.ApprovalExtended,
    approvals.TermRecalculated,
)
def clock_moved(accounts: Accounts, event: ClockMoved) -> None:
    for approval in accounts.those((event.approval,), ApprovalAccount):
        approval.due_on = event.due_on
        if approval.ended is None:  # a correction may come after the answer
            approval.duties = ("decision",) if event.due_on is not None else ()
        ground = None
        match event:
            case approvals.ApprovalSuspended():
                ground = event.ground
                approval.suspensions.append(
                    Suspension(
                        since=event.occurred_on,
                        position=accounts.recorded.position,
                        until=event.until,
                        ground=event.ground,
                    )
                )
                # A suspension until a known day ends by itself.
                if approval.ended is None and event.until is None:
                    approval.status = ApprovalStatus.SUSPENDED
            case approvals.ApprovalResumed():
                if approval.suspensions:
                    approval.suspensions[-1].until = event.occurred_on
                    approval.suspensions[-1].resumed = True
                if approval.ended is None:
                    approval.status = ApprovalStatus.PENDING
            case approvals.ApprovalExtended():
                approval.extensions += 1
            case _:
                pass
        approval.tell(accounts.link(due_on=event.due_on, motivation=event.reason, ground=ground))


_ANSWER: Mapping[type[Event], ApprovalStatus] = {
    approvals.ApprovalGranted: ApprovalStatus.GRANTED,
    approvals.ApprovalRefused: ApprovalStatus.REFUSED,
    approvals.ApprovalWithdrawn: ApprovalStatus.WITHDRAWN,
    approvals.ApprovalConcluded: ApprovalStatus.CONCLUDED,
}

Answered = (
    approvals.ApprovalGranted
    | approvals.ApprovalRefused
    | approvals.ApprovalWithdrawn
    | approvals.ApprovalConcluded
)


@on(*_ANSWER)
def approval_answered(accounts: Accounts, event: Answered) -> None:
    for approval in accounts.those((event.approval,), ApprovalAccount):
        approval.status, approval.duties = _ANSWER[type(event)], ()
        approval.closed_on, approval.ended = event.occurred_on, accounts.place
        approval.conditions = getattr(event, "conditions", ())
        motivation = getattr(event, "motivation", None) or getattr(event, "reason", None)
        link = accounts.link(event.approval, outcome=approval.status, motivation=motivation)
        accounts.tell_all((event.approval, *approval.about), link)


@on(approvals.NoticeOfDefaultGiven)
def notice_given(accounts: Accounts, event: approvals.NoticeOfDefaultGiven) -> None:
    for approval in accounts.those((event.approval,), ApprovalAccount):
        approval.notice_on = approval.notice_on or event.occurred_on
        approval.penalty_from = event.penalty_from
        approval.tell(accounts.link(due_on=event.penalty_from, motivation=event.text))
