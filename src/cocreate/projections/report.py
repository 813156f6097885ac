"""The participation report of a project, and the story of a wish, from the accounts.

The report tells what Gemeentewet art. 150 and the model ordinance of VNG ask of a final report:
the procedure followed and where it differed, who was reached, every contribution with what was
done with it and why. What was not done, or not said, is told as plainly as what was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TypeVar

from cocreate.domain.vocabulary import (
    CommitmentStatus,
    MandateRole,
    Outcome,
    ProjectStatus,
    Suitability,
    Visibility,
    WishStatus,
)
from cocreate.projections.accounts.account import (
    Account,
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    InterventionAccount,
    Link,
    MilestoneAccount,
    ObstacleAccount,
    PartyAccount,
    Place,
    ProposalAccount,
    ReflectionAccount,
    ReportAccount,
    SessionAccount,
    WishAccount,
)
from cocreate.projections.completeness import Lack, record_of
from cocreate.projections.known import Audience
from cocreate.projections.report_parts import (
    Answered,
    ApprovalTold,
    CommitmentTold,
    Completeness,
    Contribution,
    Course,
    DecisionTold,
    DeviationTold,
    Difference,
    DifferenceFound,
    DifferenceTold,
    Evaluation,
    Ground,
    Lesson,
    MandateTold,
    Mention,
    MilestoneTold,
    ObstacleTold,
    OwedKind,
    OwedThing,
    ParticipationReport,
    PartiesOfKind,
    Positions,
    ProjectFacts,
    ProposalTold,
    Reach,
    ReportTold,
    SessionTold,
    Told,
    Treatment,
    Tried,
)
from cocreate.projections.resource import ProjectFile, Resource
from cocreate.projections.story import STORY, owed_since
from cocreate.projections.tables import Table

NAME = "report"
VERSION = 2
TABLES: Sequence[Table] = ()
RESOURCES: Sequence[Resource] = (STORY,)
"""The report itself is a page as well, so its route is made by hand."""

A = TypeVar("A", bound=Account)


def participation_report(file: ProjectFile, recorded_at: datetime) -> ParticipationReport:
    """Give the participation report of a project.

    ``recorded_at`` is the moment at which the log came to the position that the file is of.
    """
    return _Report(file).give(recorded_at)


class _Report:
    """The report of one project as one audience knows it: each method gives a section."""

    def __init__(self, file: ProjectFile) -> None:
        self.file = file
        self.project = file.project
        self.subjects = file.subjects
        self.today = file.today
        self.heirs: dict[str, list[str]] = {}
        for account in self.those(WishAccount):
            self._inherit(account.id, account.comes_from)
        for proposal in self.those(ProposalAccount):
            self._inherit(proposal.id, proposal.comes_from)

    def give(self, recorded_at: datetime) -> ParticipationReport:
        """Give all of it."""
        internal = self.file.audience is Audience.INTERNAL
        contributions = self.contributions()
        return ParticipationReport(
            municipality=self.file.municipality,
            audience=Visibility.INTERNAL if internal else Visibility.PUBLIC,
            position=self.file.position,
            recorded_at=recorded_at,
            day=self.today,
            project=self.facts(),
            course=self.course(),
            reach=self.reach(),
            contributions=contributions,
            unanswered=sum(each.days_without_answer is not None for each in contributions),
            proposals=tuple(map(self.proposal, self.those(ProposalAccount))),
            decisions=tuple(map(self.decision, self.those(DecisionAccount))),
            deviations=tuple(map(self.deviation, self.those(DeviationAccount))),
            approvals=tuple(map(self.approval, self.those(ApprovalAccount))),
            obstacles=tuple(map(self.obstacle, self.those(ObstacleAccount))),
            commitments=tuple(map(self.commitment, self.those(CommitmentAccount))),
            evaluation=self.evaluation(),
            owed=self.owed(),
            completeness=self.completeness(),
        )

    # -- what sections share ----------------------------------------------------------------------

    def those(self, kind: type[A]) -> list[A]:
        """Give the accounts of a kind, in the order in which it happened."""
        found = [each for each in self.subjects.values() if isinstance(each, kind)]
        return sorted(found, key=lambda each: (each.since, each.position, each.id))

    def mention(self, subject_id: str) -> Mention:
        """Name a subject, as far as the audience knows it."""
        account = self.subjects.get(subject_id)
        if account is None:
            return Mention(id=subject_id)
        return Mention(id=subject_id, kind=account.kind, title=account.title)

    def mentions(self, subject_ids: Iterable[str]) -> tuple[Mention, ...]:
        """Name subjects, each once."""
        return tuple(map(self.mention, dict.fromkeys(subject_ids)))

    def _inherit(self, heir: str, parents: Iterable[str]) -> None:
        for parent in parents:
            self.heirs.setdefault(parent, []).append(heir)

    def _name(self, party: str | None) -> str | None:
        account = self.subjects.get(party or "")
        return None if account is None else account.title

    def _late(self, due_on: date | None, until: date | None) -> int:
        return 0 if due_on is None else max(((until or self.today) - due_on).days, 0)

    # -- the procedure ----------------------------------------------------------------------------

    def facts(self) -> ProjectFacts:
        """Give what the project is."""
        project = self.project
        closed = project.closed
        return ProjectFacts(
            id=project.id,
            title=project.title,
            summary=project.summary,
            sector=project.sector,
            initiative=project.initiative,
            department=project.department,
            place=project.place,
            status=project.status,
            started_on=project.since,
            closed_on=_day(closed),
            reason=project.reason,
            positions=_in_order(project.position, None if closed is None else closed.position),
        )

    def course(self) -> Course:
        """Give the procedure that was followed."""
        project = self.project
        reports = self.those(ReportAccount)
        sessions = tuple(map(self.session, self.those(SessionAccount)))
        milestones = tuple(map(self.milestone, self.those(MilestoneAccount)))
        mandates = tuple(
            MandateTold(
                role=span.role,
                party=self.mention(span.party),
                body=span.body,
                scope=span.scope,
                since=span.since,
                until=span.until,
                positions=_in_order(span.position, span.ended_at),
            )
            for span in project.mandates
        )
        told = tuple(
            DifferenceTold(
                text=report.differs_from_plan,
                report=self.mention(report.id),
                on=report.since,
                positions=(report.position,),
            )
            for report in reports
            if report.differs_from_plan is not None
        )
        found = tuple(self.differences())
        return Course(
            level=project.level,
            assessments=tuple(project.assessments),
            frames=tuple(project.frames),
            mandates=mandates,
            pauses=tuple(project.pauses),
            sessions=sessions,
            milestones=milestones,
            differs_from_plan=told,
            differences=found,
            positions=_in_order(
                *(each.position for each in project.assessments),
                *(each.position for each in project.frames),
                *(each.position for each in project.pauses),
                *_all(mandates, sessions, milestones, told, found),
            ),
        )

    def differences(self) -> Iterator[DifferenceFound]:
        """Give where the log itself shows that the procedure was not as it is to be."""
        project = self.project
        session, decision = project.first_session, project.first_decision
        if not project.frames:
            if session is not None or decision is not None:
                yield DifferenceFound(difference=Difference.NO_FRAMES)
        else:
            first = project.frames[0]
            if session is not None and session.on < first.set_on:
                yield DifferenceFound(
                    difference=Difference.FRAMES_AFTER_FIRST_SESSION,
                    on=first.set_on,
                    positions=_in_order(session.position, first.position),
                )
            for frames in project.frames[1:]:
                yield DifferenceFound(
                    difference=Difference.FRAMES_CHANGED,
                    on=frames.set_on,
                    positions=(frames.position,),
                )
        if decision is not None and session is None:
            yield DifferenceFound(
                difference=Difference.NO_SESSION, on=decision.on, positions=(decision.position,)
            )
        if decision is not None and session is not None and decision.on < session.on:
            yield DifferenceFound(
                difference=Difference.DECISION_BEFORE_FIRST_SESSION,
                on=decision.on,
                positions=_in_order(decision.position, session.position),
            )
        last = project.assessments[-1] if project.assessments else None
        if (
            last is not None
            and last.verdict is Suitability.NO_GO
            and project.status is not ProjectStatus.STOPPED
        ):
            yield DifferenceFound(
                difference=Difference.NOT_SUITABLE, on=last.on, positions=(last.position,)
            )
        if not any(span.role is MandateRole.GIVES_ACCOUNT for span in project.mandates):
            yield DifferenceFound(difference=Difference.NOBODY_GAVE_ACCOUNT)

    def session(self, session: SessionAccount) -> SessionTold:
        """Give a session."""
        return SessionTold(
            id=session.id,
            title=session.title,
            summary=session.text,
            work_form=session.category,
            on=session.since,
            invited=session.invited,
            attended=session.attended,
            reached=session.reached,
            missed=session.missed,
            positions=_positions(session),
        )

    def milestone(self, milestone: MilestoneAccount) -> MilestoneTold:
        """Give a milestone."""
        return MilestoneTold(
            id=milestone.id,
            title=milestone.title,
            text=milestone.text,
            on=milestone.since,
            positions=_positions(milestone),
        )

    def reach(self) -> Reach:
        """Give who was reached, and who was missed."""
        sessions = self.those(SessionAccount)
        parties = self.those(PartyAccount)
        reached = tuple(dict.fromkeys(group for each in sessions for group in each.reached))
        missed = dict.fromkeys(group for each in sessions for group in each.missed)
        number = Counter(party.category for party in parties)
        present = Counter(party.category for party in parties if party.closed_on is None)
        return Reach(
            reached=reached,
            missed=tuple(group for group in missed if group not in reached),
            invited=_sum(each.invited for each in sessions),
            attended=_sum(each.attended for each in sessions),
            sessions_without_numbers=sum(each.attended is None for each in sessions),
            parties=tuple(
                PartiesOfKind(kind=kind, number=number[kind], taking_part=present[kind])
                for kind in sorted(number)
            ),
            positions=_in_order(
                *(each.position for each in sessions), *(each.position for each in parties)
            ),
        )

    # -- what residents brought in ----------------------------------------------------------------

    def contributions(self) -> tuple[Contribution, ...]:
        """Give every wish, in the order in which they came."""
        return tuple(
            self.contribution(number, wish)
            for number, wish in enumerate(self.those(WishAccount), 1)
        )

    def contribution(self, number: int, wish: WishAccount) -> Contribution:
        """Give a wish, and all that was done with it."""
        return Contribution(
            number=number,
            id=wish.id,
            title=wish.title,
            text=wish.text,
            by=self._name(wish.by),
            expressed_on=wish.since,
            session=None if wish.session is None else self.mention(wish.session),
            place=wish.place,
            theme=wish.theme,
            source=wish.source,
            supporters=wish.supporters,
            status=wish.status,
            comes_from=self.mentions(wish.comes_from),
            goes_on_in=self.mentions(self.heirs.get(wish.id, ())),
            proposals=self.mentions(wish.proposals),
            answer=answer_to(wish),
            answered_on=_day(wish.answered),
            days_without_answer=(self.today - wish.since).days if wish.waits else None,
            outcome=wish.outcome,
            decisions=self.treatments(wish.chain),
            grounds=self.grounds(wish.deviations),
            told=tuple(
                Told(
                    feedback=feedback.id,
                    on=feedback.since,
                    channel=feedback.channel,
                    text=feedback.text,
                    reached=feedback.reached,
                    position=feedback.position,
                )
                for feedback in map(self.subjects.get, wish.feedback)
                if isinstance(feedback, FeedbackAccount)
            ),
            realised_on=_day(wish.realised),
            residents_word=wish.word,
            positions=_positions(wish),
        )

    def treatments(self, chain: Iterable[Link]) -> tuple[Treatment, ...]:
        """Give what decisions did with a subject, in the order in which they were taken."""
        return tuple(
            Treatment(
                decision=Mention(id=link.id, kind="decision", title=link.title),
                body=decision.body if isinstance(decision, DecisionAccount) else None,
                on=link.on,
                outcome=None if link.outcome is None else Outcome(link.outcome),
                motivation=link.motivation,
                via=None if link.via is None else self.mention(link.via),
                position=link.position,
            )
            for link in sorted(chain, key=lambda link: (link.on, link.position))
            if link.type == "DecisionRecorded" and link.id is not None
            for decision in (self.subjects.get(link.id),)
        )

    def grounds(self, deviations: Iterable[str]) -> tuple[Ground, ...]:
        """Give why a subject was not followed."""
        return tuple(
            Ground(
                deviation=deviation.id,
                ground=deviation.ground,
                motivation=deviation.motivation,
                on=deviation.since,
            )
            for deviation in map(self.subjects.get, deviations)
            if isinstance(deviation, DeviationAccount)
        )

    def proposal(self, proposal: ProposalAccount) -> ProposalTold:
        """Give a proposal in brief."""
        return ProposalTold(
            id=proposal.id,
            title=proposal.title,
            by=self._name(proposal.by),
            submitted_on=proposal.since,
            status=proposal.status,
            answers=self.mentions(proposal.answers),
            comes_from=self.mentions(proposal.comes_from),
            goes_on_in=self.mentions(self.heirs.get(proposal.id, ())),
            revisions=proposal.revisions,
            outcome=proposal.outcome,
            decisions=self.treatments(proposal.chain),
            grounds=self.grounds(proposal.deviations),
            positions=_positions(proposal),
        )

    # -- what was decided -------------------------------------------------------------------------

    def decision(self, decision: DecisionAccount) -> DecisionTold:
        """Give a decision."""
        return DecisionTold(
            id=decision.id,
            title=decision.title,
            body=decision.body,
            body_name=decision.body_name,
            decision_type=decision.decision_type,
            reference=decision.reference,
            legal_basis=decision.legal_basis,
            decided_on=decision.since,
            motivated=decision.motivated,
            motivation=decision.motivation,
            departs_from_advice=decision.departs_from_advice,
            announced_on=decision.sent_on or decision.published_on,
            published_on=decision.published_on,
            sent_on=decision.sent_on,
            effective_on=decision.effective_on,
            open_to_objection=decision.open_to_objection,
            objection_until=decision.objection_until,
            expires_on=decision.expires_on,
            outcomes=decision.outcomes,
            positions=_positions(decision),
        )

    def deviation(self, deviation: DeviationAccount) -> DeviationTold:
        """Give a deviation, and how it was accounted for."""
        return DeviationTold(
            id=deviation.id,
            title=deviation.title,
            on=deviation.since,
            subjects=self.mentions(deviation.subjects),
            decision=None if deviation.decision is None else self.mention(deviation.decision),
            body=deviation.body,
            ground=deviation.ground,
            motivated=deviation.motivation is not None,
            motivation=deviation.motivation,
            motivated_on=_day(deviation.motivated),
            alternatives=deviation.alternatives,
            tension=deviation.tension,
            status=deviation.status,
            contests=deviation.contests,
            contested_on=_day(deviation.contested),
            settlement=deviation.settlement,
            settled_on=_day(deviation.settled),
            fed_back_on=_day(deviation.fed_back),
            positions=_positions(deviation),
        )

    # -- what it took -----------------------------------------------------------------------------

    def approval(self, approval: ApprovalAccount) -> ApprovalTold:
        """Give an approval, and how long it took."""
        withdrawn = approval.withdrawn_on is not None
        ended_on = _day(approval.ended)
        return ApprovalTold(
            id=approval.id,
            title=approval.title,
            kind=approval.category,
            authority=approval.authority,
            department=approval.department,
            status=approval.status,
            requested_on=approval.since,
            first_due_on=approval.first_due_on,
            due_on=approval.due_on,
            decided_on=approval.decided_on,
            withdrawn_on=approval.withdrawn_on,
            days_waited=((ended_on or self.today) - approval.since).days,
            days_late=0 if withdrawn else self._late(approval.due_on, ended_on),
            suspensions=len(approval.suspensions),
            extensions=approval.extensions,
            conditions=approval.conditions,
            needed_for=self.mentions(approval.about),
            positions=_positions(approval),
        )

    def obstacle(self, obstacle: ObstacleAccount) -> ObstacleTold:
        """Give what stood in the way, and what helped."""
        return ObstacleTold(
            id=obstacle.id,
            title=obstacle.title,
            text=obstacle.text,
            category=obstacle.category,
            department=obstacle.department,
            status=obstacle.status,
            raised_on=obstacle.since,
            closed_on=obstacle.closed_on,
            days=((obstacle.closed_on or self.today) - obstacle.since).days,
            blocks=self.mentions(obstacle.about),
            escalated_to=obstacle.escalated_to,
            tried=tuple(
                Tried(
                    id=tried.id,
                    title=tried.title,
                    kind=tried.category,
                    on=tried.since,
                    outcome=tried.outcome,
                    resolved_it=tried.id in obstacle.resolved_by,
                )
                for tried in map(self.subjects.get, obstacle.interventions)
                if isinstance(tried, InterventionAccount)
            ),
            positions=_positions(obstacle),
        )

    def commitment(self, commitment: CommitmentAccount) -> CommitmentTold:
        """Give a promise, and how it stands."""
        ended_on = _day(commitment.ended)
        broken = commitment.status is CommitmentStatus.BROKEN
        return CommitmentTold(
            id=commitment.id,
            title=commitment.title,
            by=commitment.by,
            to=commitment.to,
            made_on=commitment.since,
            first_due_on=commitment.first_due_on,
            due_on=commitment.due_on,
            changes=commitment.changes,
            status=commitment.status,
            ended_on=ended_on,
            days_late=0 if broken else self._late(commitment.due_on, ended_on),
            about=self.mentions(commitment.about),
            positions=_positions(commitment),
        )

    # -- looking back -----------------------------------------------------------------------------

    def evaluation(self) -> Evaluation:
        """Give how participants rate it, and what was learned."""
        return Evaluation(
            reports=tuple(
                ReportTold(
                    id=report.id,
                    title=report.title,
                    text=report.text,
                    on=report.since,
                    to=report.to,
                    body=report.body,
                    satisfaction=report.satisfaction,
                    documents=report.documents,
                    positions=_positions(report),
                )
                for report in self.those(ReportAccount)
            ),
            lessons=tuple(
                Lesson(
                    id=lesson.id,
                    title=lesson.title,
                    text=lesson.text,
                    on=lesson.since,
                    positions=_positions(lesson),
                )
                for lesson in self.those(ReflectionAccount)
            ),
        )

    def owed(self) -> tuple[OwedKind, ...]:
        """Give what is owed, by kind; of each the longest owed first."""
        things: dict[str, list[OwedThing]] = {}
        for account in self.those(Account):
            if account.due_on is not None and account.due_on >= self.today:
                continue
            for duty in account.duties:
                since = owed_since(account, duty)
                things.setdefault(duty, []).append(
                    OwedThing(
                        subject=self.mention(account.id),
                        since=since,
                        due_on=account.due_on,
                        days_late=self._late(account.due_on or since, None),
                        positions=_positions(account),
                    )
                )
        for items in things.values():
            items.sort(key=lambda thing: -thing.days_late)
        return tuple(
            OwedKind(duty=duty, number=len(items), longest=items[0].days_late, items=tuple(items))
            for duty, items in sorted(things.items())
        )

    def completeness(self) -> Completeness:
        """Give how complete the record is."""
        project, record = self.project, record_of(self.file)
        return Completeness(
            steps=project.steps,
            steps_with_source=project.sourced_steps,
            internal_steps=project.internal_steps,
            months=record.months,
            silent_months=record.silent,
            wishes=len(self.those(WishAccount)),
            wishes_without_author=record.number(Lack.AUTHOR),
            wishes_without_source=record.number(Lack.SOURCE),
            wishes_without_author_or_source=record.without_author_or_source,
            decisions=len(self.those(DecisionAccount)),
            decisions_without_motivation=self.mentions(record.of(Lack.DECISION_MOTIVATION)),
            undated_commitments=self.mentions(record.of(Lack.DATE)),
            last_step_on=project.last_step_on,
            last_position=project.last_position,
        )


def answer_to(wish: WishAccount) -> Answered:
    """Tell whether a wish was answered, and how."""
    match wish.status:
        case WishStatus.MERGED | WishStatus.SPLIT:
            return Answered.GOES_ON
        case WishStatus.WITHDRAWN:
            return Answered.WITHDRAWN
        case WishStatus.REALISED:
            return Answered.REALISED
        case WishStatus.DEFERRED:
            return Answered.DEFERRED
        case WishStatus.OPEN:
            return Answered.NOT_ANSWERED if wish.answered is None else Answered.TOLD
        case _:
            return Answered.DECIDED


def _day(place: Place | None) -> date | None:
    return None if place is None else place.on


def _sum(numbers: Iterable[int | None]) -> int | None:
    """Add up the numbers that are known; None where none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _positions(account: Account) -> Positions:
    return _in_order(account.position, *(link.position for link in account.chain))


def _in_order(*positions: int | None) -> Positions:
    return tuple(sorted({position for position in positions if position is not None}))


_Placed = MandateTold | SessionTold | MilestoneTold | DifferenceTold | DifferenceFound


def _all(*parts: Iterable[_Placed]) -> Iterator[int]:
    for several in parts:
        for part in several:
            yield from part.positions
