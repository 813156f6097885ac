"""Permission that someone must give, with the statutory clock that runs meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from cocreate.domain.statutory_clock import Procedure, Term
from cocreate.domain.steps.base import (
    MAX_ITEMS,
    ApprovalId,
    Document,
    Event,
    EventMeta,
    Line,
    NewId,
    Step,
    SubjectId,
    Text,
)
from cocreate.domain.vocabulary import ApprovalKind, SuspensionGround


class RequestApproval(Step, frozen=True, kw_only=True):
    """Permission is asked; ``occurred_on`` is the day the authority received the request."""

    noun: ClassVar = "approvals"

    approval: NewId | None = None
    kind: ApprovalKind
    title: Line
    authority: Line
    department: Line | None = None
    procedure: Procedure
    needed_for: Annotated[tuple[SubjectId, ...], Meta(max_length=MAX_ITEMS)] = ()
    reference: Line | None = None
    text: Text | None = None
    stated_due_on: date | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class ApprovalRequested(RequestApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Permission was asked.

    ``term`` is the statutory term that held that day; it stays with this request whatever rules
    come later. ``due_on`` is its last day. Where no law sets a term, a day that the source or
    the authority stated (``stated_due_on``) is the due day.
    """

    approval: ApprovalId
    term: Term | None = None
    due_on: date | None = None


class AboutApproval(Step, frozen=True, kw_only=True):
    """What happens to an approval that was requested."""

    approval: ApprovalId


class SuspendApproval(AboutApproval, frozen=True, kw_only=True):
    """The clock stands still from the day after ``occurred_on`` (Awb 4:15)."""

    noun: ClassVar = "approval-suspensions"

    ground: SuspensionGround
    reason: Text
    until: date | None = None
    notice_sent_on: date | None = None


class ApprovalSuspended(SuspendApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The clock was stopped; ``due_on`` is set where the end of the suspension is known."""

    due_on: date | None = None


class ResumeApproval(AboutApproval, frozen=True, kw_only=True):
    """The clock runs again: the request was completed on ``occurred_on``, or the time lapsed."""

    noun: ClassVar = "approval-resumptions"

    reason: Text | None = None


class ApprovalResumed(ResumeApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The clock ran again."""

    due_on: date | None = None


class ExtendApproval(AboutApproval, frozen=True, kw_only=True):
    """The authority takes more time, once, announced before the term is over.

    With ``by_consent`` the applicant agreed to a later day (Awb 4:15, second paragraph), named
    in ``until``.
    """

    noun: ClassVar = "approval-extensions"

    reason: Text
    by_consent: bool = False
    until: date | None = None


class ApprovalExtended(ExtendApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The term was extended."""

    due_on: date | None = None


class GrantApproval(AboutApproval, frozen=True, kw_only=True):
    """The authority says yes, perhaps with conditions."""

    noun: ClassVar = "approval-grants"

    conditions: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    text: Text | None = None
    reference: Line | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class ApprovalGranted(GrantApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Permission was given."""


class RefuseApproval(AboutApproval, frozen=True, kw_only=True):
    """The authority says no, and why (Awb 3:46)."""

    noun: ClassVar = "approval-refusals"

    motivation: Text
    legal_basis: Line | None = None
    reference: Line | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class ApprovalRefused(RefuseApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Permission was refused."""


class WithdrawApproval(AboutApproval, frozen=True, kw_only=True):
    """The request for permission is taken back."""

    noun: ClassVar = "approval-withdrawals"

    reason: Text | None = None


class ApprovalWithdrawn(WithdrawApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The request was withdrawn."""


class ConcludeApproval(AboutApproval, frozen=True, kw_only=True):
    """For imports only: the source tells that the request was dealt with, but not how."""

    noun: ClassVar = "approval-conclusions"

    text: Text | None = None


class ApprovalConcluded(ConcludeApproval, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The request was dealt with; its source does not tell how."""


class GiveNoticeOfDefault(AboutApproval, frozen=True, kw_only=True):
    """The applicant tells the authority in writing that it is late (Awb 4:17).

    ``occurred_on`` is the day the authority received the notice.
    """

    noun: ClassVar = "notices-of-default"

    text: Text | None = None


class NoticeOfDefaultGiven(
    GiveNoticeOfDefault, Event, frozen=True, kw_only=True, metaclass=EventMeta
):
    """Notice of default was given; ``penalty_from`` is the first day that costs money."""

    penalty_from: date | None = None


class RecalculateTerm(AboutApproval, frozen=True, kw_only=True):
    """The last day of a running term is worked out again, after a day off was decreed."""

    noun: ClassVar = "term-recalculations"

    reason: Line


class TermRecalculated(RecalculateTerm, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The last day was worked out again; the earlier one stays in the log."""

    due_on: date | None = None
