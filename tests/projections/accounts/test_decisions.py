from __future__ import annotations

from datetime import timedelta

import pytest
from tests.domain.project.told import DAY, Told, outcome
from tests.projections.accounts.kept import subject

from cocreate.domain.steps import decisions, wishes
from cocreate.domain.vocabulary import DeviationStatus, Outcome, ProposalStatus, Settlement
from cocreate.projections.accounts.account import Place

LATER = DAY + timedelta(days=7)
SENT = DAY + timedelta(days=6)


@pytest.fixture
def refused(told: Told) -> Told:
    """A wish, a proposal that answers it, and the decision that rejects that."""
    told.wishes("W1")
    told.say(wishes.SubmitProposal, proposal="P1", answers=("W1",))
    told.decide(
        outcome("P1", Outcome.REJECTED, deviation_id="D1"), decision="B1", open_to_objection=True
    )
    return told


def test_a_decision_reaches_a_wish_through_its_proposal(refused: Told) -> None:
    proposal, wish = subject(refused, "P1"), subject(refused, "W1")
    assert (proposal.status, proposal.decisions) == (ProposalStatus.REJECTED, ("B1",))
    assert proposal.decided == wish.answered == Place(on=DAY, position=4)
    assert proposal.deviations == wish.deviations == ("D1",)
    assert [link.via for link in wish.chain if link.type == "DecisionRecorded"] == ["P1"]


def test_a_decision_is_announced_when_it_is_sent(refused: Told) -> None:
    assert subject(refused, "B1").duties == ("announcement",)
    refused.say(decisions.AnnounceDecision, decision="B1", sent_on=SENT, on=LATER)
    decision = subject(refused, "B1")
    assert (decision.announced, decision.duties) == (Place(on=SENT, position=6), ())
    assert decision.outcomes == {"rejected": 1}
    assert decision.deviations == ("D1",)


def test_feedback_accounts_for_a_deviation(refused: Told) -> None:
    assert subject(refused, "D1").duties == ("feedback",)
    refused.say(decisions.GiveFeedback, feedback="F1", about=("B1",))
    deviation = subject(refused, "D1")
    assert (deviation.fed_back, deviation.duties) == (Place(on=DAY, position=6), ())


def test_a_dispute_may_open_again(refused: Told) -> None:
    refused.say(decisions.ContestDeviation, deviation="D1")
    refused.say(decisions.SettleDeviation, deviation="D1", settlement=Settlement.UPHELD)
    assert subject(refused, "D1").settled == Place(on=DAY, position=7)
    refused.say(decisions.ContestDeviation, deviation="D1", on=LATER)
    deviation = subject(refused, "D1")
    assert (deviation.status, deviation.settled) == (DeviationStatus.CONTESTED, None)
    assert deviation.settlement is None
    assert (deviation.contests, deviation.contested) == (2, Place(on=DAY, position=6))
