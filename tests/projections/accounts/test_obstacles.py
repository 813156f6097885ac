from __future__ import annotations

from datetime import timedelta

from tests.domain.project.told import DAY, Told
from tests.projections.accounts.kept import subject

from cocreate.domain.steps import course, obstacles
from cocreate.domain.vocabulary import InterventionOutcome, Phase

LATER = DAY + timedelta(days=7)


def test_an_obstacle_moves_from_owner_to_owner(told: Told) -> None:
    for party in ("Q1", "Q2"):
        told.say(course.JoinParty, party=party)
    told.say(obstacles.RaiseObstacle, obstacle="H1", owner="Q1")
    told.say(obstacles.ReassignObstacle, obstacle="H1", owner="Q2")
    assert subject(told, "Q1").carried == {}
    assert subject(told, "Q2").carried == {"obstacles": 1}
    told.say(obstacles.ResolveObstacle, obstacle="H1")
    assert subject(told, "Q2").carried == {}


def test_an_intervention_named_in_the_resolution_did_it(told: Told) -> None:
    told.say(obstacles.RaiseObstacle, obstacle="H1")
    for intervention in ("I1", "I2"):
        told.say(obstacles.TryIntervention, intervention=intervention, obstacles=("H1",))
    told.say(obstacles.ResolveObstacle, obstacle="H1", interventions=("I2",), on=LATER)
    [first], [second] = subject(told, "I1").against, subject(told, "I2").against
    assert (first.resolved_on, first.named) == (LATER, False)
    assert (second.resolved_on, second.named) == (LATER, True)
    assert second.phase is Phase.FRAMING


def test_an_obstacle_that_was_accepted_weighs_on_nobody(told: Told) -> None:
    told.say(course.JoinParty, party="Q1")
    for obstacle in ("H1", "H2"):
        told.say(obstacles.RaiseObstacle, obstacle=obstacle, owner="Q1")
    told.say(obstacles.AcceptObstacle, obstacle="H1")
    told.say(obstacles.ResolveObstacle, obstacle="H1")
    assert subject(told, "Q1").carried == {"obstacles": 1}


def test_what_is_tried_after_the_fact_knows_that_the_obstacle_went(told: Told) -> None:
    told.say(obstacles.RaiseObstacle, obstacle="H1")
    told.say(obstacles.ResolveObstacle, obstacle="H1", on=LATER)
    told.say(obstacles.TryIntervention, intervention="I1", obstacles=("H1",))
    told.say(obstacles.JudgeIntervention, intervention="I1", outcome=InterventionOutcome.RESOLVED)
    intervention = subject(told, "I1")
    [against] = intervention.against
    assert (against.resolved_on, against.named) == (LATER, False)
    assert intervention.outcome is InterventionOutcome.RESOLVED


def test_an_obstacle_has_the_phase_of_the_day_it_was_raised(told: Told) -> None:
    told.say(course.SetFramework, on=LATER)
    told.say(obstacles.RaiseObstacle, obstacle="H1", on=DAY)
    told.say(obstacles.RaiseObstacle, obstacle="H2", on=LATER)
    assert subject(told, "H1").phase is Phase.FRAMING
    assert subject(told, "H2").phase is Phase.PREPARATION
