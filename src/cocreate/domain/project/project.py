"""The project: one history, the rules over it, and how each event changes its state."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self
from uuid import UUID

from eventsourcing.domain import BaseAggregate, event
from msgspec.structs import replace

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.approvals import (
    Approvals,
    corrected,
    date_in,
    extended,
    resumed,
    suspended,
)
from cocreate.domain.project.chapter import InternalStep, require_past
from cocreate.domain.project.course import Course
from cocreate.domain.project.decisions import Decisions
from cocreate.domain.project.obstacles import Obstacles
from cocreate.domain.project.record import PERSONAL, Record
from cocreate.domain.project.subjects import (
    Advice,
    AnySubject,
    Approval,
    ClockMark,
    Commitment,
    Decision,
    Deviation,
    Feedback,
    Intervention,
    Milestone,
    Obstacle,
    Party,
    Proposal,
    Reflection,
    Report,
    Session,
    Wish,
)
from cocreate.domain.project.wishes import Wishes
from cocreate.domain.statutory_clock import ClockFacts, Term
from cocreate.domain.steps import (
    CATALOGUE,
    EVENT_OF,
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Event as AnyEvent
from cocreate.domain.steps.base import Step, content_of, references, whose
from cocreate.domain.vocabulary import (
    ApprovalStatus,
    CommitmentStatus,
    DeviationStatus,
    ObstacleStatus,
    ProjectStatus,
    ProposalStatus,
    ResidentsWord,
    SuspensionGround,
    Visibility,
    WishStatus,
)


class Project(Course, Wishes, Decisions, Approvals, Obstacles, Record, BaseAggregate[UUID]):
    """A co-creation project.

    Commands are the methods of its chapters, each named as people speak; :meth:`take` finds the
    one for a step. The methods below say how each event changes the state; they hold no rules,
    so that a history can always be replayed, whatever rules hold today.
    """

    Event = AnyEvent
    vars().update({event_class.__name__: event_class for event_class in CATALOGUE})

    @classmethod
    def start(cls, project_id: UUID, step: course.StartProject, moment: Moment) -> Self:
        """Start a project: the first step of its history.

        Raises :class:`~cocreate.domain.errors.OccurredInFuture`.
        """
        require_past(step.occurred_on, moment)
        content = content_of(step)
        content["visibility"] = cls.visibility_of(step, moment)
        started = getattr(cls, course.ProjectStarted.__name__)
        return cls._create(started, id=project_id, timestamp=moment.now, **content)

    def take(self, steps: Sequence[Step], moment: Moment) -> list[str | None]:
        """Take the steps of one command, and give the id that each brought or was about.

        The steps stand or fall together: when one raises
        :class:`~cocreate.domain.errors.RuleBroken`, drop this instance if it has pending events.
        Raises :class:`~cocreate.domain.errors.NothingSaid` for no steps, or a start among them.
        """
        if not steps or any(isinstance(step, course.StartProject) for step in steps):
            raise errors.NothingSaid
        return [getattr(self, METHOD_OF[type(step)])(step, moment) for step in steps]

    def remember(self, taken: AnyEvent) -> None:
        """Keep of every step what later publication and correction need."""
        kind = type(taken)
        self.steps.append(kind.__name__)
        if kind.__name__ in PERSONAL and (person := whose(taken)) is not None:
            self.people[taken.originator_version] = person
        if taken.visibility is Visibility.INTERNAL:
            corrects = taken.step if isinstance(taken, record.StepCorrected) else None
            mentions = tuple(reference.id for reference in references(taken))
            self.internal[taken.originator_version] = InternalStep(mentions, corrects)

    def _add(self, subject_id: str, subject: AnySubject) -> None:
        self.subjects[subject_id] = subject

    # -- the course ---------------------------------------------------------------------------

    @event(course.ProjectStarted)
    def __init__(self) -> None:
        self.status = ProjectStatus.RUNNING
        self.subjects = {}
        self.internal = {}
        self.steps = []
        self.clocks = {}
        self.people = {}

    @event(course.ProjectPaused)
    def _project_paused(self) -> None:
        self.status = ProjectStatus.PAUSED

    @event(course.ProjectResumed)
    def _project_resumed(self) -> None:
        self.status = ProjectStatus.RUNNING

    @event(course.ProjectCompleted)
    def _project_completed(self) -> None:
        self.status = ProjectStatus.COMPLETED

    @event(course.ProjectStopped)
    def _project_stopped(self) -> None:
        self.status = ProjectStatus.STOPPED

    @event(course.PartyJoined)
    def _party_joined(self, party: str, originator_version: int, visibility: Visibility) -> None:
        # One that comes back is told about anew: its last coming says who may know of it.
        self._add(party, Party(since=originator_version, public=visibility is Visibility.PUBLIC))

    @event(course.PartyLeft)
    def _party_left(self, party: str) -> None:
        self.the(Party, party).present = False

    @event(course.SessionHeld)
    def _session_held(self, session: str, originator_version: int, visibility: Visibility) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(session, Session(since=originator_version, public=public))

    @event(course.MilestoneReached)
    def _milestone_reached(
        self, milestone: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(milestone, Milestone(since=originator_version, public=public))

    @event(course.FinalReportDelivered)
    def _final_report_delivered(
        self, report: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(report, Report(since=originator_version, public=public))

    # -- wishes and proposals -----------------------------------------------------------------

    @event(wishes.WishExpressed)
    def _wish_expressed(self, wish: str, originator_version: int, visibility: Visibility) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(wish, Wish(since=originator_version, public=public))

    @event(wishes.WishWithdrawn)
    def _wish_withdrawn(self, wish: str) -> None:
        self.the(Wish, wish).status = WishStatus.WITHDRAWN

    @event(wishes.WishesMerged)
    def _wishes_merged(
        self, wishes: tuple[str, ...], into: str, originator_version: int, visibility: Visibility
    ) -> None:
        merged = Wish(since=originator_version, public=visibility is Visibility.PUBLIC)
        self._add(into, merged)
        for wish_id in wishes:
            self.the(Wish, wish_id).status = WishStatus.MERGED
            self._hand_on(wish_id, into)

    @event(wishes.WishSplit)
    def _wish_split(
        self,
        wish: str,
        into: tuple[wishes.RecordedWishPart, ...],
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self.the(Wish, wish).status = WishStatus.SPLIT
        for part in into:
            self._add(part.wish, Wish(since=originator_version, public=public))

    @event(wishes.WishRealised)
    def _wish_realised(self, wish: str) -> None:
        realised = self.the(Wish, wish)
        realised.status, realised.word = WishStatus.REALISED, None

    @event(wishes.RealisationJudged)
    def _realisation_judged(self, wish: str, word: ResidentsWord) -> None:
        self.the(Wish, wish).word = word

    @event(wishes.ProposalSubmitted)
    def _proposal_submitted(
        self,
        proposal: str,
        answers: tuple[str, ...],
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        self._add_proposal(proposal, answers, originator_version, visibility)

    @event(wishes.ProposalRevised)
    def _proposal_revised(self, proposal: str, answers: tuple[str, ...]) -> None:
        revised = self.the(Proposal, proposal)
        for wish_id in revised.answers:
            if wish_id not in answers:
                self.the(Wish, wish_id).proposals.remove(proposal)
        for wish_id in answers:
            if wish_id not in revised.answers:
                self.the(Wish, wish_id).proposals.append(proposal)
        revised.answers = answers

    @event(wishes.ProposalWithdrawn)
    def _proposal_withdrawn(self, proposal: str) -> None:
        self.the(Proposal, proposal).status = ProposalStatus.WITHDRAWN

    @event(wishes.ProposalsMerged)
    def _proposals_merged(
        self,
        proposals: tuple[str, ...],
        into: str,
        wishes: tuple[str, ...],
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        for proposal in proposals:
            self.the(Proposal, proposal).status = ProposalStatus.MERGED
        self._add_proposal(into, wishes, originator_version, visibility)

    @event(wishes.ProposalSplit)
    def _proposal_split(
        self,
        proposal: str,
        into: tuple[wishes.RecordedProposalPart, ...],
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        self.the(Proposal, proposal).status = ProposalStatus.SPLIT
        for part in into:
            self._add_proposal(part.proposal, part.answers, originator_version, visibility)

    def _add_proposal(
        self, proposal: str, answers: tuple[str, ...], since: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(proposal, Proposal(since=since, public=public, answers=answers))
        for wish_id in answers:
            self.the(Wish, wish_id).proposals.append(proposal)

    def _hand_on(self, wish_id: str, into: str) -> None:
        """Let the proposals that answered a wish answer the one it was merged into."""
        heir = self.the(Wish, into)
        for proposal_id in self.the(Wish, wish_id).proposals:
            proposal = self.the(Proposal, proposal_id)
            kept = dict.fromkeys(
                into if answer == wish_id else answer for answer in proposal.answers
            )
            proposal.answers = tuple(kept)
            if proposal_id not in heir.proposals:
                heir.proposals.append(proposal_id)

    # -- decisions ----------------------------------------------------------------------------

    @event(decisions.AdviceGiven)
    def _advice_given(self, advice: str, originator_version: int, visibility: Visibility) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(advice, Advice(since=originator_version, public=public))

    @event(decisions.DecisionRecorded)
    def _decision_recorded(
        self,
        decision: str,
        outcomes: tuple[decisions.RecordedOutcome, ...],
        open_to_objection: bool,
        sent_on: date | None,
        published_on: date | None,
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        recorded = Decision(
            since=originator_version,
            public=visibility is Visibility.PUBLIC,
            subjects=tuple(outcome.subject for outcome in outcomes),
            open_to_objection=open_to_objection,
            announced=sent_on is not None or published_on is not None,
        )
        self._add(decision, recorded)
        for outcome in outcomes:
            subject = self.subjects[outcome.subject]
            if isinstance(subject, Proposal):
                subject.status = ProposalStatus(outcome.outcome)
            for wish_id in outcome.settles:
                self.the(Wish, wish_id).status = WishStatus(outcome.outcome)

    @event(decisions.DecisionAnnounced)
    def _decision_announced(self, decision: str) -> None:
        self.the(Decision, decision).announced = True

    @event(decisions.DeviationRecorded)
    def _deviation_recorded(
        self,
        deviation: str,
        decision: str | None,
        subjects: tuple[str, ...],
        wishes: tuple[str, ...],
        motivation: str | None,
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        recorded = Deviation(
            since=originator_version,
            public=visibility is Visibility.PUBLIC,
            motivated=motivation is not None,
            wishes=wishes,
        )
        self._add(deviation, recorded)
        about = dict.fromkeys((*subjects, *wishes, *([decision] if decision else ())))
        for subject_id in about:
            subject = self.subjects[subject_id]
            if isinstance(subject, Wish | Proposal | Decision):
                subject.deviations.append(deviation)

    @event(decisions.DeviationMotivated)
    def _deviation_motivated(self, deviation: str) -> None:
        self.the(Deviation, deviation).motivated = True

    @event(decisions.DeviationContested)
    def _deviation_contested(self, deviation: str) -> None:
        self.the(Deviation, deviation).status = DeviationStatus.CONTESTED

    @event(decisions.DeviationSettled)
    def _deviation_settled(self, deviation: str) -> None:
        self.the(Deviation, deviation).status = DeviationStatus.SETTLED

    @event(decisions.FeedbackGiven)
    def _feedback_given(
        self, feedback: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(feedback, Feedback(since=originator_version, public=public))

    # -- approvals ----------------------------------------------------------------------------

    @event(approvals.ApprovalRequested)
    def _approval_requested(
        self,
        approval: str,
        occurred_on: date,
        term: Term | None,
        stated_due_on: date | None,
        originator_version: int,
        visibility: Visibility,
    ) -> None:
        requested = Approval(
            since=originator_version,
            public=visibility is Visibility.PUBLIC,
            clock=ClockFacts(requested_on=occurred_on, term=term),
            stated_due_on=stated_due_on,
        )
        self._add(approval, requested)
        self.clocks[originator_version] = ClockMark(approval, "requested_on")

    @event(approvals.ApprovalSuspended)
    def _approval_suspended(
        self,
        approval: str,
        ground: SuspensionGround,
        occurred_on: date,
        until: date | None,
        notice_sent_on: date | None,
        originator_version: int,
    ) -> None:
        subject = self.the(Approval, approval)
        stretch = len(subject.clock.suspensions)
        self.clocks[originator_version] = ClockMark(approval, "suspended", stretch)
        subject.clock = suspended(subject.clock, ground, occurred_on, until, notice_sent_on)
        # A suspension until a known day ends by itself.
        subject.status = ApprovalStatus.PENDING if until else ApprovalStatus.SUSPENDED
        subject.may_resume = True

    @event(approvals.ApprovalResumed)
    def _approval_resumed(self, approval: str, occurred_on: date, originator_version: int) -> None:
        subject = self.the(Approval, approval)
        stretch = len(subject.clock.suspensions) - 1
        self.clocks[originator_version] = ClockMark(approval, "resumed", stretch)
        subject.clock = resumed(subject.clock, occurred_on)
        subject.status, subject.may_resume = ApprovalStatus.PENDING, False

    @event(approvals.ApprovalExtended)
    def _approval_extended(
        self,
        approval: str,
        occurred_on: date,
        by_consent: bool,
        until: date | None,
        originator_version: int,
    ) -> None:
        subject = self.the(Approval, approval)
        self.clocks[originator_version] = ClockMark(
            approval, "further_extension" if by_consent else "extension"
        )
        subject.clock = extended(
            subject.clock, announced_on=occurred_on, by_consent=by_consent, until=until
        )

    @event(approvals.ApprovalGranted)
    def _approval_granted(self, approval: str, occurred_on: date, originator_version: int) -> None:
        self.clocks[originator_version] = ClockMark(approval, "decided_on")
        self._decide_approval(approval, ApprovalStatus.GRANTED, occurred_on)

    @event(approvals.ApprovalRefused)
    def _approval_refused(self, approval: str, occurred_on: date, originator_version: int) -> None:
        self.clocks[originator_version] = ClockMark(approval, "decided_on")
        self._decide_approval(approval, ApprovalStatus.REFUSED, occurred_on)

    @event(approvals.ApprovalWithdrawn)
    def _approval_withdrawn(
        self, approval: str, occurred_on: date, originator_version: int
    ) -> None:
        self.clocks[originator_version] = ClockMark(approval, "decided_on")
        self._decide_approval(approval, ApprovalStatus.WITHDRAWN, occurred_on)

    @event(approvals.ApprovalConcluded)
    def _approval_concluded(
        self, approval: str, occurred_on: date, originator_version: int
    ) -> None:
        self.clocks[originator_version] = ClockMark(approval, "decided_on")
        self._decide_approval(approval, ApprovalStatus.CONCLUDED, occurred_on)

    @event(approvals.NoticeOfDefaultGiven)
    def _notice_of_default_given(
        self, approval: str, occurred_on: date, originator_version: int
    ) -> None:
        subject = self.the(Approval, approval)
        self.clocks[originator_version] = ClockMark(approval, "notice_of_default_on")
        subject.clock = replace(subject.clock, notice_of_default_on=occurred_on)

    def _decide_approval(self, approval: str, status: ApprovalStatus, on: date) -> None:
        subject = self.the(Approval, approval)
        subject.status = status
        subject.clock = replace(subject.clock, decided_on=on)

    # -- obstacles and commitments ------------------------------------------------------------

    @event(obstacles.ObstacleRaised)
    def _obstacle_raised(
        self, obstacle: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(obstacle, Obstacle(since=originator_version, public=public))

    @event(obstacles.ObstacleResolved)
    def _obstacle_resolved(self, obstacle: str) -> None:
        self.the(Obstacle, obstacle).status = ObstacleStatus.RESOLVED

    @event(obstacles.ObstacleAccepted)
    def _obstacle_accepted(self, obstacle: str) -> None:
        self.the(Obstacle, obstacle).status = ObstacleStatus.ACCEPTED

    @event(obstacles.InterventionTried)
    def _intervention_tried(
        self, intervention: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(intervention, Intervention(since=originator_version, public=public))

    @event(commitments.CommitmentMade)
    def _commitment_made(
        self, commitment: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(commitment, Commitment(since=originator_version, public=public))

    @event(commitments.CommitmentFulfilled)
    def _commitment_fulfilled(self, commitment: str) -> None:
        self.the(Commitment, commitment).status = CommitmentStatus.FULFILLED

    @event(commitments.CommitmentBroken)
    def _commitment_broken(self, commitment: str) -> None:
        self.the(Commitment, commitment).status = CommitmentStatus.BROKEN

    @event(commitments.ReflectionRecorded)
    def _reflection_recorded(
        self, reflection: str, originator_version: int, visibility: Visibility
    ) -> None:
        public = visibility is Visibility.PUBLIC
        self._add(reflection, Reflection(since=originator_version, public=public))

    # -- the record ---------------------------------------------------------------------------

    @event(record.StepsPublished)
    def _steps_published(self, steps: tuple[int, ...]) -> None:
        for version in steps:
            internal = self.internal.pop(version)
            for subject_id in internal.mentions:
                subject = self.subjects[subject_id]
                if subject.since == version:
                    subject.public = True

    @event(record.StepCorrected)
    def _step_corrected(self, step: int, changes: dict[str, object]) -> None:
        mark = self.clocks.get(step)
        if mark is not None:
            subject = self.the(Approval, mark.approval)
            subject.clock = corrected(subject.clock, mark, changes)
            if mark.fact == "requested_on" and "statedDueOn" in changes:
                subject.stated_due_on = date_in(changes, "statedDueOn")

    @event(record.PersonErased)
    def _person_erased(self, party: str) -> None:
        self.the(Party, party).erased = True


METHOD_OF: Mapping[type[Step], str] = {
    step: re.sub("(?<!^)(?=[A-Z])", "_", step.__name__).lower() for step in EVENT_OF
}
"""The method of :class:`Project` that takes a step, named after it."""
