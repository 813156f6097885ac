"""The story of a wish or a proposal: every step of it once, in order, in words that say no more."""

from __future__ import annotations

from datetime import timedelta
from string import Formatter

import pytest
from tests.domain.project.told import TORN, Told, outcome
from tests.projections.filed import ENDS, TODAY, anything, file_of, on, report_of, told_all

from cocreate.domain.steps import EVENTS, approvals, commitments, decisions, obstacles, wishes
from cocreate.domain.steps.course import AssignMandate, HoldSession, JoinParty
from cocreate.domain.vocabulary import Body, MandateRole, Outcome, ResidentsWord
from cocreate.projections.accounts.account import (
    AdviceAccount,
    ApprovalAccount,
    CommitmentAccount,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    ObstacleAccount,
    ProposalAccount,
    WishAccount,
)
from cocreate.projections.resource import ProjectFile
from cocreate.projections.story import Story, tell_story, told_of
from cocreate.projections.story_texts import CHAPTERS, OTHERWISE, WAITING

PLAYS = (
    WishAccount,
    ProposalAccount,
    AdviceAccount,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    ApprovalAccount,
    ObstacleAccount,
    CommitmentAccount,
)
"""The kinds of subject that play a part in a story."""
SEEDS = range(8)
GAPS = ("{", "}", "None", '""', ": .", "()", "  ")
"""What stands in a sentence that was not given all that it names."""


def story_of(told: Told, subject: str) -> Story:
    return tell_story(file_of(told), subject)


def steps(told: Story) -> list[tuple[str, str | None]]:
    """Give the steps of a story with the subject that each brought or was about."""
    return [(each.type, each.id or each.about.id) for each in told.chapters]


def sentences(told: Story) -> list[str]:
    said = [each.told for each in told.chapters] + [each.told for each in told.waiting_for]
    return [sentence for each in said for sentence in (each.nl, each.en)]


def stories(file: ProjectFile) -> list[Story]:
    return [
        tell_story(file, each.id)
        for each in file.subjects.values()
        if isinstance(each, WishAccount | ProposalAccount)
    ]


def test_a_story_goes_from_the_wish_to_the_answer_in_the_order_in_which_it_went() -> None:
    told = Told()
    told.say(HoldSession, session="avond")
    told.wishes("w1", session="avond", on=on(0))
    told.say(wishes.SubmitProposal, on(3), proposal="v1", answers=("w1",), title="Lampen")
    told.decide(outcome("v1", Outcome.ADOPTED), decision="b1", on=on(9), title="Er komt licht")
    # Recorded after the decision, but given before it.
    told.say(decisions.GiveAdvice, on(5), advice="a1", about=("v1",), adviser="Welstand")
    told.say(decisions.GiveFeedback, on(12), feedback="f1", about=("b1",))
    told.say(wishes.RealiseWish, on(40), wish="w1")
    found = story_of(told, "w1")
    assert steps(found) == [
        ("SessionHeld", "avond"),
        ("WishExpressed", "w1"),
        ("ProposalSubmitted", "v1"),
        ("AdviceGiven", "a1"),
        ("DecisionRecorded", "b1"),
        ("FeedbackGiven", "f1"),
        ("WishRealised", "w1"),
    ]
    assert (found.status, found.waiting_for) == ("realised", ())
    assert [each.told.en for each in found.chapters][2:5] == [
        'A proposal came in answer to a wish: "Lampen".',
        'Welstand gave advice on "Lampen": positive.',
        (
            'Decision "Er komt licht" (college of mayor and aldermen) on "Licht in de tunnel", '
            'through the proposal "Lampen": adopted.'
        ),
    ]


def test_a_story_follows_mergers_and_splits_both_ways() -> None:
    told = Told()
    told.wishes("oma", "opa", "oom")
    told.say(wishes.MergeWishes, on(1), wishes=("oma", "opa"), into="ouder")
    parts = tuple(wishes.WishPart(wish=name, title=name) for name in ("kind", "zus"))
    told.say(wishes.SplitWish, on(2), wish="ouder", into=parts)
    told.say(wishes.WithdrawWish, on(3), wish="kind")
    told.say(wishes.WithdrawWish, on(3), wish="zus")
    from_above, from_below = steps(story_of(told, "oma")), steps(story_of(told, "kind"))
    split = [("WishSplit", "kind"), ("WishSplit", "zus")]
    assert from_above == [
        ("WishExpressed", "oma"),
        ("WishesMerged", "ouder"),
        *split,
        ("WishWithdrawn", "kind"),
        ("WishWithdrawn", "zus"),
    ]
    assert from_below == [
        ("WishExpressed", "oma"),
        ("WishExpressed", "opa"),
        ("WishesMerged", "ouder"),
        *split,
        ("WishWithdrawn", "kind"),
    ]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_step_on_a_proposal_is_told_once_with_its_reason(withdrawn: bool) -> None:
    told = Told()
    told.wishes("w1", "w2")
    told.say(wishes.SubmitProposal, proposal="v1", answers=("w1",))
    if withdrawn:
        told.say(wishes.WithdrawProposal, on(1), proposal="v1", reason="Te duur.")
    else:
        told.say(
            wishes.ReviseProposal, on(1), proposal="v1", answers=("w1", "w2"), reason="Te duur."
        )
    for subject in ("w1", "w2", "v1") if not withdrawn else ("w1", "v1"):
        found = [each for each in story_of(told, subject).chapters if each.on == on(1)]
        assert [each.why for each in found] == ["Te duur."], subject


def test_the_story_of_a_wish_says_why_its_proposals_were_merged_and_split() -> None:
    whys = {each.type: each.why for each in story_of(told_all(), "w1").chapters}
    assert (whys["ProposalsMerged"], whys["ProposalSplit"]) == (
        "Samen goedkoper.",
        "Eerst het licht.",
    )


def test_a_proposal_that_answers_no_wish_is_not_said_to_answer_one() -> None:
    told = Told()
    told.say(wishes.SubmitProposal, proposal="v1", title="Lampen")
    [chapter] = story_of(told, "v1").chapters
    assert (chapter.told.nl, chapter.told.en) == (
        'Er kwam een voorstel: "Lampen".',
        'There was a proposal: "Lampen".',
    )


def test_a_decision_that_followed_a_wish_is_not_said_to_deviate_since_it_did_from_another() -> None:
    told = Told()
    told.wishes("w1", "w2")
    told.decide(
        outcome("w1", Outcome.ADOPTED),
        outcome("w2", Outcome.REJECTED, deviation_id="d2"),
        decision="b1",
    )
    assert steps(story_of(told, "w1")) == [("WishExpressed", "w1"), ("DecisionRecorded", "b1")]
    assert steps(story_of(told, "w2")) == [
        ("WishExpressed", "w2"),
        ("DecisionRecorded", "b1"),
        ("DeviationRecorded", "d2"),
    ]


def test_what_one_decision_did_with_each_part_of_a_wish_is_told() -> None:
    told = Told()
    told.wishes("w1")
    parts = tuple(wishes.WishPart(wish=name, title=name) for name in ("verf", "licht"))
    told.say(wishes.SplitWish, wish="w1", into=parts)
    told.decide(outcome("verf", Outcome.ADOPTED), outcome("licht", Outcome.ADOPTED))
    decided = [each.told.en for each in story_of(told, "w1").chapters[-2:]]
    assert [sentence.partition(" on ")[2] for sentence in decided] == [
        '"verf": adopted.',
        '"licht": adopted.',
    ]


def test_a_deviation_from_a_proposal_is_not_said_to_be_from_the_wish_behind_it() -> None:
    told = Told()
    told.wishes("w1")
    for name in ("lampen", "verf"):
        told.say(wishes.SubmitProposal, proposal=name, title=name, answers=("w1",))
    told.decide(outcome("lampen", Outcome.ADOPTED), outcome("verf", Outcome.REJECTED))
    [deviated] = [
        each for each in story_of(told, "w1").chapters if each.type == "DeviationRecorded"
    ]
    assert deviated.told.en.startswith('There was a deviation from "verf".')


def test_only_wishes_and_proposals_have_a_story() -> None:
    for subject in ("b1", "h1", "p1", "nothing"):
        with pytest.raises(LookupError):
            story_of(told_all(), subject)


def test_what_is_waited_for_says_from_whom_and_since_when() -> None:
    told = Told()
    told.say(JoinParty, party="p1", name="Bureau Licht")
    told.say(AssignMandate, party="p1", role=MandateRole.GIVES_ACCOUNT)
    told.wishes("w1", "w2", on=on(2))
    told.say(
        approvals.RequestApproval,
        on(3),
        approval="t1",
        needed_for=("w1",),
        authority="Brandweer",
    )
    told.say(commitments.MakeCommitment, on(4), commitment="c1", about=("w1",), due_on=on(200))
    told.say(obstacles.RaiseObstacle, on(5), obstacle="h1", blocks=("t1",), owner="p1")
    told.say(obstacles.RaiseObstacle, on(6), obstacle="h2", blocks=("w2",), tension=TORN)
    found = {each.duty: each for each in story_of(told, "w1").waiting_for}
    assert {duty: (each.by, each.since) for duty, each in found.items()} == {
        "answer": ("Bureau Licht", on(2)),
        "decision": ("Brandweer", on(3)),
        "fulfilment": ("wethouder", on(4)),
        "obstacle": ("Bureau Licht", on(5)),
    }
    assert all(each.days == (TODAY - each.since).days for each in found.values())
    due_on = found["decision"].due_on
    assert due_on is not None
    assert found["decision"].days_late == (TODAY - due_on).days
    assert [found[duty].days_late for duty in ("answer", "fulfilment", "obstacle")] == [None] * 3


def test_what_is_owed_on_a_decision_is_owed_by_the_body() -> None:
    told = Told()
    told.wishes("w1")
    told.decide(
        outcome("w1", Outcome.REJECTED, deviation=None, deviation_id="d1"),
        decision="b1",
        on=on(7),
        body=Body.COUNCIL,
        body_name="De raad",
        motivation=None,
        source_states_no_motivation=True,
        open_to_objection=True,
        importing=True,
    )
    waiting = story_of(told, "w1").waiting_for
    assert [(each.duty, each.by, each.body, each.since) for each in waiting] == [
        ("announcement", "De raad", "council", on(7)),
        ("motivation", "De raad", "council", on(7)),
        ("feedback", "De raad", "council", on(7)),
    ]
    told.say(decisions.MotivateDeviation, on(8), deviation="d1")
    told.say(decisions.GiveFeedback, on(8), about=("d1",))
    told.say(decisions.AnnounceDecision, on(8), decision="b1", sent_on=on(8))
    assert story_of(told, "w1").waiting_for == ()


def test_a_disputed_realisation_is_owed_since_the_dispute_in_the_story_and_in_the_report() -> None:
    told = Told()
    told.wishes("w1")
    told.say(wishes.RealiseWish, on(20), wish="w1")
    told.say(wishes.JudgeRealisation, on(30), wish="w1", word=ResidentsWord.DISPUTED)
    [waiting] = story_of(told, "w1").waiting_for
    [owed] = report_of(told).owed
    days = (TODAY - on(30)).days
    assert (waiting.duty, waiting.since, waiting.days) == ("realisation", on(30), days)
    [thing] = owed.items
    assert (owed.duty, owed.longest) == ("realisation", days)
    assert (thing.since, thing.days_late) == (on(30), days)


# -- the sentences --------------------------------------------------------------------------------


def test_every_type_of_event_was_told_for_these_tests() -> None:
    types = {type(event).__name__ for end in ENDS for event in told_all(end).events}
    assert types == EVENTS.keys()


def test_every_type_of_event_that_can_stand_in_a_story_has_its_own_sentence() -> None:
    files = [file_of(told_all()), *(file_of(anything(seed)) for seed in SEEDS)]
    types = {
        link.type
        for file in files
        for account in file.subjects.values()
        if isinstance(account, PLAYS)
        for link in account.chain
    }
    types |= {each.type for file in files for told in stories(file) for each in told.chapters}
    assert types == {name.partition(".")[0] for name in CHAPTERS}
    assert types <= EVENTS.keys()


def test_every_duty_that_can_stand_in_a_story_has_its_own_sentence() -> None:
    told = told_all()
    files = [file_of(told, position=position) for position in range(1, len(told.events) + 1)]
    duties = {
        duty
        for file in files
        for account in file.subjects.values()
        if isinstance(account, PLAYS)
        for duty in account.duties
    }
    assert duties | {"obstacle"} == WAITING.keys()


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_languages_tell_the_same_facts(name: str) -> None:
    said = CHAPTERS[name]
    facts = [{fact for _, fact, _, _ in Formatter().parse(text)} for text in (said.nl, said.en)]
    assert facts[0] == facts[1]
    assert said.nl != said.en


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_story_has_every_step_once_in_order_and_no_sentence_with_a_gap(seed: int | None) -> None:
    file = file_of(told_all() if seed is None else anything(seed))
    found = stories(file)
    assert found
    for told in found:
        places = [(each.on, each.position) for each in told.chapters]
        assert places == sorted(places)
        facts = [(each.position, each.type, each.told.nl) for each in told.chapters]
        told_twice = {each for each in facts if facts.count(each) > 1}
        # Parts of a split, and subjects of a decision, may have the same title.
        assert {kind for _, kind, _ in told_twice} <= {
            "WishSplit",
            "ProposalSplit",
            "DecisionRecorded",
        }
        for sentence in sentences(told):
            assert not any(gap in sentence for gap in GAPS), sentence
            assert sentence not in _otherwise(file)
        for waiting in told.waiting_for:
            assert waiting.since + timedelta(days=waiting.days) == TODAY


def _otherwise(file: ProjectFile) -> set[str]:
    return {
        text.format(what=account.title)
        for account in file.subjects.values()
        for text in (OTHERWISE.nl, OTHERWISE.en)
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wish_and_what_it_goes_on_in_both_tell_of_the_step_in_which_it_did(seed: int) -> None:
    file = file_of(anything(seed))
    positions = {
        told.subject.id: {each.position for each in told.chapters} for told in stories(file)
    }
    for heir in file.subjects.values():
        if isinstance(heir, WishAccount | ProposalAccount):
            for parent in heir.comes_from:
                assert heir.position in positions[parent] & positions[heir.id]


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_every_subject_tells_how_it_came_to_be_without_a_gap(seed: int | None) -> None:
    file = file_of(told_all() if seed is None else anything(seed))
    for account in file.subjects.values():
        for chapter in told_of(file, account).chapters:
            for sentence in (chapter.told.nl, chapter.told.en):
                assert not any(gap in sentence for gap in GAPS), sentence


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deviation_and_a_decision_tell_the_motivation_that_was_given(seed: int) -> None:
    file = file_of(anything(seed))
    for account in file.subjects.values():
        if isinstance(account, DeviationAccount | DecisionAccount) and account.motivation:
            first, *_ = told_of(file, account).chapters
            assert first.why == account.motivation
            assert "geen motivering" not in first.told.nl
