from __future__ import annotations

from datetime import timedelta

from tests.domain.project.told import DAY, Told, outcome
from tests.projections.accounts.kept import subject

from cocreate.domain.steps import course, decisions, wishes
from cocreate.domain.vocabulary import Outcome, ProposalStatus, ResidentsWord, WishStatus
from cocreate.projections.accounts.account import Place

LATER = DAY + timedelta(days=7)


def test_a_merged_wish_hands_on_its_supporters_and_its_proposals(told: Told) -> None:
    told.wishes("W1", "W2")
    told.say(wishes.SupportWish, wish="W1", supporters=3)
    told.say(wishes.SupportWish, wish="W2", supporters=4)
    told.say(wishes.SubmitProposal, proposal="P1", answers=("W1",))
    told.say(wishes.MergeWishes, wishes=("W1", "W2"), into="W3")
    whole = subject(told, "W3")
    assert (whole.supporters, whole.proposals) == (7, ("P1",))
    assert whole.comes_from == ("W1", "W2")
    assert subject(told, "W1").merged_into == "W3"


def test_a_proposal_that_answered_a_part_answers_the_whole(told: Told) -> None:
    told.wishes("W1", "W2", "W4")
    told.say(wishes.SubmitProposal, proposal="P1", answers=("W1", "W4", "W2"))
    told.say(wishes.MergeWishes, wishes=("W1", "W2"), into="W3")
    assert subject(told, "P1").answers == ("W3", "W4")
    assert told.subject("P1").answers == ("W3", "W4")
    told.say(wishes.ReviseProposal, proposal="P1", title="Plan", answers=("W4",))
    assert subject(told, "W3").proposals == ()


def test_a_revision_takes_a_proposal_away_from_a_wish(told: Told) -> None:
    told.wishes("W1", "W2", "W3")
    told.say(wishes.SubmitProposal, proposal="P1", answers=("W1", "W2"))
    told.say(
        wishes.ReviseProposal, proposal="P1", title="Plan", answers=("W2", "W3"), reason="Te duur"
    )
    assert subject(told, "P1").answers == ("W2", "W3")
    for name, proposals in (("W1", ()), ("W2", ("P1",)), ("W3", ("P1",))):
        assert subject(told, name).proposals == proposals
        assert tuple(told.subject(name).proposals) == proposals
    # Residents are told why it answers their wish no more.
    last = subject(told, "W1").chain[-1]
    assert (last.type, last.id, last.motivation) == ("ProposalRevised", "P1", "Te duur")


def test_the_parts_of_a_wish_keep_its_proposals(told: Told) -> None:
    told.wishes("W1")
    told.say(wishes.SubmitProposal, proposal="P1", answers=("W1",))
    parts = tuple(wishes.WishPart(wish=one, title=one) for one in ("W2", "W3"))
    told.say(wishes.SplitWish, wish="W1", into=parts)
    assert subject(told, "W2").proposals == subject(told, "W3").proposals == ("P1",)
    assert subject(told, "P1").status is ProposalStatus.OPEN
    assert subject(told, "W1").status is WishStatus.SPLIT


def test_a_deferral_answers_nothing(told: Told) -> None:
    told.wishes("W1")
    told.decide(outcome("W1", Outcome.DEFERRED), decision="B1")
    wish = subject(told, "W1")
    assert (wish.answered, wish.duties, wish.decisions) == (None, ("answer",), ("B1",))


def test_a_wish_is_answered_where_that_happened_first(told: Told) -> None:
    told.wishes("W1")
    told.decide(outcome("W1", Outcome.ADOPTED), on=LATER)
    told.say(decisions.GiveFeedback, feedback="F1", about=("W1",))
    wish = subject(told, "W1")
    assert wish.answered == wish.fed_back == Place(on=DAY, position=4)
    assert wish.feedback == ("F1",)


def test_a_dispute_stays_in_sight(told: Told) -> None:
    told.wishes("W1")
    told.say(wishes.RealiseWish, wish="W1")
    told.say(wishes.JudgeRealisation, wish="W1", word=ResidentsWord.DISPUTED)
    told.say(wishes.RealiseWish, wish="W1", on=LATER)
    wish = subject(told, "W1")
    assert (wish.word, wish.duties) == (None, ())
    assert wish.realised == Place(on=LATER, position=5)
    assert ResidentsWord.DISPUTED in [link.status for link in wish.chain]


def test_a_decision_on_a_wish_and_on_its_proposal_counts_once(told: Told) -> None:
    told.wishes("W1")
    told.say(wishes.SubmitProposal, proposal="P1", answers=("W1",))
    told.decide(
        outcome("W1", Outcome.ADOPTED), outcome("P1", Outcome.ADOPTED), decision="B1", on=LATER
    )
    wish = subject(told, "W1")
    assert wish.decisions == ("B1",)
    assert [link.via for link in wish.chain if link.id == "B1"] == [None, "P1"]


def test_who_supports_a_wish_is_active(told: Told) -> None:
    told.wishes("W1")
    told.say(course.JoinParty, party="Q1")
    told.say(wishes.SupportWish, wish="W1", by="Q1", on=LATER)
    party = subject(told, "Q1")
    assert (party.last_active_on, party.carried) == (LATER, {})


def test_a_wish_that_was_realised_is_answered(told: Told) -> None:
    told.wishes("W1")
    told.say(wishes.RealiseWish, wish="W1", on=LATER)
    wish = subject(told, "W1")
    assert (wish.answered, wish.duties) == (Place(on=LATER, position=3), ())


def test_a_wish_that_residents_were_told_about_is_owed_no_answer(told: Told) -> None:
    told.wishes("W1")
    told.say(decisions.GiveFeedback, feedback="F1", about=("W1",))
    told.decide(outcome("W1", Outcome.DEFERRED), on=LATER)
    wish = subject(told, "W1")
    assert (wish.status, wish.answered, wish.duties) == (
        WishStatus.DEFERRED,
        Place(on=DAY, position=3),
        (),
    )
