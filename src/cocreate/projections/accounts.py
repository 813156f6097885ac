"""How each kind of step changes the accounts of a project: the fold of the timeline, step by step.

An account that is not there is one the audience may not know; a step then leaves it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import asyncpg
import msgspec

from cocreate.domain.steps import (
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import (
    ApprovalStatus,
    CommitmentStatus,
    DeviationStatus,
    MandateRole,
    ObstacleStatus,
    Outcome,
    ProjectStatus,
    ProposalStatus,
    ResidentsWord,
    WishStatus,
)
from cocreate.projections.account import Account, Frames, Link, ProjectAccount
from cocreate.projections.known import Known
from cocreate.projections.rows import Table, TableRows

_JSON = msgspec.json.Encoder()
_ACCOUNT = msgspec.json.Decoder(Account)
_PROJECT = msgspec.json.Decoder(ProjectAccount)


def _record(row: Account | ProjectAccount) -> tuple[object, ...]:
    body = _JSON.encode(row)
    if isinstance(row, ProjectAccount):
        return "project", row.status, (), row.since, None, body
    return row.kind, row.status, row.duties, row.since, row.due_on, body


def _restore(row: asyncpg.Record) -> Account | ProjectAccount:
    return (_ACCOUNT if row["id"] else _PROJECT).decode(row["body"])


def _related(row: Account | ProjectAccount) -> Iterable[str]:
    return row.about if isinstance(row, Account) else ()


SUBJECTS: Table[Account | ProjectAccount] = Table(
    "timeline", "subject", record=_record, restore=_restore, related=_related
)
"""The accounts, by the id of their subject; that of the project itself has the id ``""``."""


class Accounts:
    """The accounts of one project, as one step finds them."""

    __slots__ = ("_known", "_project_id", "_rows", "project")

    def __init__(self, rows: TableRows[Account | ProjectAccount], known: Known) -> None:
        self._rows = rows
        self._known = known
        self._project_id = known.recorded.project
        project = rows.rows.get((self._project_id, ""))
        self.project = project if isinstance(project, ProjectAccount) else None
        """The account of the project itself, which every step changes."""

    def __getitem__(self, subject_id: str | None) -> Account | None:
        """Give an account to change."""
        if not subject_id:
            return None
        key = (self._project_id, subject_id)
        row = self._rows.rows.get(key)
        if not isinstance(row, Account):
            return None
        self._rows.changed[key] = row
        return row

    def those(self, subject_ids: Iterable[str]) -> Iterable[Account]:
        """Give the accounts that the audience knows of, to change."""
        for subject_id in subject_ids:
            account = self[subject_id]
            if account is not None:
                yield account

    def begin(self, project: ProjectAccount) -> None:
        """Open the account of the project."""
        self.project = project
        self._rows.put((self._project_id, ""), project)

    def add(self, kind: str, subject_id: str, title: str, **facts: Any) -> Account:  # noqa: ANN401
        """Open an account."""
        known = self._known
        account = Account(
            id=subject_id,
            kind=kind,
            title=title,
            since=known.event.occurred_on,
            position=known.recorded.position,
            source=getattr(known.event, "source", None),
            **facts,
        )
        self._rows.put((self._project_id, subject_id), account)
        project = self.project
        if project is not None:
            project.counts[kind] = project.counts.get(kind, 0) + 1
        return account

    def link(self, subject_id: str | None = None, **facts: Any) -> Link:  # noqa: ANN401
        """Give the link that this step is in the chain of a subject."""
        known = self._known
        return Link(
            type=known.recorded.type,
            id=subject_id,
            on=known.event.occurred_on,
            position=known.recorded.position,
            **facts,
        )

    def count_step(self) -> None:
        """Count the step on the account of the project."""
        project = self.project
        if project is not None:
            project.steps += 1
            occurred_on = self._known.event.occurred_on
            if occurred_on > project.last_step_on:
                project.last_step_on = occurred_on
            self._rows.changed[self._project_id, ""] = project


Change = Callable[[Accounts, Any], None]
CHANGES: dict[type[Event], Change] = {}
"""What each type of event changes. One that is not here changes no account."""


def _on(*event_classes: type[Event]) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        for event_class in event_classes:
            CHANGES[event_class] = change
        return change

    return register


# -- the project ------------------------------------------------------------------------------


@_on(course.ProjectStarted)
def _started(accounts: Accounts, event: course.ProjectStarted) -> None:
    accounts.begin(
        ProjectAccount(
            id=str(event.originator_id),
            title=event.title,
            summary=event.summary,
            sector=event.sector,
            initiative=event.initiative,
            department=event.department,
            place=event.place,
            status=ProjectStatus.RUNNING,
            since=event.occurred_on,
            last_step_on=event.occurred_on,
        )
    )


_COURSE: Mapping[type[Event], ProjectStatus] = {
    course.ProjectPaused: ProjectStatus.PAUSED,
    course.ProjectResumed: ProjectStatus.RUNNING,
    course.ProjectCompleted: ProjectStatus.COMPLETED,
    course.ProjectStopped: ProjectStatus.STOPPED,
}


@_on(*_COURSE)
def _moved(accounts: Accounts, event: Event) -> None:
    project = accounts.project
    if project is None:
        return
    project.status = _COURSE[type(event)]
    project.reason = getattr(event, "reason", None) or getattr(event, "result", None)
    closed = project.status in (ProjectStatus.COMPLETED, ProjectStatus.STOPPED)
    project.closed_on = event.occurred_on if closed else None


@_on(course.SuitabilityAssessed)
def _assessed(accounts: Accounts, event: course.SuitabilityAssessed) -> None:
    if (project := accounts.project) is not None:
        project.suitability = event.verdict


@_on(course.FrameworkSet)
def _framework_set(accounts: Accounts, event: course.FrameworkSet) -> None:
    if (project := accounts.project) is not None:
        project.level = event.level
        project.framework = Frames(
            level=event.level,
            fixed=event.fixed,
            open=event.open,
            body=event.body,
            before=event.before,
            set_on=event.occurred_on,
        )


@_on(course.MandateAssigned)
def _mandated(accounts: Accounts, event: course.MandateAssigned) -> None:
    if (project := accounts.project) is None:
        return
    if event.role is MandateRole.DIRECTS:
        project.directs = event.party
    else:
        project.gives_account = event.party


@_on(course.PartyJoined)
def _party_joined(accounts: Accounts, event: course.PartyJoined) -> None:
    former = accounts[event.party]
    if former is None:
        accounts.add("party", event.party, event.name, category=event.kind, body=event.role)
        return
    former.closed_on = None
    former.tell(accounts.link())


@_on(course.PartyLeft)
def _party_left(accounts: Accounts, event: course.PartyLeft) -> None:
    if (party := accounts[event.party]) is not None:
        party.closed_on = event.occurred_on
        party.tell(accounts.link(motivation=event.reason))


@_on(course.SessionHeld)
def _session_held(accounts: Accounts, event: course.SessionHeld) -> None:
    accounts.add(
        "session", event.session, event.title, text=event.summary, category=event.work_form
    )


@_on(course.MilestoneReached)
def _milestone_reached(accounts: Accounts, event: course.MilestoneReached) -> None:
    accounts.add("milestone", event.milestone, event.title, text=event.text)


# -- wishes and proposals ---------------------------------------------------------------------


@_on(wishes.WishExpressed)
def _wish_expressed(accounts: Accounts, event: wishes.WishExpressed) -> None:
    accounts.add(
        "wish",
        event.wish,
        event.title,
        text=event.text,
        status=WishStatus.OPEN,
        by=event.by,
        place=event.place,
        theme=event.theme,
        duties=("answer",),
    )


@_on(wishes.WishSupported)
def _wish_supported(accounts: Accounts, event: wishes.WishSupported) -> None:
    if (wish := accounts[event.wish]) is not None:
        wish.supporters += event.supporters
        if (project := accounts.project) is not None:
            total = project.counts.get("supporters", 0) + event.supporters
            project.counts["supporters"] = total


@_on(wishes.WishWithdrawn)
def _wish_withdrawn(accounts: Accounts, event: wishes.WishWithdrawn) -> None:
    if (wish := accounts[event.wish]) is not None:
        wish.status, wish.duties = WishStatus.WITHDRAWN, ()
        wish.closed_on = event.occurred_on
        wish.tell(accounts.link(motivation=event.reason))


@_on(wishes.WishesMerged)
def _wishes_merged(accounts: Accounts, event: wishes.WishesMerged) -> None:
    merged = accounts.add(
        "wish",
        event.into,
        event.title,
        text=event.text,
        status=WishStatus.OPEN,
        duties=("answer",),
        comes_from=event.wishes,
    )
    for wish in accounts.those(event.wishes):
        wish.status, wish.duties, wish.merged_into = WishStatus.MERGED, (), event.into
        wish.tell(accounts.link(event.into, title=event.title))
        merged.supporters += wish.supporters


@_on(wishes.WishSplit)
def _wish_split(accounts: Accounts, event: wishes.WishSplit) -> None:
    for part in event.into:
        accounts.add(
            "wish",
            part.wish,
            part.title,
            text=part.text,
            status=WishStatus.OPEN,
            duties=("answer",),
            comes_from=(event.wish,),
        )
    if (wish := accounts[event.wish]) is not None:
        wish.status, wish.duties = WishStatus.SPLIT, ()
        for part in event.into:
            wish.tell(accounts.link(part.wish, title=part.title))


@_on(wishes.WishRealised)
def _wish_realised(accounts: Accounts, event: wishes.WishRealised) -> None:
    if (wish := accounts[event.wish]) is not None:
        wish.status, wish.word, wish.duties = WishStatus.REALISED, None, ()
        wish.closed_on = event.occurred_on
        wish.tell(accounts.link(title=event.text[:200]))


@_on(wishes.RealisationJudged)
def _realisation_judged(accounts: Accounts, event: wishes.RealisationJudged) -> None:
    if (wish := accounts[event.wish]) is not None:
        wish.word = event.word
        wish.duties = ("realisation",) if event.word is ResidentsWord.DISPUTED else ()
        wish.tell(accounts.link(status=event.word, motivation=event.text))


@_on(wishes.ProposalSubmitted)
def _proposal_submitted(accounts: Accounts, event: wishes.ProposalSubmitted) -> None:
    accounts.add(
        "proposal",
        event.proposal,
        event.title,
        text=event.text,
        status=ProposalStatus.OPEN,
        by=event.by,
        answers=event.answers,
    )
    _answered_by(accounts, event.answers, event.proposal, event.title)


@_on(wishes.ProposalRevised)
def _proposal_revised(accounts: Accounts, event: wishes.ProposalRevised) -> None:
    proposal = accounts[event.proposal]
    if proposal is None:
        return
    new = [wish for wish in event.answers if wish not in proposal.answers]
    proposal.title, proposal.answers = event.title, event.answers
    proposal.text = event.text or proposal.text
    proposal.tell(accounts.link(title=event.title, motivation=event.reason))
    _answered_by(accounts, new, event.proposal, event.title)


@_on(wishes.ProposalWithdrawn)
def _proposal_withdrawn(accounts: Accounts, event: wishes.ProposalWithdrawn) -> None:
    if (proposal := accounts[event.proposal]) is not None:
        proposal.status, proposal.closed_on = ProposalStatus.WITHDRAWN, event.occurred_on
        proposal.tell(accounts.link(motivation=event.reason))
    for wish in accounts.those(event.wishes):
        wish.tell(accounts.link(event.proposal, motivation=event.reason))


@_on(wishes.ProposalsMerged)
def _proposals_merged(accounts: Accounts, event: wishes.ProposalsMerged) -> None:
    accounts.add(
        "proposal",
        event.into,
        event.title,
        text=event.text,
        status=ProposalStatus.OPEN,
        answers=event.wishes,
        comes_from=event.proposals,
    )
    for proposal in accounts.those(event.proposals):
        proposal.status, proposal.merged_into = ProposalStatus.MERGED, event.into
        proposal.tell(accounts.link(event.into, title=event.title))
    _answered_by(accounts, event.wishes, event.into, event.title)


@_on(wishes.ProposalSplit)
def _proposal_split(accounts: Accounts, event: wishes.ProposalSplit) -> None:
    for part in event.into:
        accounts.add(
            "proposal",
            part.proposal,
            part.title,
            text=part.text,
            status=ProposalStatus.OPEN,
            answers=part.answers,
            comes_from=(event.proposal,),
        )
        _answered_by(accounts, part.answers, part.proposal, part.title)
    if (whole := accounts[event.proposal]) is not None:
        whole.status = ProposalStatus.SPLIT
        for part in event.into:
            whole.tell(accounts.link(part.proposal, title=part.title))


def _answered_by(accounts: Accounts, wish_ids: Iterable[str], proposal: str, title: str) -> None:
    for wish in accounts.those(wish_ids):
        wish.tell(accounts.link(proposal, title=title))


# -- decisions --------------------------------------------------------------------------------


@_on(decisions.AdviceGiven)
def _advice_given(accounts: Accounts, event: decisions.AdviceGiven) -> None:
    accounts.add(
        "advice",
        event.advice,
        event.adviser,
        text=event.text,
        outcome=event.conclusion,
        about=event.about,
    )
    for subject in accounts.those(event.about):
        subject.tell(accounts.link(event.advice, title=event.adviser, outcome=event.conclusion))


@_on(decisions.DecisionRecorded)
def _decision_recorded(accounts: Accounts, event: decisions.DecisionRecorded) -> None:
    announced = event.sent_on is not None or event.published_on is not None
    accounts.add(
        "decision",
        event.decision,
        event.title,
        body=event.body_name or event.body,
        motivation=event.motivation,
        ground=event.legal_basis,
        about=tuple(outcome.subject for outcome in event.outcomes),
        open_to_objection=event.open_to_objection,
        objection_until=event.objection_until,
        duties=("announcement",) if event.open_to_objection and not announced else (),
    )
    for outcome in event.outcomes:
        facts = {
            "outcome": outcome.outcome,
            "body": event.body,
            "motivation": outcome.motivation or event.motivation,
            "title": event.title,
        }
        subject = accounts[outcome.subject]
        if subject is not None:
            subject.status = subject.outcome = outcome.outcome
            subject.tell(accounts.link(event.decision, **facts))
        settled = set(outcome.settles)
        for wish in accounts.those(outcome.wishes):
            if wish.id in settled:
                wish.status = wish.outcome = outcome.outcome
                wish.duties = ("answer",) if outcome.outcome is Outcome.DEFERRED else ()
            if wish.id != outcome.subject:
                wish.tell(accounts.link(event.decision, via=outcome.subject, **facts))


@_on(decisions.DecisionAnnounced)
def _decision_announced(accounts: Accounts, event: decisions.DecisionAnnounced) -> None:
    if (decision := accounts[event.decision]) is not None:
        decision.objection_until, decision.duties = event.objection_until, ()
        decision.tell(accounts.link(due_on=event.objection_until))


@_on(decisions.DeviationRecorded)
def _deviation_recorded(accounts: Accounts, event: decisions.DeviationRecorded) -> None:
    first = accounts[event.subjects[0]] if event.subjects else None
    accounts.add(
        "deviation",
        event.deviation,
        first.title if first is not None else event.ground,
        status=DeviationStatus.RECORDED,
        ground=event.ground,
        motivation=event.motivation,
        alternatives=event.alternatives,
        body=event.body,
        about=tuple(dict.fromkeys((*event.subjects, *event.wishes))),
        duties=_deviation_duties(motivated=event.motivation is not None, fed_back=False),
    )
    about = dict.fromkeys((*event.subjects, *event.wishes))
    if event.decision is not None:
        about[event.decision] = None
    for subject in accounts.those(about):
        subject.tell(
            accounts.link(event.deviation, ground=event.ground, motivation=event.motivation)
        )


def _deviation_duties(*, motivated: bool, fed_back: bool) -> tuple[str, ...]:
    return (*(() if motivated else ("motivation",)), *(() if fed_back else ("feedback",)))


@_on(decisions.DeviationMotivated)
def _deviation_motivated(accounts: Accounts, event: decisions.DeviationMotivated) -> None:
    deviation = accounts[event.deviation]
    if deviation is None:
        return
    deviation.ground, deviation.motivation = event.ground, event.motivation
    deviation.alternatives = event.alternatives
    deviation.duties = _deviation_duties(motivated=True, fed_back=deviation.fed_back)
    _tell_all(
        accounts,
        (event.deviation, *deviation.about),
        accounts.link(event.deviation, ground=event.ground, motivation=event.motivation),
    )


@_on(decisions.DeviationContested)
def _deviation_contested(accounts: Accounts, event: decisions.DeviationContested) -> None:
    if (deviation := accounts[event.deviation]) is not None:
        deviation.status = DeviationStatus.CONTESTED
    link = accounts.link(event.deviation, motivation=event.text)
    _tell_all(accounts, (event.deviation, *event.wishes), link)


@_on(decisions.DeviationSettled)
def _deviation_settled(accounts: Accounts, event: decisions.DeviationSettled) -> None:
    if (deviation := accounts[event.deviation]) is not None:
        deviation.status, deviation.outcome = DeviationStatus.SETTLED, event.settlement
    link = accounts.link(event.deviation, outcome=event.settlement, motivation=event.text)
    _tell_all(accounts, (event.deviation, *event.wishes), link)


@_on(decisions.FeedbackGiven)
def _feedback_given(accounts: Accounts, event: decisions.FeedbackGiven) -> None:
    accounts.add(
        "feedback",
        event.feedback,
        event.text[:200],
        text=event.text,
        category=event.channel,
        about=event.about,
    )
    for deviation in accounts.those(event.deviations):
        deviation.fed_back = True
        deviation.duties = _deviation_duties(
            motivated=deviation.motivation is not None, fed_back=True
        )
    told = dict.fromkeys((*event.about, *event.wishes, *event.deviations))
    _tell_all(accounts, told, accounts.link(event.feedback, title=event.text[:200]))


def _tell_all(accounts: Accounts, subject_ids: Iterable[str], link: Link) -> None:
    for subject in accounts.those(dict.fromkeys(subject_ids)):
        subject.tell(link)


# -- approvals --------------------------------------------------------------------------------


@_on(approvals.ApprovalRequested)
def _approval_requested(accounts: Accounts, event: approvals.ApprovalRequested) -> None:
    accounts.add(
        "approval",
        event.approval,
        event.title,
        text=event.text,
        status=ApprovalStatus.PENDING,
        category=event.kind,
        authority=event.authority,
        department=event.department,
        about=event.needed_for,
        term=event.term,
        due_on=event.due_on,
        duties=("decision",) if event.due_on is not None else (),
    )
    link = accounts.link(event.approval, title=event.title, due_on=event.due_on)
    _tell_all(accounts, event.needed_for, link)


_CLOCK: Mapping[type[Event], ApprovalStatus | None] = {
    approvals.ApprovalSuspended: ApprovalStatus.SUSPENDED,
    approvals.ApprovalResumed: ApprovalStatus.PENDING,
    approvals.ApprovalExtended: None,
    approvals.TermRecalculated: None,
}


@_on(*_CLOCK)
def _clock_moved(accounts: Accounts, event: Any) -> None:  # noqa: ANN401 - one of four
    approval = accounts[event.approval]
    if approval is None:
        return
    approval.due_on = event.due_on
    if approval.closed_on is None:  # a correction may come after the answer
        approval.duties = ("decision",) if event.due_on is not None else ()
        # A suspension until a known day ends by itself.
        ends = isinstance(event, approvals.ApprovalSuspended) and event.until is not None
        approval.status = ApprovalStatus.PENDING if ends else _CLOCK[type(event)] or approval.status
    ground = getattr(event, "ground", None)
    approval.tell(accounts.link(due_on=event.due_on, motivation=event.reason, ground=ground))


_ANSWER: Mapping[type[Event], ApprovalStatus] = {
    approvals.ApprovalGranted: ApprovalStatus.GRANTED,
    approvals.ApprovalRefused: ApprovalStatus.REFUSED,
    approvals.ApprovalWithdrawn: ApprovalStatus.WITHDRAWN,
    approvals.ApprovalConcluded: ApprovalStatus.CONCLUDED,
}


@_on(*_ANSWER)
def _approval_answered(accounts: Accounts, event: Any) -> None:  # noqa: ANN401 - one of four
    approval = accounts[event.approval]
    if approval is None:
        return
    approval.status, approval.duties = _ANSWER[type(event)], ()
    approval.closed_on = event.occurred_on
    approval.conditions = getattr(event, "conditions", ())
    motivation = getattr(event, "motivation", None) or getattr(event, "reason", None)
    link = accounts.link(event.approval, outcome=approval.status, motivation=motivation)
    _tell_all(accounts, (event.approval, *approval.about), link)


@_on(approvals.NoticeOfDefaultGiven)
def _notice_given(accounts: Accounts, event: approvals.NoticeOfDefaultGiven) -> None:
    if (approval := accounts[event.approval]) is not None:
        approval.penalty_from = event.penalty_from
        approval.tell(accounts.link(due_on=event.penalty_from, motivation=event.text))


# -- obstacles, interventions, commitments ----------------------------------------------------


@_on(obstacles.ObstacleRaised)
def _obstacle_raised(accounts: Accounts, event: obstacles.ObstacleRaised) -> None:
    accounts.add(
        "obstacle",
        event.obstacle,
        event.title,
        text=event.text,
        status=ObstacleStatus.OPEN,
        category=event.category,
        department=event.department,
        by=event.owner,
        about=event.blocks,
    )
    _tell_all(accounts, event.blocks, accounts.link(event.obstacle, title=event.title))


@_on(obstacles.ObstacleEscalated)
def _obstacle_escalated(accounts: Accounts, event: obstacles.ObstacleEscalated) -> None:
    if (obstacle := accounts[event.obstacle]) is not None:
        obstacle.authority = event.to
        obstacle.tell(accounts.link(title=event.to, motivation=event.text))


@_on(obstacles.ObstacleReassigned)
def _obstacle_reassigned(accounts: Accounts, event: obstacles.ObstacleReassigned) -> None:
    if (obstacle := accounts[event.obstacle]) is not None:
        obstacle.department = event.department or obstacle.department
        obstacle.by = event.owner or obstacle.by
        obstacle.tell(accounts.link(title=event.department, motivation=event.reason))


@_on(obstacles.ObstacleResolved)
def _obstacle_resolved(accounts: Accounts, event: obstacles.ObstacleResolved) -> None:
    if (obstacle := accounts[event.obstacle]) is not None:
        obstacle.status, obstacle.closed_on = ObstacleStatus.RESOLVED, event.occurred_on
        link = accounts.link(event.obstacle, title=event.text[:200])
        _tell_all(accounts, (event.obstacle, *obstacle.about, *event.interventions), link)


@_on(obstacles.ObstacleAccepted)
def _obstacle_accepted(accounts: Accounts, event: obstacles.ObstacleAccepted) -> None:
    if (obstacle := accounts[event.obstacle]) is not None:
        obstacle.status, obstacle.closed_on = ObstacleStatus.ACCEPTED, event.occurred_on
        obstacle.tell(accounts.link(motivation=event.reason))


@_on(obstacles.InterventionTried)
def _intervention_tried(accounts: Accounts, event: obstacles.InterventionTried) -> None:
    accounts.add(
        "intervention",
        event.intervention,
        event.title,
        text=event.text,
        category=event.kind,
        by=event.by,
        about=event.obstacles,
    )
    link = accounts.link(event.intervention, title=event.title, ground=event.kind)
    _tell_all(accounts, event.obstacles, link)


@_on(obstacles.InterventionJudged)
def _intervention_judged(accounts: Accounts, event: obstacles.InterventionJudged) -> None:
    if (intervention := accounts[event.intervention]) is not None:
        intervention.outcome, intervention.closed_on = event.outcome, event.occurred_on
        link = accounts.link(event.intervention, outcome=event.outcome, motivation=event.text)
        _tell_all(accounts, (event.intervention, *intervention.about), link)


@_on(commitments.CommitmentMade)
def _commitment_made(accounts: Accounts, event: commitments.CommitmentMade) -> None:
    accounts.add(
        "commitment",
        event.commitment,
        event.title,
        text=event.text,
        status=CommitmentStatus.OPEN,
        by=event.by,
        authority=event.to,
        due_on=event.due_on,
        about=event.about,
        duties=("fulfilment",) if event.due_on is not None else ("date",),
    )
    _tell_all(
        accounts,
        event.about,
        accounts.link(event.commitment, title=event.title, due_on=event.due_on),
    )


@_on(commitments.CommitmentChanged)
def _commitment_changed(accounts: Accounts, event: commitments.CommitmentChanged) -> None:
    if (commitment := accounts[event.commitment]) is not None:
        commitment.due_on = event.due_on
        commitment.duties = ("fulfilment",) if event.due_on is not None else ("date",)
        commitment.tell(accounts.link(due_on=event.due_on, motivation=event.reason))


_KEPT: Mapping[type[Event], CommitmentStatus] = {
    commitments.CommitmentFulfilled: CommitmentStatus.FULFILLED,
    commitments.CommitmentBroken: CommitmentStatus.BROKEN,
}


@_on(*_KEPT)
def _commitment_ended(accounts: Accounts, event: Any) -> None:  # noqa: ANN401 - one of two
    if (commitment := accounts[event.commitment]) is not None:
        commitment.status, commitment.duties = _KEPT[type(event)], ()
        commitment.closed_on = event.occurred_on
        motivation = getattr(event, "reason", None) or getattr(event, "text", None)
        link = accounts.link(event.commitment, status=commitment.status, motivation=motivation)
        _tell_all(accounts, (event.commitment, *commitment.about), link)


@_on(commitments.ReflectionRecorded)
def _reflection_recorded(accounts: Accounts, event: commitments.ReflectionRecorded) -> None:
    accounts.add("reflection", event.reflection, event.title, text=event.text, by=event.by)


@_on(record.StepsPublished, record.StepCorrected)
def _about_the_record(accounts: Accounts, event: Event) -> None:
    """Change nothing but the count: what was published or corrected is known as such already."""
