from __future__ import annotations

from datetime import timedelta

from tests.domain.project.told import DAY, Told
from tests.projections.accounts.kept import subject

from cocreate.domain.steps import approvals
from cocreate.domain.vocabulary import ApprovalStatus
from cocreate.projections.accounts.account import Place

LATER = DAY + timedelta(days=7)


def test_a_suspension_ends_when_the_clock_runs_again(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="A1")
    first = subject(told, "A1").due_on
    told.say(approvals.SuspendApproval, approval="A1")
    assert subject(told, "A1").status is ApprovalStatus.SUSPENDED
    told.say(approvals.ResumeApproval, approval="A1", on=LATER)
    approval = subject(told, "A1")
    [suspension] = approval.suspensions
    assert (suspension.since, suspension.until) == (DAY, LATER)
    assert approval.status is ApprovalStatus.PENDING
    assert approval.suspended_until is None
    assert approval.first_due_on == first < approval.due_on


def test_a_suspension_until_a_day_leaves_the_approval_pending(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="A1")
    told.say(approvals.SuspendApproval, approval="A1", until=LATER)
    approval = subject(told, "A1")
    assert (approval.status, approval.suspended_until) == (ApprovalStatus.PENDING, LATER)


def test_an_answer_is_told_to_what_waited_for_it(told: Told) -> None:
    told.wishes("W1")
    told.say(approvals.RequestApproval, approval="A1", needed_for=("W1",))
    told.say(approvals.GrantApproval, approval="A1", conditions=("alleen in het donker",), on=LATER)
    approval = subject(told, "A1")
    assert (approval.ended, approval.duties) == (Place(on=LATER, position=4), ())
    assert approval.conditions == ("alleen in het donker",)
    assert subject(told, "W1").chain[-1].outcome == ApprovalStatus.GRANTED
