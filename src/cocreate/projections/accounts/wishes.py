"""What steps on wishes and proposals change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocreate.domain.steps import wishes
from cocreate.domain.vocabulary import ProposalStatus, WishStatus
from cocreate.projections.accounts.account import ProposalAccount, WishAccount
from cocreate.projections.accounts.course import active, carry
from cocreate.projections.accounts.ledger import Accounts, added, on


@on(wishes.WishExpressed)
def wish_expressed(accounts: Accounts, event: wishes.WishExpressed) -> None:
    accounts.add(
        WishAccount,
        event.wish,
        event.title,
        text=event.text,
        by=event.by,
        session=event.session,
        place=event.place,
        theme=event.theme,
        url=event.url,
        status=WishStatus.OPEN,
        duties=("answer",),
    )
    if event.by is not None:
        carry(accounts, event.by, "wishes")
    if (project := accounts.own()) is not None:
        project.first_wish = accounts.first(project.first_wish)


@on(wishes.WishSupported)
def wish_supported(accounts: Accounts, event: wishes.WishSupported) -> None:
    if (wish := accounts[event.wish]) is not None:
        wish.supporters += event.supporters
        accounts.count("supporters", event.supporters)
    active(accounts, event.by)


@on(wishes.WishWithdrawn)
def wish_withdrawn(accounts: Accounts, event: wishes.WishWithdrawn) -> None:
    for wish in accounts.those((event.wish,), WishAccount):
        wish.status, wish.closed_on = WishStatus.WITHDRAWN, event.occurred_on
        wish.owe()
        wish.tell(accounts.link(motivation=event.reason))


@on(wishes.WishesMerged)
def wishes_merged(accounts: Accounts, event: wishes.WishesMerged) -> None:
    parts = list(accounts.those(event.wishes, WishAccount))
    whole = accounts.add(
        WishAccount,
        event.into,
        event.title,
        text=event.text,
        status=WishStatus.OPEN,
        duties=("answer",),
        comes_from=event.wishes,
        supporters=sum(wish.supporters for wish in parts),
        proposals=added((), *(proposal for wish in parts for proposal in wish.proposals)),
    )
    for wish in parts:
        wish.status, wish.merged_into = WishStatus.MERGED, event.into
        wish.owe()
        wish.tell(accounts.link(event.into, title=event.title, motivation=event.reason))
    # What answered a part answers the whole from now on, as in the domain.
    for proposal in accounts.those(whole.proposals, ProposalAccount):
        handed_on = (event.into if wish in event.wishes else wish for wish in proposal.answers)
        proposal.answers = added((), *handed_on)


@on(wishes.WishSplit)
def wish_split(accounts: Accounts, event: wishes.WishSplit) -> None:
    wholes = list(accounts.those((event.wish,), WishAccount))
    proposals = added((), *(proposal for wish in wholes for proposal in wish.proposals))
    for part in event.into:
        accounts.add(
            WishAccount,
            part.wish,
            part.title,
            text=part.text,
            status=WishStatus.OPEN,
            duties=("answer",),
            comes_from=(event.wish,),
            proposals=proposals,
        )
    for wish in wholes:
        wish.status = WishStatus.SPLIT
        wish.owe()
        for part in event.into:
            wish.tell(accounts.link(part.wish, title=part.title, motivation=event.reason))


@on(wishes.WishRealised)
def wish_realised(accounts: Accounts, event: wishes.WishRealised) -> None:
    for wish in accounts.those((event.wish,), WishAccount):
        wish.status, wish.word = WishStatus.REALISED, None
        wish.closed_on, wish.realised = event.occurred_on, accounts.place
        wish.answered = accounts.first(wish.answered)
        wish.owe()
        wish.tell(accounts.link(title=event.text[:200]))


@on(wishes.RealisationJudged)
def realisation_judged(accounts: Accounts, event: wishes.RealisationJudged) -> None:
    for wish in accounts.those((event.wish,), WishAccount):
        wish.word = event.word
        wish.owe()
        wish.tell(accounts.link(status=event.word, motivation=event.text))
    active(accounts, event.by)


@on(wishes.ProposalSubmitted)
def proposal_submitted(accounts: Accounts, event: wishes.ProposalSubmitted) -> None:
    _open(accounts, event.proposal, event.title, event.text, event.answers, by=event.by)
    if event.by is not None:
        carry(accounts, event.by, "proposals")
    if (project := accounts.own()) is not None:
        project.first_proposal = accounts.first(project.first_proposal)


@on(wishes.ProposalRevised)
def proposal_revised(accounts: Accounts, event: wishes.ProposalRevised) -> None:
    for proposal in accounts.those((event.proposal,), ProposalAccount):
        new = [wish for wish in event.answers if wish not in proposal.answers]
        gone = [wish for wish in proposal.answers if wish not in event.answers]
        proposal.title, proposal.answers = event.title, event.answers
        proposal.text = event.text or proposal.text
        proposal.revisions += 1
        proposal.tell(accounts.link(title=event.title, motivation=event.reason))
        _answered_by(accounts, new, event.proposal, event.title)
        link = accounts.link(event.proposal, title=event.title, motivation=event.reason)
        for wish in accounts.those(gone, WishAccount):
            wish.proposals = tuple(each for each in wish.proposals if each != event.proposal)
            wish.tell(link)


@on(wishes.ProposalWithdrawn)
def proposal_withdrawn(accounts: Accounts, event: wishes.ProposalWithdrawn) -> None:
    for proposal in accounts.those((event.proposal,), ProposalAccount):
        proposal.status, proposal.closed_on = ProposalStatus.WITHDRAWN, event.occurred_on
        proposal.tell(accounts.link(motivation=event.reason))
    accounts.tell_all(event.wishes, accounts.link(event.proposal, motivation=event.reason))


@on(wishes.ProposalsMerged)
def proposals_merged(accounts: Accounts, event: wishes.ProposalsMerged) -> None:
    _open(
        accounts,
        event.into,
        event.title,
        event.text,
        event.wishes,
        comes_from=event.proposals,
    )
    for proposal in accounts.those(event.proposals, ProposalAccount):
        proposal.status, proposal.merged_into = ProposalStatus.MERGED, event.into
        proposal.tell(accounts.link(event.into, title=event.title, motivation=event.reason))


@on(wishes.ProposalSplit)
def proposal_split(accounts: Accounts, event: wishes.ProposalSplit) -> None:
    for part in event.into:
        _open(
            accounts,
            part.proposal,
            part.title,
            part.text,
            part.answers,
            comes_from=(event.proposal,),
        )
    for whole in accounts.those((event.proposal,), ProposalAccount):
        whole.status = ProposalStatus.SPLIT
        for part in event.into:
            whole.tell(accounts.link(part.proposal, title=part.title, motivation=event.reason))


def _open(
    accounts: Accounts,
    proposal: str,
    title: str,
    text: str | None,
    answers: Sequence[str],
    *,
    by: str | None = None,
    comes_from: tuple[str, ...] = (),
) -> None:
    accounts.add(
        ProposalAccount,
        proposal,
        title,
        text=text,
        status=ProposalStatus.OPEN,
        answers=tuple(answers),
        by=by,
        comes_from=comes_from,
    )
    _answered_by(accounts, answers, proposal, title)


def _answered_by(accounts: Accounts, wish_ids: Iterable[str], proposal: str, title: str) -> None:
    for wish in accounts.those(wish_ids, WishAccount):
        wish.proposals = added(wish.proposals, proposal)
        wish.tell(accounts.link(proposal, title=title))
