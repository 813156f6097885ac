"""What promises and lessons change."""

from __future__ import annotations

from collections.abc import Mapping

from cocreate.domain.steps import commitments
from cocreate.domain.steps.base import Event
from cocreate.domain.vocabulary import CommitmentStatus
from cocreate.projections.accounts.account import CommitmentAccount, ReflectionAccount
from cocreate.projections.accounts.course import carry
from cocreate.projections.accounts.ledger import Accounts, on


@on(commitments.CommitmentMade)
def commitment_made(accounts: Accounts, event: commitments.CommitmentMade) -> None:
    accounts.add(
        CommitmentAccount,
        event.commitment,
        event.title,
        text=event.text,
        status=CommitmentStatus.OPEN,
        by=event.by,
        to=event.to,
        first_due_on=event.due_on,
        due_on=event.due_on,
        about=event.about,
        duties=("fulfilment",) if event.due_on is not None else ("date",),
    )
    link = accounts.link(event.commitment, title=event.title, due_on=event.due_on)
    accounts.tell_all(event.about, link)


@on(commitments.CommitmentChanged)
def commitment_changed(accounts: Accounts, event: commitments.CommitmentChanged) -> None:
    for commitment in accounts.those((event.commitment,), CommitmentAccount):
        commitment.due_on = event.due_on
        commitment.text = event.text or commitment.text
        commitment.changes += 1
        commitment.duties = ("fulfilment",) if event.due_on is not None else ("date",)
        commitment.tell(accounts.link(due_on=event.due_on, motivation=event.reason))


_KEPT: Mapping[type[Event], CommitmentStatus] = {
    commitments.CommitmentFulfilled: CommitmentStatus.FULFILLED,
    commitments.CommitmentBroken: CommitmentStatus.BROKEN,
}


@on(*_KEPT)
def commitment_ended(
    accounts: Accounts, event: commitments.CommitmentFulfilled | commitments.CommitmentBroken
) -> None:
    for commitment in accounts.those((event.commitment,), CommitmentAccount):
        commitment.status, commitment.duties = _KEPT[type(event)], ()
        commitment.closed_on, commitment.ended = event.occurred_on, accounts.place
        motivation = getattr(event, "reason", None) or getattr(event, "text", None)
        link = accounts.link(event.commitment, status=commitment.status, motivation=motivation)
        accounts.tell_all((event.commitment, *commitment.about), link)


@on(commitments.ReflectionRecorded)
def reflection_recorded(accounts: Accounts, event: commitments.ReflectionRecorded) -> None:
    accounts.add(
        ReflectionAccount,
        event.reflection,
        event.title,
        text=event.text,
        by=event.by,
        tension=event.tension,
        competences=event.competences,
    )
    if event.by is not None:
        carry(accounts, event.by, "reflections")
    if (project := accounts.own()) is not None:
        project.first_reflection = accounts.first(project.first_reflection)
