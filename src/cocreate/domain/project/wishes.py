"""Wishes, and the proposals that answer them."""

from collections.abc import Iterable

import msgspec

from cocreate.domain import errors
from cocreate.domain.moment import Moment
from cocreate.domain.project.chapter import Chapter, require_distinct, require_status
from cocreate.domain.project.subjects import Proposal, Wish
from cocreate.domain.steps import wishes
from cocreate.domain.vocabulary import ProposalStatus, ResidentsWord, WishStatus

UNDECIDED = (WishStatus.OPEN, WishStatus.DEFERRED)
ALIVE = (*UNDECIDED, WishStatus.ADOPTED, WishStatus.ADOPTED_WITH_CHANGES, WishStatus.REJECTED)


class Wishes(Chapter):
    """From the first word of a resident to their last word on what came of it."""

    def express_wish(self, step: wishes.ExpressWish, moment: Moment) -> str:
        """Take a wish."""
        self.admit(step, moment)
        wish = self.new_id(Wish, step.wish)
        self.record(wishes.WishExpressed, step, moment, wish=wish)
        return wish

    def support_wish(self, step: wishes.SupportWish, moment: Moment) -> str:
        """Count residents behind a wish that has not run its course; a refusal does not end it."""
        self.admit(step, moment)
        self._require_wish(step.wish, *ALIVE)
        self.record(wishes.WishSupported, step, moment)
        return step.wish

    def withdraw_wish(self, step: wishes.WithdrawWish, moment: Moment) -> str:
        """Take back a wish on which nothing was decided."""
        self.admit(step, moment)
        self._require_wish(step.wish, *UNDECIDED)
        self.record(wishes.WishWithdrawn, step, moment)
        return step.wish

    def merge_wishes(self, step: wishes.MergeWishes, moment: Moment) -> str:
        """Let several wishes go on as one."""
        self.admit(step, moment)
        require_distinct(step.wishes)
        for wish in step.wishes:
            self._require_wish(wish, *UNDECIDED)
        into = self.new_id(Wish, step.into)
        self.record(wishes.WishesMerged, step, moment, into=into)
        return into

    def split_wish(self, step: wishes.SplitWish, moment: Moment) -> str:
        """Let the parts of a wish go on by themselves."""
        self.admit(step, moment)
        self._require_wish(step.wish, *UNDECIDED)
        parts = []
        for ordinal, part in enumerate(step.into, 1):
            new = self.new_id(Wish, part.wish, ordinal=ordinal)
            parts.append(wishes.RecordedWishPart(wish=new, title=part.title, text=part.text))
        require_distinct(part.wish for part in parts)
        self.record(wishes.WishSplit, step, moment, into=tuple(parts))
        return step.wish

    def realise_wish(self, step: wishes.RealiseWish, moment: Moment) -> str:
        """Call a wish realised; once more, if residents disputed it before."""
        self.admit(step, moment)
        wish = self.the(Wish, step.wish)
        if not (wish.status is WishStatus.REALISED and wish.word is ResidentsWord.DISPUTED):
            self._require_wish(step.wish, *ALIVE)
        self.record(wishes.WishRealised, step, moment)
        return step.wish

    def judge_realisation(self, step: wishes.JudgeRealisation, moment: Moment) -> str:
        """Take the residents' word on a wish that was called realised."""
        self.admit(step, moment)
        self._require_wish(step.wish, WishStatus.REALISED)
        self.record(wishes.RealisationJudged, step, moment)
        return step.wish

    def submit_proposal(self, step: wishes.SubmitProposal, moment: Moment) -> str:
        """Take a plan that answers wishes."""
        self.admit(step, moment)
        self._require_answerable(step.answers)
        proposal = self.new_id(Proposal, step.proposal)
        self.record(wishes.ProposalSubmitted, step, moment, proposal=proposal)
        return proposal

    def revise_proposal(self, step: wishes.ReviseProposal, moment: Moment) -> str:
        """Change a plan on which nothing was decided yet."""
        self.admit(step, moment)
        self._require_proposal(step.proposal)
        self._require_answerable(step.answers)
        self.record(wishes.ProposalRevised, step, moment)
        return step.proposal

    def withdraw_proposal(self, step: wishes.WithdrawProposal, moment: Moment) -> str:
        """Take back a plan; the wishes it answered are unanswered again."""
        self.admit(step, moment)
        proposal = self._require_proposal(step.proposal)
        answered = self.readable(proposal.answers, step, moment)
        self.record(wishes.ProposalWithdrawn, step, moment, wishes=answered)
        return step.proposal

    def merge_proposals(self, step: wishes.MergeProposals, moment: Moment) -> str:
        """Let several plans go on as one, which answers the wishes of all."""
        self.admit(step, moment)
        require_distinct(step.proposals)
        answered: dict[str, None] = {}
        for proposal in step.proposals:
            answered.update(dict.fromkeys(self._require_proposal(proposal).answers))
        self.require_readable(answered, step, moment)
        into = self.new_id(Proposal, step.into)
        self.record(wishes.ProposalsMerged, step, moment, into=into, wishes=tuple(answered))
        return into

    def split_proposal(self, step: wishes.SplitProposal, moment: Moment) -> str:
        """Let the parts of a plan go on; a part that names no wishes answers those of the whole."""
        self.admit(step, moment)
        whole = self._require_proposal(step.proposal)
        self.require_readable(whole.answers, step, moment)
        parts = []
        for ordinal, part in enumerate(step.into, 1):
            self._require_answerable(part.answers)
            fields = msgspec.structs.asdict(part)
            fields["proposal"] = self.new_id(Proposal, part.proposal, ordinal=ordinal)
            fields["answers"] = part.answers or whole.answers
            parts.append(wishes.RecordedProposalPart(**fields))
        require_distinct(part.proposal for part in parts)
        self.record(wishes.ProposalSplit, step, moment, into=tuple(parts), wishes=whole.answers)
        return step.proposal

    def _require_wish(self, wish_id: str, *allowed: WishStatus) -> None:
        wish = self.the(Wish, wish_id)
        require_status(wish_id, wish, wish.status, *allowed)

    def _require_proposal(self, proposal_id: str) -> Proposal:
        proposal = self.the(Proposal, proposal_id)
        require_status(
            proposal_id, proposal, proposal.status, ProposalStatus.OPEN, ProposalStatus.DEFERRED
        )
        return proposal

    def _require_answerable(self, answers: Iterable[str]) -> None:
        require_distinct(answers)
        for wish in answers:
            if not isinstance(self.subjects[wish], Wish):
                raise errors.UnknownReference(kind="wish", id=wish)
            self._require_wish(wish, *ALIVE)
