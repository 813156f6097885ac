"""What advice, decisions, deviations and feedback change."""

from __future__ import annotations

from cocreate.domain.steps import decisions
from cocreate.domain.vocabulary import DeviationStatus, Outcome, ProposalStatus, WishStatus
from cocreate.projections.accounts.account import (
    Account,
    AdviceAccount,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    Place,
    ProposalAccount,
    WishAccount,
)
from cocreate.projections.accounts.course import active, carry
from cocreate.projections.accounts.ledger import Accounts, added, on


@on(decisions.AdviceGiven)
def advice_given(accounts: Accounts, event: decisions.AdviceGiven) -> None:
    accounts.add(
        AdviceAccount,
        event.advice,
        event.adviser,
        text=event.text,
        by=event.by,
        statutory=event.statutory,
        conclusion=event.conclusion,
        about=event.about,
    )
    if event.by is not None:
        carry(accounts, event.by, "advice")
    link = accounts.link(event.advice, title=event.adviser, outcome=event.conclusion)
    accounts.tell_all(event.about, link)


@on(decisions.DecisionRecorded)
def decision_recorded(accounts: Accounts, event: decisions.DecisionRecorded) -> None:
    announced_on = event.sent_on or event.published_on
    announced = None
    if announced_on is not None:
        announced = Place(on=announced_on, position=accounts.recorded.position)
    outcomes: dict[str, int] = {}
    for outcome in event.outcomes:
        outcomes[outcome.outcome] = outcomes.get(outcome.outcome, 0) + 1
    accounts.add(
        DecisionAccount,
        event.decision,
        event.title,
        body=event.body,
        body_name=event.body_name,
        decision_type=event.decision_type,
        reference=event.reference,
        legal_basis=event.legal_basis,
        motivation=event.motivation,
        motivated=event.motivation is not None
        or all(each.motivation or each.deviation for each in event.outcomes),
        about=tuple(outcome.subject for outcome in event.outcomes),
        outcomes=outcomes,
        effective_on=event.effective_on,
        published_on=event.published_on,
        sent_on=event.sent_on,
        announced=announced,
        open_to_objection=event.open_to_objection,
        objection_until=event.objection_until,
        expires_on=event.expires_on,
        departs_from_advice=event.departs_from_advice,
        documents=len(event.documents),
        duties=("announcement",) if event.open_to_objection and announced is None else (),
    )
    for outcome in event.outcomes:
        _decided(accounts, event, outcome)
    if (project := accounts.own()) is not None:
        project.first_decision = accounts.first(project.first_decision)


def _decided(
    accounts: Accounts,
    event: decisions.DecisionRecorded,
    outcome: decisions.RecordedOutcome,
) -> None:
    """Let one outcome of a decision reach its subject, and the wishes behind that."""
    facts = {
        "outcome": outcome.outcome,
        "body": event.body,
        "motivation": outcome.motivation or event.motivation,
        "title": event.title,
    }
    link = accounts.link(event.decision, **facts)
    via = accounts.link(event.decision, via=outcome.subject, **facts)
    for proposal in accounts.those((outcome.subject,), ProposalAccount):
        proposal.outcome, proposal.status = outcome.outcome, ProposalStatus(outcome.outcome)
        proposal.decisions = added(proposal.decisions, event.decision)
        proposal.decided = accounts.first(proposal.decided)
        proposal.tell(link)
    settled = set(outcome.settles)
    reached = dict.fromkeys((outcome.subject, *outcome.wishes))
    for wish in accounts.those(reached, WishAccount):
        if wish.id in settled or wish.id == outcome.subject:
            wish.outcome, wish.status = outcome.outcome, WishStatus(outcome.outcome)
            if outcome.outcome is not Outcome.DEFERRED:
                wish.answered = accounts.first(wish.answered)
            wish.owe()
        # A decision may reach a wish by itself and through a proposal as well.
        wish.decisions = added(wish.decisions, event.decision)
        wish.tell(link if wish.id == outcome.subject else via)
    other = accounts.subjects.get(outcome.subject)
    if other is not None and not isinstance(other, ProposalAccount | WishAccount):
        accounts.tell_all((other.id,), link)


@on(decisions.DecisionAnnounced)
def decision_announced(accounts: Accounts, event: decisions.DecisionAnnounced) -> None:
    for decision in accounts.those((event.decision,), DecisionAccount):
        decision.objection_until, decision.duties = event.objection_until, ()
        decision.published_on = event.published_on or decision.published_on
        decision.sent_on = event.sent_on or decision.sent_on
        decision.effective_on = event.effective_on or decision.effective_on
        announced_on = decision.sent_on or decision.published_on or event.occurred_on
        decision.announced = Place(on=announced_on, position=accounts.recorded.position)
        decision.documents += len(event.documents)
        decision.tell(accounts.link(due_on=event.objection_until))


@on(decisions.DeviationRecorded)
def deviation_recorded(accounts: Accounts, event: decisions.DeviationRecorded) -> None:
    first = accounts.subjects.get(event.subjects[0]) if event.subjects else None
    about = tuple(dict.fromkeys((*event.subjects, *event.wishes)))
    deviation = accounts.add(
        DeviationAccount,
        event.deviation,
        first.title if first is not None else event.ground,
        status=DeviationStatus.RECORDED,
        ground=event.ground,
        motivation=event.motivation,
        alternatives=event.alternatives,
        tension=event.tension,
        body=event.body,
        decision=event.decision,
        subjects=event.subjects,
        about=about,
        motivated=None if event.motivation is None else accounts.place,
    )
    deviation.duties = _owed(deviation)
    link = accounts.link(event.deviation, ground=event.ground, motivation=event.motivation)
    for subject in accounts.those(about, Account):
        if isinstance(subject, WishAccount | ProposalAccount):
            subject.deviations = (*subject.deviations, event.deviation)
        subject.tell(link)
    for decision in accounts.those((event.decision or "",), DecisionAccount):
        decision.deviations = (*decision.deviations, event.deviation)
        if decision.id not in about:
            decision.tell(link)


def _owed(deviation: DeviationAccount) -> tuple[str, ...]:
    """Give what is owed on a deviation: a motivation and feedback (Awb 3:46, VNG ordinance)."""
    motivation = ("motivation",) if deviation.motivation is None else ()
    feedback = ("feedback",) if deviation.fed_back is None else ()
    return (*motivation, *feedback)


@on(decisions.DeviationMotivated)
def deviation_motivated(accounts: Accounts, event: decisions.DeviationMotivated) -> None:
    for deviation in accounts.those((event.deviation,), DeviationAccount):
        deviation.ground, deviation.motivation = event.ground, event.motivation
        deviation.alternatives = event.alternatives
        deviation.motivated = accounts.first(deviation.motivated)
        deviation.duties = _owed(deviation)
        accounts.tell_all(
            (event.deviation, *deviation.about),
            accounts.link(event.deviation, ground=event.ground, motivation=event.motivation),
        )


@on(decisions.DeviationContested)
def deviation_contested(accounts: Accounts, event: decisions.DeviationContested) -> None:
    for deviation in accounts.those((event.deviation,), DeviationAccount):
        deviation.status = DeviationStatus.CONTESTED
        deviation.settled = deviation.settlement = None
        deviation.contested = accounts.first(deviation.contested)
        deviation.contests += 1
    active(accounts, event.by)
    link = accounts.link(event.deviation, motivation=event.text)
    accounts.tell_all((event.deviation, *event.wishes), link)


@on(decisions.DeviationSettled)
def deviation_settled(accounts: Accounts, event: decisions.DeviationSettled) -> None:
    for deviation in accounts.those((event.deviation,), DeviationAccount):
        deviation.status, deviation.settlement = DeviationStatus.SETTLED, event.settlement
        deviation.settled = accounts.place
    link = accounts.link(event.deviation, outcome=event.settlement, motivation=event.text)
    accounts.tell_all((event.deviation, *event.wishes), link)


@on(decisions.FeedbackGiven)
def feedback_given(accounts: Accounts, event: decisions.FeedbackGiven) -> None:
    accounts.add(
        FeedbackAccount,
        event.feedback,
        event.text[:200],
        text=event.text,
        channel=event.channel,
        reached=event.reached,
        about=event.about,
    )
    for deviation in accounts.those(event.deviations, DeviationAccount):
        deviation.fed_back = accounts.first(deviation.fed_back)
        deviation.duties = _owed(deviation)
    told = dict.fromkeys((*event.about, *event.wishes, *event.deviations))
    for wish in accounts.those(told, WishAccount):
        wish.feedback = (*wish.feedback, event.feedback)
        wish.fed_back = accounts.first(wish.fed_back)
        wish.answered = accounts.first(wish.answered)
        wish.owe()
    accounts.tell_all(told, accounts.link(event.feedback, title=event.text[:200]))
