"""What residents want, and the plans that answer it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from cocreate.domain.steps.base import (
    MAX_ITEMS,
    Document,
    Event,
    EventMeta,
    NewId,
    OwnWords,
    Part,
    PartyId,
    ProposalId,
    SessionId,
    Step,
    Text,
    Title,
    Url,
    WishId,
)
from cocreate.domain.vocabulary import ResidentsWord

Supporters = Annotated[int, Meta(ge=1, le=10_000_000)]
Wishes = Annotated[tuple[WishId, ...], Meta(max_length=MAX_ITEMS)]
WishesBehind = tuple[WishId, ...]
"""Wishes that recording finds, of which there may be more than a step may name."""


class ExpressWish(Step, frozen=True, kw_only=True):
    """A resident, or a group of them, says what they want."""

    noun: ClassVar = "wishes"
    commutes: ClassVar = True

    wish: NewId | None = None
    title: Title
    text: OwnWords | None = None
    by: PartyId | None = None
    session: SessionId | None = None
    place: Title | None = None
    theme: Title | None = None
    url: Url | None = None


class WishExpressed(ExpressWish, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A wish was expressed."""

    wish: WishId


class SupportWish(Step, frozen=True, kw_only=True):
    """Residents stand behind a wish."""

    noun: ClassVar = "wish-supports"
    commutes: ClassVar = True

    wish: WishId
    by: PartyId | None = None
    supporters: Supporters = 1


class WishSupported(SupportWish, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A wish was supported."""


class WithdrawWish(Step, frozen=True, kw_only=True):
    """The wish is taken back."""

    noun: ClassVar = "wish-withdrawals"

    wish: WishId
    reason: Text | None = None


class WishWithdrawn(WithdrawWish, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A wish was withdrawn."""


class MergeWishes(Step, frozen=True, kw_only=True):
    """Several wishes go on as one; each of them stays traceable."""

    noun: ClassVar = "wish-mergers"

    wishes: Annotated[tuple[WishId, ...], Meta(min_length=2, max_length=MAX_ITEMS)]
    into: NewId | None = None
    title: Title
    text: Text | None = None
    reason: Text | None = None


class WishesMerged(MergeWishes, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Wishes were merged."""

    into: WishId


class WishPart(Part, frozen=True, kw_only=True):
    """One of the wishes that a wish is split into."""

    wish: NewId | None = None
    title: Title
    text: Text | None = None


class SplitWish(Step, frozen=True, kw_only=True):
    """A wish holds more than one wish; each goes on by itself."""

    noun: ClassVar = "wish-splits"

    wish: WishId
    into: Annotated[tuple[WishPart, ...], Meta(min_length=2, max_length=100)]
    reason: Text | None = None


class RecordedWishPart(WishPart, frozen=True, kw_only=True):
    """A part with the id it goes on under."""

    wish: WishId


class WishSplit(SplitWish, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A wish was split."""

    into: Annotated[tuple[RecordedWishPart, ...], Meta(min_length=2, max_length=100)]


class RealiseWish(Step, frozen=True, kw_only=True):
    """The municipality says that the wish has come true."""

    noun: ClassVar = "wish-realisations"

    wish: WishId
    text: Text
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class WishRealised(RealiseWish, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A wish was realised, in the word of the municipality."""


class JudgeRealisation(Step, frozen=True, kw_only=True):
    """Residents confirm or dispute that the wish has come true."""

    noun: ClassVar = "realisation-judgements"

    wish: WishId
    word: ResidentsWord
    by: PartyId | None = None
    text: OwnWords | None = None


class RealisationJudged(JudgeRealisation, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Residents gave their word on a realisation."""


class SubmitProposal(Step, frozen=True, kw_only=True):
    """A concrete plan that answers wishes."""

    noun: ClassVar = "proposals"
    commutes: ClassVar = True

    proposal: NewId | None = None
    title: Title
    text: Text | None = None
    answers: Wishes = ()
    by: PartyId | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class ProposalSubmitted(SubmitProposal, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A proposal was submitted."""

    proposal: ProposalId


class ReviseProposal(Step, frozen=True, kw_only=True):
    """A proposal changes; what it said before stays in the log."""

    noun: ClassVar = "proposal-revisions"

    proposal: ProposalId
    title: Title
    text: Text | None = None
    answers: Wishes = ()
    reason: Text
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class ProposalRevised(ReviseProposal, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A proposal was revised; ``answers`` is the whole of the wishes it answers now."""


class WithdrawProposal(Step, frozen=True, kw_only=True):
    """A proposal is taken back."""

    noun: ClassVar = "proposal-withdrawals"

    proposal: ProposalId
    reason: Text


class ProposalWithdrawn(WithdrawProposal, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A proposal was withdrawn."""

    wishes: WishesBehind = ()


class MergeProposals(Step, frozen=True, kw_only=True):
    """Several proposals go on as one that answers the wishes of all."""

    noun: ClassVar = "proposal-mergers"

    proposals: Annotated[tuple[ProposalId, ...], Meta(min_length=2, max_length=MAX_ITEMS)]
    into: NewId | None = None
    title: Title
    text: Text | None = None
    reason: Text | None = None


class ProposalsMerged(MergeProposals, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """Proposals were merged."""

    into: ProposalId
    wishes: WishesBehind = ()


class ProposalPart(Part, frozen=True, kw_only=True):
    """One of the proposals that a proposal is split into."""

    proposal: NewId | None = None
    title: Title
    text: Text | None = None
    answers: Wishes = ()


class SplitProposal(Step, frozen=True, kw_only=True):
    """A proposal holds more than one plan; each goes on by itself."""

    noun: ClassVar = "proposal-splits"

    proposal: ProposalId
    into: Annotated[tuple[ProposalPart, ...], Meta(min_length=2, max_length=100)]
    reason: Text | None = None


class RecordedProposalPart(ProposalPart, frozen=True, kw_only=True):
    """A part with the id it goes on under."""

    proposal: ProposalId
    answers: WishesBehind = ()


class ProposalSplit(SplitProposal, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A proposal was split; ``wishes`` are those the whole answered."""

    into: Annotated[tuple[RecordedProposalPart, ...], Meta(min_length=2, max_length=100)]

    wishes: WishesBehind = ()
