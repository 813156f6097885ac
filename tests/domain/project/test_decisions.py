from datetime import date, timedelta

import pytest
from tests.domain.project.told import (
    DAY,
    GROUNDS,
    INTERNAL,
    NOT_TORN,
    PUBLIC,
    TORN,
    Told,
    outcome,
    stored,
)

from cocreate.domain import errors
from cocreate.domain.steps import course, decisions, wishes
from cocreate.domain.steps.decisions import Grounds
from cocreate.domain.vocabulary import DeviationGround, Outcome

ADOPTED, CHANGED = Outcome.ADOPTED, Outcome.ADOPTED_WITH_CHANGES
REJECTED, DEFERRED = Outcome.REJECTED, Outcome.DEFERRED


@pytest.fixture
def plans(told: Told) -> Told:
    """Two plans, a and b, that answer one wish, licht; a answers verf as well."""
    told.wishes("licht", "verf")
    told.say(wishes.SubmitProposal, proposal="a", answers=("licht", "verf"))
    told.say(wishes.SubmitProposal, proposal="b", answers=("licht",))
    return told


# -- what a decision needs


@pytest.mark.parametrize("result", [REJECTED, CHANGED])
def test_what_does_not_follow_needs_grounds(told: Told, result: Outcome) -> None:
    told.wishes("licht")
    with pytest.raises(errors.GroundsMissing):
        told.decide(outcome("licht", result, deviation=None))


@pytest.mark.parametrize("result", [ADOPTED, DEFERRED])
def test_what_follows_or_waits_carries_no_deviation(told: Told, result: Outcome) -> None:
    told.wishes("licht")
    with pytest.raises(errors.DeviationWithoutCause):
        told.decide(outcome("licht", result, deviation=GROUNDS))


def test_a_decision_rests_on_a_motivation(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.MotivationMissing):
        told.decide(outcome("licht", ADOPTED), motivation=None)


def test_a_motivation_for_each_outcome_will_do(told: Told) -> None:
    told.wishes("licht", "verf")
    told.decide(
        outcome("licht", ADOPTED, motivation="Veilig."), outcome("verf", REJECTED), motivation=None
    )


def test_a_ground_is_stated(told: Told) -> None:
    told.wishes("licht")
    silent = Grounds(ground=DeviationGround.NOT_STATED, motivation="Daarom.")
    with pytest.raises(errors.GroundNotStated):
        told.decide(outcome("licht", REJECTED, deviation=silent))


def test_a_tension_lies_between_two_values(told: Told) -> None:
    told.wishes("licht")
    torn = Grounds(ground=DeviationGround.LAW, motivation="Vleermuizen.", tension=NOT_TORN)
    with pytest.raises(errors.TensionNeedsTwoValues):
        told.decide(outcome("licht", REJECTED, deviation=torn))


def test_only_wishes_and_proposals_are_decided_on(told: Told) -> None:
    session = told.say(course.HoldSession)
    with pytest.raises(errors.NotDecidable):
        told.decide(outcome(session, ADOPTED))


def test_each_subject_has_one_outcome(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.RepeatedReference):
        told.decide(outcome("licht", ADOPTED), outcome("licht", REJECTED))


@pytest.mark.parametrize("announced", ["sent_on", "published_on"])
def test_a_decision_is_announced_after_it_was_taken(told: Told, announced: str) -> None:
    told.wishes("licht")
    with pytest.raises(errors.DatesOutOfOrder):
        told.decide(outcome("licht", ADOPTED), **{announced: DAY - timedelta(days=1)})


@pytest.mark.parametrize("field", ["sent_on", "published_on", "effective_on", "expires_on"])
def test_a_date_without_a_calendar_is_a_slip(told: Told, field: str) -> None:
    told.wishes("licht")
    with pytest.raises(errors.DateTooFar):
        told.decide(outcome("licht", ADOPTED), open_to_objection=True, **{field: date.max})


def test_a_withdrawn_wish_is_not_decided_on(told: Told) -> None:
    told.wishes("licht")
    told.say(wishes.WithdrawWish, wish="licht")
    with pytest.raises(errors.WrongStatus):
        told.decide(outcome("licht", ADOPTED))


def test_a_body_may_decide_anew(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", REJECTED))
    told.decide(outcome("licht", ADOPTED))
    assert told.status("licht") == "adopted"


# -- the deviations of a decision


def test_each_outcome_that_does_not_follow_brings_a_deviation(told: Told) -> None:
    told.wishes("licht", "verf", "camera")
    told.decide(outcome("licht", CHANGED), outcome("verf", ADOPTED), outcome("camera", REJECTED))
    assert [o.deviation_id for o in told.last(decisions.DecisionRecorded).outcomes] == [
        "D6",
        None,
        "D7",
    ]
    assert told.subject("D7").wishes == ("camera",)
    assert told.subject("camera").deviations == ["D7"]
    assert told.subject("B5").deviations == ["D6", "D7"]


def test_a_deviation_takes_its_words_from_the_outcome(told: Told) -> None:
    told.wishes("licht")
    torn = Grounds(ground=DeviationGround.SAFETY, motivation="Vleermuizen.", tension=TORN)
    told.decide(outcome("licht", REJECTED, deviation=torn, deviation_id="vleermuizen"))
    recorded = told.last(decisions.DeviationRecorded)
    assert (recorded.deviation, recorded.ground, recorded.motivation, recorded.tension) == (
        "vleermuizen",
        DeviationGround.SAFETY,
        "Vleermuizen.",
        TORN,
    )


def test_a_deviation_does_not_take_an_id_in_use(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.IdTaken):
        told.decide(outcome("licht", REJECTED, deviation_id="licht"))


def test_deviations_of_one_decision_have_ids_of_their_own(told: Told) -> None:
    told.wishes("licht", "verf")
    with pytest.raises(errors.RepeatedReference):
        told.decide(
            outcome("licht", REJECTED, deviation_id="d"),
            outcome("verf", REJECTED, deviation_id="d"),
        )


def test_deviations_are_read_by_those_who_read_the_decision(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", REJECTED), visibility=INTERNAL)
    assert told.last(decisions.DeviationRecorded).visibility is INTERNAL


# -- what another system recorded


def test_only_an_import_states_that_its_source_has_no_motivation(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.GroundNotStated):
        told.decide(
            outcome("licht", REJECTED, deviation=None),
            motivation=None,
            source_states_no_motivation=True,
        )


def test_an_import_without_motivation_says_so_and_owes_it(told: Told) -> None:
    told.wishes("licht")
    told.decide(
        outcome("licht", REJECTED, deviation=None),
        motivation=None,
        source_states_no_motivation=True,
        importing=True,
    )
    assert told.last(decisions.DecisionRecorded).source_states_no_motivation
    recorded = told.last(decisions.DeviationRecorded)
    assert (recorded.ground, recorded.motivation) == (DeviationGround.NOT_STATED, None)
    assert not told.subject(recorded.deviation).motivated


def test_an_import_that_does_not_say_so_needs_a_motivation(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.GroundsMissing):
        told.decide(outcome("licht", REJECTED, deviation=None), importing=True)


def test_a_motivation_that_was_owed_is_given_once(told: Told) -> None:
    deviation = unmotivated(told)
    told.say(decisions.MotivateDeviation, deviation=deviation)
    assert told.subject(deviation).motivated
    with pytest.raises(errors.WrongStatus):
        told.say(decisions.MotivateDeviation, deviation=deviation)


def test_a_motivation_that_was_owed_has_a_ground(told: Told) -> None:
    deviation = unmotivated(told)
    with pytest.raises(errors.GroundNotStated):
        told.say(
            decisions.MotivateDeviation, deviation=deviation, ground=DeviationGround.NOT_STATED
        )


# -- which wishes a decision settles


def test_a_plan_that_is_adopted_settles_the_wishes_it_answers(plans: Told) -> None:
    plans.decide(outcome("a", ADOPTED))
    assert [plans.status(one) for one in ("a", "licht", "verf", "b")] == [
        "adopted",
        "adopted",
        "adopted",
        "open",
    ]


def test_a_plan_that_is_refused_settles_what_no_other_plan_answers(plans: Told) -> None:
    plans.decide(outcome("a", REJECTED))
    assert plans.last(decisions.DecisionRecorded).outcomes[0].settles == ("verf",)
    assert (plans.status("licht"), plans.status("verf")) == ("open", "rejected")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_refusing_all_plans_at_once_settles_the_wish(plans: Told, order: tuple[str, ...]) -> None:
    plans.decide(*(outcome(plan, REJECTED) for plan in order))
    assert plans.status("licht") == "rejected"


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize(
    ("a", "b", "then"),
    [
        (ADOPTED, REJECTED, "adopted"),
        (ADOPTED, DEFERRED, "adopted"),
        (DEFERRED, REJECTED, "deferred"),
        (CHANGED, REJECTED, "adopted-with-changes"),
    ],
)
def test_the_most_hopeful_plan_of_a_decision_settles_the_wish(
    plans: Told, order: tuple[str, ...], a: Outcome, b: Outcome, then: str
) -> None:
    said = {"a": outcome("a", a), "b": outcome("b", b)}
    plans.decide(*(said[plan] for plan in order))
    assert plans.status("licht") == then


def test_a_wish_waits_for_a_plan_that_was_deferred(plans: Told) -> None:
    plans.decide(outcome("a", DEFERRED), outcome("b", DEFERRED))
    plans.decide(outcome("b", REJECTED))
    assert plans.status("licht") == "deferred"


@pytest.mark.parametrize("order", [("licht", "a"), ("a", "licht")])
def test_a_word_on_the_wish_itself_goes_before_that_on_a_plan(
    plans: Told, order: tuple[str, ...]
) -> None:
    said = {"licht": outcome("licht", REJECTED), "a": outcome("a", ADOPTED)}
    plans.decide(*(said[one] for one in order))
    assert (plans.status("licht"), plans.status("verf")) == ("rejected", "adopted")


def test_a_refused_plan_does_not_undo_what_was_adopted(plans: Told) -> None:
    plans.decide(outcome("a", ADOPTED))
    plans.decide(outcome("b", REJECTED))
    assert plans.status("licht") == "adopted"


def test_a_plan_adopted_after_all_turns_a_refusal(plans: Told) -> None:
    plans.decide(outcome("a", REJECTED), outcome("b", REJECTED))
    plans.say(wishes.SubmitProposal, proposal="c", answers=("licht",))
    plans.decide(outcome("c", ADOPTED))
    assert plans.status("licht") == "adopted"


def test_a_withdrawn_plan_gives_no_hope(plans: Told) -> None:
    plans.say(wishes.WithdrawProposal, proposal="b")
    plans.decide(outcome("a", REJECTED))
    assert plans.status("licht") == "rejected"


def test_an_adopted_plan_leaves_a_realised_wish_alone(plans: Told) -> None:
    plans.say(wishes.RealiseWish, wish="licht")
    plans.decide(outcome("a", ADOPTED))
    assert plans.status("licht") == "realised"


def test_a_decision_in_public_names_no_internal_wishes(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(wishes.SubmitProposal, proposal="a")
    told.say(wishes.ReviseProposal, proposal="a", answers=("geheim",), visibility=INTERNAL)
    with pytest.raises(errors.PublicMentionsInternal):
        told.decide(outcome("a", ADOPTED))
    told.decide(outcome("a", ADOPTED), visibility=INTERNAL)
    assert told.status("geheim") == "adopted"


# -- announcing


def test_the_objection_term_starts_with_the_announcement(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", ADOPTED), open_to_objection=True, decision="besluit")
    assert told.last(decisions.DecisionRecorded).objection_until is None
    told.say(decisions.AnnounceDecision, decision="besluit", sent_on=date(2025, 3, 6))
    assert told.last(decisions.DecisionAnnounced).objection_until == date(2025, 4, 17)


def test_a_decision_that_was_sent_at_once_is_open_to_objection_at_once(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", ADOPTED), open_to_objection=True, sent_on=DAY)
    assert told.last(decisions.DecisionRecorded).objection_until == date(2025, 4, 14)


def test_what_is_not_open_to_objection_has_no_term(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", ADOPTED), sent_on=DAY)
    assert told.last(decisions.DecisionRecorded).objection_until is None


def test_an_announcement_names_a_date(told: Told) -> None:
    told.wishes("licht")
    decision = told.decide(outcome("licht", ADOPTED))
    with pytest.raises(errors.NothingAnnounced):
        told.say(decisions.AnnounceDecision, decision=decision)


def test_a_decision_is_announced_once(told: Told) -> None:
    told.wishes("licht")
    decision = told.decide(outcome("licht", ADOPTED), sent_on=DAY)
    with pytest.raises(errors.AlreadyAnnounced):
        told.say(decisions.AnnounceDecision, decision=decision, sent_on=DAY)


def test_an_announcement_is_not_a_century_away(told: Told) -> None:
    told.wishes("licht")
    decision = told.decide(outcome("licht", ADOPTED), open_to_objection=True)
    with pytest.raises(errors.DateTooFar):
        told.say(decisions.AnnounceDecision, decision=decision, published_on=date.max)


# -- deviations by themselves


def test_a_deviation_that_shows_afterwards_reaches_the_wishes_behind_it(plans: Told) -> None:
    decision = plans.decide(outcome("a", ADOPTED))
    deviation = plans.say(decisions.RecordDeviation, decision=decision, subjects=("a",))
    assert plans.subject(deviation).wishes == ("licht", "verf")
    assert plans.subject("verf").deviations == [deviation]
    assert plans.subject(decision).deviations == [deviation]


def test_a_deviation_afterwards_has_a_ground(plans: Told) -> None:
    with pytest.raises(errors.GroundNotStated):
        plans.say(decisions.RecordDeviation, subjects=("a",), ground=DeviationGround.NOT_STATED)


def test_a_deviation_afterwards_lies_between_two_values(plans: Told) -> None:
    with pytest.raises(errors.TensionNeedsTwoValues):
        plans.say(decisions.RecordDeviation, subjects=("a",), tension=NOT_TORN)


def test_a_deviation_names_each_subject_once(plans: Told) -> None:
    with pytest.raises(errors.RepeatedReference):
        plans.say(decisions.RecordDeviation, subjects=("a", "a"))


def test_a_deviation_in_public_names_no_internal_wishes(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(wishes.SubmitProposal, proposal="a")
    told.say(wishes.ReviseProposal, proposal="a", answers=("geheim",), visibility=INTERNAL)
    with pytest.raises(errors.PublicMentionsInternal):
        told.say(decisions.RecordDeviation, subjects=("a",))


def test_a_deviation_is_contested_and_settled_and_contested_again(plans: Told) -> None:
    deviation = plans.say(decisions.RecordDeviation, subjects=("b",))
    plans.say(decisions.ContestDeviation, deviation=deviation)
    assert plans.status(deviation) == "contested"
    assert plans.last(decisions.DeviationContested).wishes == ("licht",)
    plans.say(decisions.SettleDeviation, deviation=deviation)
    assert plans.status(deviation) == "settled"
    plans.say(decisions.ContestDeviation, deviation=deviation)


def test_a_deviation_under_dispute_is_not_contested_twice(plans: Told) -> None:
    deviation = plans.say(decisions.RecordDeviation, subjects=("b",))
    plans.say(decisions.ContestDeviation, deviation=deviation)
    with pytest.raises(errors.WrongStatus):
        plans.say(decisions.ContestDeviation, deviation=deviation)


def test_what_nobody_contests_is_not_settled(plans: Told) -> None:
    deviation = plans.say(decisions.RecordDeviation, subjects=("b",))
    with pytest.raises(errors.WrongStatus):
        plans.say(decisions.SettleDeviation, deviation=deviation)


# -- feedback


@pytest.mark.parametrize("about", ["licht", "a", "B6", "D7"])
def test_feedback_accounts_for_the_deviations_behind_its_subject(plans: Told, about: str) -> None:
    plans.decide(outcome("a", CHANGED))
    plans.say(decisions.GiveFeedback, about=(about,))
    given = plans.last(decisions.FeedbackGiven)
    assert given.deviations == ("D7",)
    assert given.wishes == (("licht",) if about == "licht" else ("licht", "verf"))


def test_one_letter_answers_many(plans: Told) -> None:
    plans.decide(outcome("a", REJECTED), outcome("b", REJECTED))
    plans.say(decisions.GiveFeedback, about=("verf", "b"))
    given = plans.last(decisions.FeedbackGiven)
    assert (given.deviations, given.wishes) == (("D7", "D8"), ("verf", "licht"))


def test_feedback_names_each_subject_once(plans: Told) -> None:
    with pytest.raises(errors.RepeatedReference):
        plans.say(decisions.GiveFeedback, about=("licht", "licht"))


def test_feedback_in_public_is_silent_on_what_is_still_internal(plans: Told) -> None:
    plans.decide(outcome("b", REJECTED), visibility=INTERNAL)
    plans.say(decisions.GiveFeedback, about=("licht",), visibility=PUBLIC)
    assert plans.last(decisions.FeedbackGiven).deviations == ()
    plans.say(decisions.GiveFeedback, about=("licht",), visibility=INTERNAL)
    assert plans.last(decisions.FeedbackGiven).deviations == ("D7",)


def test_a_letter_may_account_for_more_than_a_step_can_name(told: Told) -> None:
    for ordinal in range(3):
        answered = tuple(told.say(wishes.ExpressWish) for _ in range(400))
        told.say(wishes.SubmitProposal, proposal=f"plan-{ordinal}", answers=answered)
    plans = tuple(f"plan-{ordinal}" for ordinal in range(3))
    told.say(decisions.RecordDeviation, subjects=plans)
    told.say(decisions.GiveFeedback, about=plans)
    assert len(stored(told.last(decisions.DeviationRecorded)).wishes) == 1_200
    assert len(stored(told.last(decisions.FeedbackGiven)).wishes) == 1_200


# -- advice


def test_a_decision_may_depart_from_advice_that_was_given(told: Told) -> None:
    told.wishes("licht")
    advice = told.say(decisions.GiveAdvice, about=("licht",))
    told.decide(outcome("licht", REJECTED), departs_from_advice=advice)


def test_a_decision_does_not_depart_from_advice_nobody_gave(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.UnknownReference):
        told.decide(outcome("licht", REJECTED), departs_from_advice="V9")


def test_advice_names_each_subject_once(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.RepeatedReference):
        told.say(decisions.GiveAdvice, about=("licht", "licht"))


def unmotivated(told: Told) -> str:
    told.wishes("licht")
    told.decide(
        outcome("licht", REJECTED, deviation=None, deviation_id="zwijgen"),
        source_states_no_motivation=True,
        importing=True,
    )
    return "zwijgen"
