from datetime import date
from typing import Any

import pytest
from tests.domain.project.told import DAY, INTERNAL, PUBLIC, Told, outcome

from cocreate.domain import errors
from cocreate.domain.moment import Rules
from cocreate.domain.project.record import correctable_fields
from cocreate.domain.steps import (
    CATALOGUE,
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Event, mentioning
from cocreate.domain.vocabulary import DeviationGround, Outcome


def correct(told: Told, version: int, **changes: object) -> None:
    told.say(record.CorrectStep, step=version, changes=changes)


# -- who reads a step


def test_a_kind_has_its_own_default(told: Told) -> None:
    told.wishes("licht")
    told.say(course.JoinParty)
    assert told.last(wishes.WishExpressed).visibility is PUBLIC
    assert told.last(course.PartyJoined).visibility is INTERNAL


def test_a_municipality_sets_the_default_of_a_kind() -> None:
    told = Told(rules=Rules(visibility={"wishes": INTERNAL, "parties": PUBLIC}))
    told.wishes("licht")
    told.say(course.JoinParty)
    assert told.last(wishes.WishExpressed).visibility is INTERNAL
    assert told.last(course.PartyJoined).visibility is PUBLIC


def test_a_municipality_sets_the_default_of_a_start() -> None:
    told = Told(rules=Rules(visibility={"projects": INTERNAL}))
    assert told.last(course.ProjectStarted).visibility is INTERNAL


def test_what_a_step_says_goes_before_any_default() -> None:
    told = Told(rules=Rules(visibility={"wishes": INTERNAL}))
    told.wishes("licht", visibility=PUBLIC)
    assert told.last(wishes.WishExpressed).visibility is PUBLIC


def test_a_public_step_does_not_mention_an_internal_subject(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    with pytest.raises(errors.PublicMentionsInternal):
        told.say(wishes.SupportWish, wish="geheim")
    told.say(wishes.SupportWish, wish="geheim", visibility=INTERNAL)


def test_a_public_step_may_mention_an_internal_party(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.wishes("licht", by=party, visibility=PUBLIC)


# -- publishing


def test_publishing_opens_a_step_and_what_it_brought(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(2,))
    assert told.subject("geheim").public
    told.say(wishes.SupportWish, wish="geheim")


def test_a_step_is_published_once(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(2,))
    with pytest.raises(errors.NotInternal):
        told.say(record.PublishSteps, steps=(2,))


def test_a_publication_names_each_step_once(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    with pytest.raises(errors.RepeatedReference):
        told.say(record.PublishSteps, steps=(2, 2))


def test_a_publication_names_steps_that_are_there(told: Told) -> None:
    with pytest.raises(errors.UnknownStep):
        told.say(record.PublishSteps, steps=(2,))


def test_what_a_step_mentions_goes_with_it_or_before_it(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(wishes.SupportWish, wish="geheim", visibility=INTERNAL)
    with pytest.raises(errors.PublicationIncomplete):
        told.say(record.PublishSteps, steps=(3,))
    told.say(record.PublishSteps, steps=(3, 2))


def test_what_was_published_before_need_not_go_again(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    told.say(wishes.SupportWish, wish="geheim", visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(2,))
    told.say(record.PublishSteps, steps=(3,))


def test_a_decision_is_published_with_its_deviations(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.REJECTED), visibility=INTERNAL)
    for alone in ((3,), (4,)):
        with pytest.raises(errors.PublicationIncomplete):
            told.say(record.PublishSteps, steps=alone)
    told.say(record.PublishSteps, steps=(3, 4))


def test_a_split_is_published_with_all_its_parts(told: Told) -> None:
    told.wishes("tunnel")
    parts = (wishes.WishPart(wish="a", title="A"), wishes.WishPart(wish="b", title="B"))
    told.say(wishes.SplitWish, wish="tunnel", into=parts, visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(3,))
    assert told.subject("a").public
    assert told.subject("b").public


def test_a_party_need_not_be_published_with_what_mentions_it(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.wishes("licht", by=party, visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(3,))
    assert not told.subject(party).public


def test_a_party_that_came_back_is_published_by_its_last_coming(told: Told) -> None:
    for _ in range(2):
        told.say(course.JoinParty, party="buurt")
        told.say(course.LeaveParty, party="buurt")
    told.say(record.PublishSteps, steps=(4,))
    assert told.subject("buurt").public


def test_a_corrected_step_is_published_with_its_correction(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    correct(told, 2, title="Meer licht")
    for alone in ((2,), (3,)):
        with pytest.raises(errors.PublicationIncomplete):
            told.say(record.PublishSteps, steps=alone)
    told.say(record.PublishSteps, steps=(2, 3))


def test_an_internal_correction_of_a_public_step_is_published_alone(told: Told) -> None:
    told.wishes("licht")
    told.say(record.CorrectStep, step=2, changes={"title": "Meer licht"}, visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(3,))


# -- correcting


def test_a_correction_says_what_the_step_should_have_said(told: Told) -> None:
    told.wishes("licht")
    correct(told, 2, title="Meer licht", occurredOn="2025-03-01")
    assert told.last(record.StepCorrected).changes == {
        "title": "Meer licht",
        "occurredOn": "2025-03-01",
    }


def test_a_correction_is_stored_as_json_has_it(told: Told) -> None:
    told.wishes("licht")
    correct(told, 2, occurredOn=date(2025, 3, 1))
    assert told.last(record.StepCorrected).changes == {"occurredOn": "2025-03-01"}


def test_a_correction_of_an_internal_step_is_internal(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    correct(told, 2, title="Meer licht")
    assert told.last(record.StepCorrected).visibility is INTERNAL


def test_a_correction_of_an_internal_step_is_not_public(told: Told) -> None:
    told.wishes("geheim", visibility=INTERNAL)
    with pytest.raises(errors.CorrectionOfInternalIsPublic):
        told.say(record.CorrectStep, step=2, changes={"title": "x"}, visibility=PUBLIC)


def test_a_correction_of_an_internal_request_recalculates_in_silence(told: Told) -> None:
    told.say(approvals.RequestApproval, visibility=INTERNAL)
    correct(told, 2, occurredOn="2025-03-04")
    assert told.last(approvals.TermRecalculated).visibility is INTERNAL


def test_a_correction_names_a_step_that_is_there(told: Told) -> None:
    with pytest.raises(errors.UnknownStep):
        correct(told, 2, title="Meer licht")


@pytest.mark.parametrize("field", ["wish", "by", "visibility", "source", "niets"])
def test_what_a_step_refers_to_is_not_corrected(told: Told, field: str) -> None:
    told.wishes("licht")
    with pytest.raises(errors.NotCorrectable):
        correct(told, 2, **{field: "licht"})


def test_what_was_decided_is_not_corrected(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.ADOPTED))
    with pytest.raises(errors.NotCorrectable):
        correct(told, 3, outcomes=[])


@pytest.mark.parametrize("field", ["name", "contact", "about"])
def test_a_correction_says_whose_personal_data_it_holds(told: Told, field: str) -> None:
    party = told.say(course.JoinParty)
    correct(told, 2, **{field: "Sanne de Wit", "carries": True})
    corrected = told.last(record.StepCorrected)
    assert (corrected.party, corrected.personal) == (party, (field,))


def test_a_correction_without_personal_data_is_of_nobody(told: Told) -> None:
    told.say(course.JoinParty)
    correct(told, 2, carries=True)
    corrected = told.last(record.StepCorrected)
    assert (corrected.party, corrected.personal) == (None, ())


def test_corrections_and_publications_are_not_corrected(told: Told) -> None:
    told.wishes("licht")
    correct(told, 2, title="Meer licht")
    with pytest.raises(errors.NotCorrectable):
        correct(told, 3, reason="Toch niet.")


@pytest.mark.parametrize(
    "changes",
    [{"title": ""}, {"title": "x" * 201}, {"title": 7}, {"occurredOn": None}, {"text": ["x"]}],
)
def test_a_corrected_value_could_have_been_said(told: Told, changes: dict[str, Any]) -> None:
    told.wishes("licht")
    with pytest.raises(errors.CorrectionInvalid):
        correct(told, 2, **changes)


def test_a_corrected_day_is_not_in_the_future(told: Told) -> None:
    with pytest.raises(errors.OccurredInFuture):
        correct(told, 1, occurredOn="2025-06-12")


def test_a_corrected_day_is_not_in_another_century(told: Told) -> None:
    told.say(commitments.MakeCommitment)
    with pytest.raises(errors.DateTooFar):
        correct(told, 2, dueOn="9999-12-31")


def test_a_corrected_tension_lies_between_two_values(told: Told) -> None:
    told.say(obstacles.RaiseObstacle)
    with pytest.raises(errors.TensionNeedsTwoValues):
        correct(told, 2, tension={"between": "safety", "and": "safety"})


def test_a_correction_does_not_take_a_ground_away(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.REJECTED))
    with pytest.raises(errors.GroundNotStated):
        correct(told, 4, ground=DeviationGround.NOT_STATED)


@pytest.mark.parametrize("field", ["motivation", "sentOn", "publishedOn"])
def test_a_correction_does_not_take_a_motivation_or_announcement_away(
    told: Told, field: str
) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.ADOPTED), sent_on=DAY, published_on=DAY)
    with pytest.raises(errors.CorrectionInvalid):
        correct(told, 3, **{field: None})


def test_a_motivation_that_is_owed_takes_a_step_of_its_own(told: Told) -> None:
    told.wishes("licht")
    told.decide(
        outcome("licht", Outcome.REJECTED, deviation=None, deviation_id="zwijgen"),
        source_states_no_motivation=True,
        importing=True,
    )
    with pytest.raises(errors.WrongStatus):
        correct(told, 4, motivation="Er is geen geld.")
    told.say(decisions.MotivateDeviation, deviation="zwijgen")
    correct(told, 4, motivation="Er is geen geld.")


def test_a_correction_does_not_announce(told: Told) -> None:
    told.wishes("licht")
    told.decide(outcome("licht", Outcome.ADOPTED))
    with pytest.raises(errors.WrongStatus):
        correct(told, 3, sentOn="2025-03-04")


def test_an_obstacle_is_not_corrected_into_nobody_s_hands(told: Told) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    told.say(obstacles.ReassignObstacle, obstacle=obstacle, department="Groen")
    with pytest.raises(errors.CorrectionInvalid):
        correct(told, 3, department=None)


@pytest.mark.parametrize("event", CATALOGUE, ids=lambda event: event.__name__)
def test_no_reference_is_correctable(event: type[Event]) -> None:
    assert not mentioning(event) & correctable_fields(event).keys()  # type: ignore[arg-type]


# -- the erasure of a person ----------------------------------------------------------------------


def test_an_erasure_stays_internal(told: Told) -> None:
    party = told.say(course.JoinParty)
    assert told.say(record.ErasePerson, party=party, visibility=PUBLIC) == party
    assert told.last(record.PersonErased).visibility is INTERNAL


def test_only_who_takes_part_is_erased(told: Told) -> None:
    with pytest.raises(errors.UnknownReference):
        told.say(record.ErasePerson, party="niemand")


def test_of_one_who_was_erased_no_more_is_taken(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.say(record.ErasePerson, party=party)
    with pytest.raises(errors.WrongStatus):
        told.say(record.ErasePerson, party=party)
    with pytest.raises(errors.WrongStatus):
        told.say(course.LeaveParty, party=party, reason="Verhuisd naar Ede")
    with pytest.raises(errors.WrongStatus):
        correct(told, 2, name="Sanne de Wit")
    told.say(course.LeaveParty, party=party)
    with pytest.raises(errors.WrongStatus):
        told.say(course.JoinParty, party=party)


def test_one_who_was_erased_is_quoted_no_more(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.say(wishes.ExpressWish, wish="licht", by=party, text="Ik zie slecht.")
    told.say(record.ErasePerson, party=party)
    with pytest.raises(errors.WrongStatus):
        told.say(wishes.ExpressWish, by=party, text="Ik zie nog steeds slecht.")
    with pytest.raises(errors.WrongStatus):
        correct(told, 3, text="Ik zie niets.")
    told.say(wishes.ExpressWish, by=party)


def test_a_correction_of_words_that_nobody_is_named_for_is_of_nobody(told: Told) -> None:
    told.wishes("licht")
    correct(told, 2, text="Licht, graag.")
    assert told.last(record.StepCorrected).party is None


def test_what_is_not_personal_can_be_set_right_after_an_erasure(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.say(record.ErasePerson, party=party)
    correct(told, 2, carries=True)


def test_a_closed_project_takes_an_erasure(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.say(course.CompleteProject)
    told.say(record.ErasePerson, party=party)
    assert told.subject(party).erased
