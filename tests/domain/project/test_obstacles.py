from datetime import date

import pytest
from tests.domain.project.told import NOT_TORN, TORN, Told

from cocreate.domain import errors
from cocreate.domain.steps import commitments, course, obstacles
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import Competence, InterventionOutcome


def test_an_obstacle_is_open_and_blocks_something(told: Told) -> None:
    told.wishes("licht")
    obstacle = told.say(obstacles.RaiseObstacle, blocks=("licht",), tension=TORN)
    assert told.status(obstacle) == "open"


def test_an_obstacle_blocks_what_is_there(told: Told) -> None:
    with pytest.raises(errors.UnknownReference):
        told.say(obstacles.RaiseObstacle, blocks=("licht",))


def test_an_obstacle_blocks_a_thing_once(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.RepeatedReference):
        told.say(obstacles.RaiseObstacle, blocks=("licht", "licht"))


def test_values_pull_apart_from_each_other_only(told: Told) -> None:
    with pytest.raises(errors.TensionNeedsTwoValues):
        told.say(obstacles.RaiseObstacle, tension=NOT_TORN)


def test_an_open_obstacle_goes_up_and_sideways(told: Told) -> None:
    party = told.say(course.JoinParty)
    obstacle = told.say(obstacles.RaiseObstacle)
    told.say(obstacles.EscalateObstacle, obstacle=obstacle)
    told.say(obstacles.ReassignObstacle, obstacle=obstacle, department="Juridische zaken")
    told.say(obstacles.ReassignObstacle, obstacle=obstacle, owner=party)
    assert told.status(obstacle) == "open"


def test_an_obstacle_is_reassigned_to_someone(told: Told) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    with pytest.raises(errors.NobodyNamed):
        told.say(obstacles.ReassignObstacle, obstacle=obstacle)


@pytest.mark.parametrize(
    "kind",
    [
        obstacles.EscalateObstacle,
        obstacles.ReassignObstacle,
        obstacles.ResolveObstacle,
        obstacles.AcceptObstacle,
    ],
)
def test_an_obstacle_out_of_the_way_stays_away(told: Told, kind: type[Step]) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    told.say(obstacles.ResolveObstacle, obstacle=obstacle)
    assert told.status(obstacle) == "resolved"
    with pytest.raises(errors.WrongStatus):
        told.say(kind, obstacle=obstacle)


def test_an_obstacle_that_was_accepted_may_still_go(told: Told) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    told.say(obstacles.AcceptObstacle, obstacle=obstacle)
    assert told.status(obstacle) == "accepted"
    told.say(obstacles.ResolveObstacle, obstacle=obstacle)
    assert told.status(obstacle) == "resolved"


def test_a_resolution_names_the_interventions_that_did_it(told: Told) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    intervention = told.say(obstacles.TryIntervention, obstacles=(obstacle,))
    told.say(
        obstacles.JudgeIntervention,
        intervention=intervention,
        outcome=InterventionOutcome.RESOLVED,
    )
    told.say(obstacles.ResolveObstacle, obstacle=obstacle, interventions=(intervention,))
    assert told.last(obstacles.ObstacleResolved).interventions == (intervention,)


def test_a_resolution_names_each_intervention_once(told: Told) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    intervention = told.say(obstacles.TryIntervention, obstacles=(obstacle,))
    with pytest.raises(errors.RepeatedReference):
        told.say(
            obstacles.ResolveObstacle,
            obstacle=obstacle,
            interventions=(intervention, intervention),
        )


def test_an_intervention_is_tried_against_obstacles(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.UnknownReference):
        told.say(obstacles.TryIntervention, obstacles=("licht",))


def test_an_intervention_names_each_obstacle_once(told: Told) -> None:
    obstacle = told.say(obstacles.RaiseObstacle)
    with pytest.raises(errors.RepeatedReference):
        told.say(obstacles.TryIntervention, obstacles=(obstacle, obstacle))


def test_a_promise_is_open_until_it_is_kept(told: Told) -> None:
    promise = told.say(commitments.MakeCommitment)
    told.say(commitments.ChangeCommitment, commitment=promise)
    assert told.status(promise) == "open"
    told.say(commitments.FulfilCommitment, commitment=promise)
    assert told.status(promise) == "fulfilled"


@pytest.mark.parametrize(
    "kind",
    [
        commitments.FulfilCommitment,
        commitments.ChangeCommitment,
        commitments.BreakCommitment,
    ],
)
def test_a_broken_promise_stays_broken(told: Told, kind: type[Step]) -> None:
    promise = told.say(commitments.MakeCommitment)
    told.say(commitments.BreakCommitment, commitment=promise)
    assert told.status(promise) == "broken"
    with pytest.raises(errors.WrongStatus):
        told.say(kind, commitment=promise)


def test_a_promise_is_not_for_another_century(told: Told) -> None:
    with pytest.raises(errors.DateTooFar):
        told.say(commitments.MakeCommitment, due_on=date.max)
    promise = told.say(commitments.MakeCommitment)
    with pytest.raises(errors.DateTooFar):
        told.say(commitments.ChangeCommitment, commitment=promise, due_on=date.max)


def test_a_promise_is_about_each_subject_once(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.RepeatedReference):
        told.say(commitments.MakeCommitment, about=("licht", "licht"))


def test_a_reflection_names_each_competence_once(told: Told) -> None:
    with pytest.raises(errors.RepeatedReference):
        told.say(
            commitments.RecordReflection,
            competences=(Competence.LISTENING, Competence.LISTENING),
        )


def test_a_reflection_is_internal_unless_said_otherwise(told: Told) -> None:
    reflection = told.say(commitments.RecordReflection, tension=TORN)
    assert not told.subject(reflection).public


def test_a_reflection_is_torn_between_two_values(told: Told) -> None:
    with pytest.raises(errors.TensionNeedsTwoValues):
        told.say(commitments.RecordReflection, tension=NOT_TORN)
