"""Approvals and the statutory clock that runs on each."""

from collections.abc import Mapping
from datetime import date

from msgspec.structs import replace

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.chapter import (
    Chapter,
    require_distinct,
    require_order,
    require_status,
    require_within_reach,
)
from cocreate.domain.project.subjects import Approval, ClockMark
from cocreate.domain.statutory_clock import (
    ClockFacts,
    Extension,
    ExtensionGround,
    Suspension,
    extension_in_time,
    penalty,
    reckon,
    statutory_term,
)
from cocreate.domain.steps import approvals
from cocreate.domain.vocabulary import ApprovalStatus, SuspensionGround

UNDECIDED = (ApprovalStatus.PENDING, ApprovalStatus.SUSPENDED)


class Approvals(Chapter):
    """From request to answer, with every day that the clock ran or stood still."""

    def request_approval(self, step: approvals.RequestApproval, moment: Moment) -> str:
        """Ask for permission; the term that the law sets that day stays with the request."""
        self.admit(step, moment)
        require_distinct(step.needed_for)
        require_order(("occurredOn", step.occurred_on), ("statedDueOn", step.stated_due_on))
        require_within_reach(moment, statedDueOn=step.stated_due_on)
        approval = self.new_id(Approval, step.approval)
        term = statutory_term(step.procedure, step.occurred_on, moment.rules.terms)
        clock = ClockFacts(requested_on=step.occurred_on, term=term)
        self.record(
            approvals.ApprovalRequested,
            step,
            moment,
            approval=approval,
            term=term,
            due_on=reckon(clock, moment.rules.calendar).end or step.stated_due_on,
        )
        return approval

    def suspend_approval(self, step: approvals.SuspendApproval, moment: Moment) -> str:
        """Stop the clock, for a ground of Awb 4:15."""
        approval = self._undecided(step, moment)
        if approval.status is ApprovalStatus.SUSPENDED:
            raise errors.WrongStatus(kind="approval", id=step.approval, status=approval.status)
        require_order(
            ("requestedOn", approval.clock.requested_on), ("occurredOn", step.occurred_on)
        )
        require_order(("occurredOn", step.occurred_on), ("until", step.until))
        require_within_reach(moment, until=step.until)
        clock = suspended(
            approval.clock, step.ground, step.occurred_on, step.until, step.notice_sent_on
        )
        self.record(
            approvals.ApprovalSuspended, step, moment, due_on=due_on(approval, clock, moment)
        )
        return step.approval

    def resume_approval(self, step: approvals.ResumeApproval, moment: Moment) -> str:
        """Let the clock run again."""
        approval = self._undecided(step, moment)
        last = approval.clock.suspensions[-1] if approval.clock.suspensions else None
        over = last is not None and last.until_on is not None and last.until_on <= step.occurred_on
        if last is None or over or not approval.may_resume:
            raise errors.WrongStatus(kind="approval", id=step.approval, status=approval.status)
        require_order(("suspendedOn", last.from_on), ("occurredOn", step.occurred_on))
        clock = resumed(approval.clock, step.occurred_on)
        self.record(approvals.ApprovalResumed, step, moment, due_on=due_on(approval, clock, moment))
        return step.approval

    def extend_approval(self, step: approvals.ExtendApproval, moment: Moment) -> str:
        """Extend the term: once by law and in time, or to a day the applicant agreed to."""
        approval = self._undecided(step, moment)
        require_order(
            ("requestedOn", approval.clock.requested_on), ("occurredOn", step.occurred_on)
        )
        require_order(("occurredOn", step.occurred_on), ("until", step.until))
        require_within_reach(moment, until=step.until)
        term, facts = approval.clock.term, approval.clock
        if term is None:
            raise errors.NoTerm(id=step.approval)
        taken = facts.further_extension if step.by_consent else facts.extension
        extendable = term.open_extension or term.extension is not None
        if taken is not None or not (step.by_consent or extendable):
            raise errors.NotExtendable(id=step.approval)
        # A statutory extension has the length of the law, unless the law leaves its length open.
        names_its_day = step.by_consent or term.open_extension
        if names_its_day is (step.until is None):
            raise errors.ConsentNeedsDate
        if not step.by_consent and not extension_in_time(
            facts, step.occurred_on, moment.rules.calendar
        ):
            raise errors.ExtensionTooLate(
                id=step.approval, announced_on=step.occurred_on.isoformat()
            )
        clock = extended(
            facts, announced_on=step.occurred_on, by_consent=step.by_consent, until=step.until
        )
        self.record(
            approvals.ApprovalExtended, step, moment, due_on=due_on(approval, clock, moment)
        )
        return step.approval

    def grant_approval(self, step: approvals.GrantApproval, moment: Moment) -> str:
        """Record that permission was given."""
        self._decide(step, moment)
        self.record(approvals.ApprovalGranted, step, moment)
        return step.approval

    def refuse_approval(self, step: approvals.RefuseApproval, moment: Moment) -> str:
        """Record that permission was refused, and why."""
        self._decide(step, moment)
        self.record(approvals.ApprovalRefused, step, moment)
        return step.approval

    def withdraw_approval(self, step: approvals.WithdrawApproval, moment: Moment) -> str:
        """Take the request back."""
        self._decide(step, moment)
        self.record(approvals.ApprovalWithdrawn, step, moment)
        return step.approval

    def conclude_approval(self, step: approvals.ConcludeApproval, moment: Moment) -> str:
        """Record that a request was dealt with, where the source of an import tells no more."""
        if not moment.importing:
            raise errors.OutcomeNotStated(id=step.approval)
        self._decide(step, moment)
        self.record(approvals.ApprovalConcluded, step, moment)
        return step.approval

    def give_notice_of_default(self, step: approvals.GiveNoticeOfDefault, moment: Moment) -> str:
        """Tell the authority that it is late: two weeks later it costs money (Awb 4:17).

        The first notice counts; another is taken only where a correction made that one premature.
        """
        approval = self._undecided(step, moment)
        facts = approval.clock
        if facts.term is None:
            raise errors.NoTerm(id=step.approval)
        due = reckon(facts, moment.rules.calendar).end
        if due is None or step.occurred_on <= due:
            raise errors.NoticeTooEarly(id=step.approval, received_on=step.occurred_on.isoformat())
        if facts.notice_of_default_on is not None and facts.notice_of_default_on > due:
            raise errors.WrongStatus(kind="approval", id=step.approval, status="in-default")
        owed = penalty(
            replace(facts, notice_of_default_on=step.occurred_on),
            moment.rules.calendar,
            step.occurred_on,
        )
        self.record(
            approvals.NoticeOfDefaultGiven,
            step,
            moment,
            penalty_from=owed.from_on if owed else None,
        )
        return step.approval

    def recalculate_term(self, step: approvals.RecalculateTerm, moment: Moment) -> str:
        """Work the last day out again under the days off known now."""
        approval = self._undecided(step, moment)
        if approval.clock.term is None:
            raise errors.NoTerm(id=step.approval)
        self.record(
            approvals.TermRecalculated,
            step,
            moment,
            due_on=due_on(approval, approval.clock, moment),
        )
        return step.approval

    def _undecided(self, step: approvals.AboutApproval, moment: Moment) -> Approval:
        self.admit(step, moment)
        approval = self.the(Approval, step.approval)
        require_status(step.approval, approval, approval.status, *UNDECIDED)
        return approval

    def _decide(self, step: approvals.AboutApproval, moment: Moment) -> None:
        approval = self._undecided(step, moment)
        require_order(
            ("requestedOn", approval.clock.requested_on), ("occurredOn", step.occurred_on)
        )


def due_on(approval: Approval, clock: ClockFacts, moment: Moment) -> date | None:
    """Give the last day of the term; where no law sets one, the day that was stated."""
    if clock.term is None:
        return approval.stated_due_on
    return reckon(clock, moment.rules.calendar).end


def suspended(
    clock: ClockFacts,
    ground: SuspensionGround,
    on: date,
    until: date | None,
    notice_sent_on: date | None,
) -> ClockFacts:
    """Give the facts with one more stretch in which the clock stands still."""
    stretch = Suspension(ground=ground, from_on=on, until_on=until, notice_on=notice_sent_on)
    return replace(clock, suspensions=(*clock.suspensions, stretch))


def resumed(clock: ClockFacts, on: date) -> ClockFacts:
    """Give the facts with the last stretch ended on a day."""
    last = replace(clock.suspensions[-1], until_on=on)
    return replace(clock, suspensions=(*clock.suspensions[:-1], last))


def extended(
    clock: ClockFacts, *, announced_on: date, by_consent: bool, until: date | None
) -> ClockFacts:
    """Give the facts with an extension, by law or by consent."""
    extension = Extension(
        announced_on=announced_on,
        length=None if until or clock.term is None else clock.term.extension,
        until=until,
        ground=ExtensionGround.CONSENT if by_consent else ExtensionGround.LAW,
    )
    if by_consent:
        return replace(clock, further_extension=extension)
    return replace(clock, extension=extension)


def corrected(clock: ClockFacts, mark: ClockMark, changes: Mapping[str, object]) -> ClockFacts:
    """Give the facts with those of one step as they should have been."""
    on = date_in(changes, "occurredOn")
    until = date_in(changes, "until")
    match mark.fact:
        case "suspended":
            stretch = clock.suspensions[mark.stretch]
            said = replace(
                stretch,
                ground=SuspensionGround(str(changes.get("ground", stretch.ground))),
                from_on=on or stretch.from_on,
                until_on=until or stretch.until_on,
                notice_on=date_in(changes, "noticeSentOn", stretch.notice_on),
            )
            return _with_suspension(clock, mark.stretch, said)
        case "resumed":
            stretch = clock.suspensions[mark.stretch]
            said = replace(stretch, until_on=on or stretch.until_on)
            return _with_suspension(clock, mark.stretch, said)
        case "extension" | "further_extension":
            extension: Extension = getattr(clock, mark.fact)
            moved = replace(
                extension,
                announced_on=on or extension.announced_on,
                until=until or extension.until,
            )
            return replace(clock, **{mark.fact: moved})
        case _:
            return clock if on is None else replace(clock, **{mark.fact: on})


def date_in(changes: Mapping[str, object], name: str, otherwise: date | None = None) -> date | None:
    """Give the day that a correction says, None where it takes the day away."""
    if name not in changes:
        return otherwise
    value = changes[name]
    return date.fromisoformat(value) if isinstance(value, str) else None


def _with_suspension(clock: ClockFacts, stretch: int, said: Suspension) -> ClockFacts:
    suspensions = list(clock.suspensions)
    suspensions[stretch] = said
    return replace(clock, suspensions=tuple(suspensions))


def require_clock_in_order(clock: ClockFacts) -> None:
    """Raise :class:`~cocreate.domain.errors.DatesOutOfOrder` for a clock that ran backwards."""
    requested = ("requestedOn", clock.requested_on)
    for suspension in clock.suspensions:
        require_order(requested, ("suspendedOn", suspension.from_on))
    for extension in (clock.extension, clock.further_extension):
        if extension is not None:
            require_order(
                requested, ("extendedOn", extension.announced_on), ("until", extension.until)
            )
    require_order(requested, ("decidedOn", clock.decided_on))
    require_order(requested, ("noticeOfDefaultOn", clock.notice_of_default_on))
