"""Decisions, where they deviate from what residents wished, and what residents were told."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.chapter import (
    Chapter,
    require_distinct,
    require_order,
    require_status,
    require_two_values,
    require_within_reach,
)
from cocreate.domain.project.subjects import (
    Advice,
    Decision,
    Deviation,
    Feedback,
    Proposal,
    Wish,
)
from cocreate.domain.project.wishes import ALIVE, UNDECIDED
from cocreate.domain.statutory_clock import objection_term
from cocreate.domain.steps import decisions
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import (
    DeviationGround,
    DeviationStatus,
    Outcome,
    ProposalStatus,
)

ADOPTED = (Outcome.ADOPTED, Outcome.ADOPTED_WITH_CHANGES)
DEVIATES = (Outcome.ADOPTED_WITH_CHANGES, Outcome.REJECTED)


class Decisions(Chapter):
    """From advice to decision, deviation and feedback."""

    def give_advice(self, step: decisions.GiveAdvice, moment: Moment) -> str:
        """Take an advice."""
        self.admit(step, moment)
        require_distinct(step.about)
        advice = self.new_id(Advice, step.advice)
        self.record(decisions.AdviceGiven, step, moment, advice=advice)
        return advice

    def record_decision(self, step: decisions.RecordDecision, moment: Moment) -> str:
        """Record what a body decided, with a deviation for every outcome that does not follow.

        The deviations stand or fall with the decision (Awb 3:46).
        """
        self.admit(step, moment)
        require_distinct(outcome.subject for outcome in step.outcomes)
        require_order(("occurredOn", step.occurred_on), ("sentOn", step.sent_on))
        require_order(("occurredOn", step.occurred_on), ("publishedOn", step.published_on))
        require_order(("effectiveOn", step.effective_on), ("expiresOn", step.expires_on))
        require_within_reach(
            moment,
            sentOn=step.sent_on,
            publishedOn=step.published_on,
            effectiveOn=step.effective_on,
            expiresOn=step.expires_on,
        )
        if step.source_states_no_motivation and not moment.importing:
            raise errors.GroundNotStated
        decision = self.new_id(Decision, step.decision)
        decided = {outcome.subject: outcome.outcome for outcome in step.outcomes}
        outcomes: list[decisions.RecordedOutcome] = []
        deviations: list[tuple[decisions.RecordedOutcome, decisions.Grounds | None]] = []
        for outcome in step.outcomes:
            self._require_motivated(step, outcome)
            number = self.version + 2 + len(deviations)
            recorded = self._recorded_outcome(outcome, decided, number)
            self.require_readable(recorded.wishes, step, moment)
            outcomes.append(recorded)
            if recorded.deviation_id is not None:
                deviations.append((recorded, outcome.deviation))
        require_distinct(
            [decision, *(o.deviation_id for o in outcomes if o.deviation_id is not None)]
        )
        self.record(
            decisions.DecisionRecorded,
            step,
            moment,
            decision=decision,
            outcomes=tuple(outcomes),
            objection_until=self._objection_until(
                step.open_to_objection, step.sent_on or step.published_on, moment
            ),
        )
        for recorded, grounds in deviations:
            self._record_deviation(decision, recorded, grounds, step, moment)
        return decision

    def announce_decision(self, step: decisions.AnnounceDecision, moment: Moment) -> str:
        """Record that a decision was sent or published: the objection term starts (Awb 6:8)."""
        self.admit(step, moment)
        announced_on = step.sent_on or step.published_on
        if announced_on is None:
            raise errors.NothingAnnounced
        require_within_reach(
            moment,
            sentOn=step.sent_on,
            publishedOn=step.published_on,
            effectiveOn=step.effective_on,
        )
        decision = self.the(Decision, step.decision)
        if decision.announced:
            raise errors.AlreadyAnnounced(id=step.decision)
        self.record(
            decisions.DecisionAnnounced,
            step,
            moment,
            objection_until=self._objection_until(decision.open_to_objection, announced_on, moment),
        )
        return step.decision

    def record_deviation(self, step: decisions.RecordDeviation, moment: Moment) -> str:
        """Record a deviation that shows only afterwards, such as in carrying a decision out."""
        self.admit(step, moment)
        require_distinct(step.subjects)
        if step.ground is DeviationGround.NOT_STATED:
            raise errors.GroundNotStated
        require_two_values(step.tension)
        wishes = self._wishes_behind(*step.subjects)
        self.require_readable(wishes, step, moment)
        deviation = self.new_id(Deviation, step.deviation)
        self.record(decisions.DeviationRecorded, step, moment, deviation=deviation, wishes=wishes)
        return deviation

    def motivate_deviation(self, step: decisions.MotivateDeviation, moment: Moment) -> str:
        """Give the motivation that a deviation from an import lacked."""
        self.admit(step, moment)
        deviation = self.the(Deviation, step.deviation)
        if deviation.motivated:
            raise errors.WrongStatus(kind="deviation", id=step.deviation, status="motivated")
        if step.ground is DeviationGround.NOT_STATED:
            raise errors.GroundNotStated
        self.record(decisions.DeviationMotivated, step, moment, wishes=deviation.wishes)
        return step.deviation

    def contest_deviation(self, step: decisions.ContestDeviation, moment: Moment) -> str:
        """Residents do not accept a deviation."""
        self.admit(step, moment)
        deviation = self.the(Deviation, step.deviation)
        require_status(
            step.deviation,
            deviation,
            deviation.status,
            DeviationStatus.RECORDED,
            DeviationStatus.SETTLED,
        )
        self.record(decisions.DeviationContested, step, moment, wishes=deviation.wishes)
        return step.deviation

    def settle_deviation(self, step: decisions.SettleDeviation, moment: Moment) -> str:
        """Say how the dispute ended."""
        self.admit(step, moment)
        deviation = self.the(Deviation, step.deviation)
        require_status(step.deviation, deviation, deviation.status, DeviationStatus.CONTESTED)
        self.record(decisions.DeviationSettled, step, moment, wishes=deviation.wishes)
        return step.deviation

    def give_feedback(self, step: decisions.GiveFeedback, moment: Moment) -> str:
        """Tell residents what became of their wishes; it accounts for the deviations there.

        Public feedback does not account for what is still internal: nobody could read that in it.
        """
        self.admit(step, moment)
        require_distinct(step.about)
        deviations: dict[str, None] = {}
        for subject_id in step.about:
            subject = self.subjects[subject_id]
            if isinstance(subject, Deviation):
                deviations[subject_id] = None
            elif isinstance(subject, Wish | Proposal | Decision):
                deviations.update(dict.fromkeys(subject.deviations))
        feedback = self.new_id(Feedback, step.feedback)
        self.record(
            decisions.FeedbackGiven,
            step,
            moment,
            feedback=feedback,
            deviations=self.readable(deviations, step, moment),
            wishes=self.readable(self._wishes_behind(*step.about), step, moment),
        )
        return feedback

    def _require_motivated(
        self, step: decisions.RecordDecision, outcome: decisions.SubjectOutcome
    ) -> None:
        """Hold an outcome against Awb 3:46; only an import may state that its source has none."""
        imported = step.source_states_no_motivation
        if outcome.outcome in DEVIATES and outcome.deviation is None and not imported:
            raise errors.GroundsMissing(outcome=outcome.outcome, id=outcome.subject)
        if outcome.outcome not in DEVIATES and (outcome.deviation or outcome.deviation_id):
            raise errors.DeviationWithoutCause(outcome=outcome.outcome, id=outcome.subject)
        if outcome.deviation is not None:
            if outcome.deviation.ground is DeviationGround.NOT_STATED:
                raise errors.GroundNotStated
            require_two_values(outcome.deviation.tension)
        elif not (outcome.motivation or step.motivation or imported):
            raise errors.MotivationMissing(id=outcome.subject)

    def _recorded_outcome(
        self, outcome: decisions.SubjectOutcome, decided: Mapping[str, Outcome], number: int
    ) -> decisions.RecordedOutcome:
        subject_id, subject = outcome.subject, self.subjects[outcome.subject]
        if isinstance(subject, Wish):
            require_status(subject_id, subject, subject.status, *ALIVE)
        elif isinstance(subject, Proposal):
            gone = (ProposalStatus.WITHDRAWN, ProposalStatus.MERGED, ProposalStatus.SPLIT)
            require_status(
                subject_id, subject, subject.status, *(s for s in ProposalStatus if s not in gone)
            )
        else:
            raise errors.NotDecidable(id=subject_id)
        deviation_id = None
        if outcome.outcome in DEVIATES:
            deviation_id = self.new_id(Deviation, outcome.deviation_id, version=number)
        return decisions.RecordedOutcome(
            subject=subject_id,
            outcome=outcome.outcome,
            motivation=outcome.motivation,
            deviation_id=deviation_id,
            wishes=self._wishes_behind(subject_id),
            settles=self._settled_by(subject_id, decided),
        )

    def _settled_by(self, subject_id: str, decided: Mapping[str, Outcome]) -> tuple[str, ...]:
        """Name the wishes whose status becomes the outcome of this subject.

        ``decided`` holds all outcomes of the decision. A wish named in it has its own outcome. A
        plan that is adopted settles the wishes it answers. One that is not settles those that no
        other plan can still bring about: none that is adopted here, or under discussion.
        """
        if isinstance(self.subjects[subject_id], Wish):
            return (subject_id,)
        outcome = decided[subject_id]
        settled = []
        for wish_id in self._wishes_behind(subject_id):
            wish = self.the(Wish, wish_id)
            if wish_id in decided:
                continue
            if outcome in ADOPTED:
                settles = wish.status in ALIVE
            else:
                hopeful = (
                    self._is_hopeful(other, outcome, decided)
                    for other in wish.proposals
                    if other != subject_id
                )
                settles = wish.status in UNDECIDED and not any(hopeful)
            if settles:
                settled.append(wish_id)
        return tuple(settled)

    def _is_hopeful(
        self, proposal_id: str, outcome: Outcome, decided: Mapping[str, Outcome]
    ) -> bool:
        """Tell whether a plan can bring a wish further than the outcome of another plan does."""
        here = decided.get(proposal_id)
        if here is not None:
            return here in ADOPTED or (here, outcome) == (Outcome.DEFERRED, Outcome.REJECTED)
        status = self.the(Proposal, proposal_id).status
        if status is ProposalStatus.DEFERRED:
            return outcome is Outcome.REJECTED
        return status is ProposalStatus.OPEN

    def _record_deviation(
        self,
        decision: str,
        outcome: decisions.RecordedOutcome,
        grounds: decisions.Grounds | None,
        step: decisions.RecordDecision,
        moment: Moment,
    ) -> None:
        said = _DeviationOfDecision(
            occurred_on=step.occurred_on, visibility=step.visibility, source=step.source
        )
        self.record(
            decisions.DeviationRecorded,
            said,
            moment,
            visibility=self.visibility_of(step, moment),
            deviation=outcome.deviation_id,
            decision=decision,
            subjects=(outcome.subject,),
            wishes=outcome.wishes,
            body=step.body,
            ground=grounds.ground if grounds else DeviationGround.NOT_STATED,
            motivation=grounds.motivation if grounds else None,
            alternatives=grounds.alternatives if grounds else (),
            tension=grounds.tension if grounds else None,
        )

    def _wishes_behind(self, *subject_ids: str) -> tuple[str, ...]:
        """Give the wishes that these subjects are about, each once, in order."""
        found: dict[str, None] = {}
        for subject_id in subject_ids:
            match self.subjects[subject_id]:
                case Wish():
                    found[subject_id] = None
                case Proposal(answers=answers):
                    found.update(dict.fromkeys(answers))
                case Deviation(wishes=wishes):
                    found.update(dict.fromkeys(wishes))
                case Decision(subjects=subjects):
                    found.update(dict.fromkeys(self._wishes_behind(*subjects)))
                case _:
                    pass
        return tuple(found)

    @staticmethod
    def _objection_until(
        open_to_objection: bool,
        announced_on: date | None,
        moment: Moment,
    ) -> date | None:
        if not open_to_objection or announced_on is None:
            return None
        return objection_term(announced_on, moment.rules.calendar).end


class _DeviationOfDecision(Step, frozen=True, kw_only=True):
    """What a deviation takes over from the decision that holds it."""

    noun: ClassVar = "deviations"
