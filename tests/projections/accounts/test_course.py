from __future__ import annotations

from datetime import timedelta

from tests.domain.project.told import DAY, INTERNAL, Told, outcome
from tests.projections.accounts.kept import kept, subject

from cocreate.domain.steps import course
from cocreate.domain.vocabulary import Outcome, PartyKind, Phase, Position
from cocreate.projections.accounts.account import Place, ProjectAccount
from cocreate.projections.known import Audience

LATER = DAY + timedelta(days=7)


def project(told: Told, audience: Audience = Audience.INTERNAL) -> ProjectAccount:
    account = kept(told, audience).project
    assert isinstance(account, ProjectAccount)
    return account


def test_a_project_goes_from_phase_to_phase(told: Told) -> None:
    phases = [project(told).phase]
    told.say(course.SetFramework)
    phases.append(project(told).phase)
    told.wishes("W1")
    told.decide(outcome("W1", Outcome.ADOPTED), on=LATER)
    phases.append(project(told).phase)
    told.say(course.CompleteProject, on=LATER + timedelta(days=1))
    phases.append(project(told).phase)
    assert phases == list(Phase)
    assert project(told).phase_on(DAY) is Phase.PREPARATION


def test_a_new_mandate_ends_the_former(told: Told) -> None:
    for party in ("Q1", "Q2"):
        told.say(course.JoinParty, party=party)
        told.say(course.AssignMandate, party=party)
    mandates = project(told).mandates
    assert [(one.party, one.until) for one in mandates] == [("Q1", DAY), ("Q2", None)]
    assert subject(told, "Q1").carried == {}
    assert subject(told, "Q2").carried == {"mandates": 1}


def test_the_public_counts_no_internal_step(told: Told) -> None:
    told.wishes("W1", visibility=INTERNAL)
    told.wishes("W2")
    assert (project(told).steps, project(told).internal_steps) == (3, 1)
    public = project(told, Audience.PUBLIC)
    assert (public.steps, public.internal_steps) == (2, 0)
    assert public.first_wish == Place(on=DAY, position=3)


def test_a_pause_ends_when_the_project_goes_on(told: Told) -> None:
    told.say(course.PauseProject)
    told.say(course.ResumeProject, on=LATER)
    [pause] = project(told).pauses
    assert (pause.since, pause.until) == (DAY, LATER)


def test_a_party_that_comes_back_has_two_spans(told: Told) -> None:
    told.say(course.JoinParty, party="Q1")
    told.say(course.LeaveParty, party="Q1")
    told.take(
        course.JoinParty(
            occurred_on=LATER,
            party="Q1",
            name="Fietsersbond",
            kind=PartyKind.ORGANISATION,
            position=Position.EXTERNAL,
        )
    )
    party = subject(told, "Q1")
    assert (party.title, party.category) == ("Fietsersbond", PartyKind.ORGANISATION)
    assert [(span.since, span.until) for span in party.spans] == [(DAY, DAY), (LATER, None)]
    assert party.closed_on is None


def test_who_leaves_directs_no_longer(told: Told) -> None:
    told.say(course.JoinParty, party="Q1")
    told.say(course.AssignMandate, party="Q1")
    told.say(course.LeaveParty, party="Q1", on=LATER)
    [mandate] = project(told).mandates
    assert (mandate.until, mandate.ended_at, project(told).directs) == (LATER, 4, None)
    assert subject(told, "Q1").carried == {}


def test_a_final_report_opens_an_account(told: Told) -> None:
    told.say(
        course.DeliverFinalReport, report="E1", title="Wat het bracht", to=("de raad",), on=LATER
    )
    assert subject(told, "E1").to == ("de raad",)
    assert project(told).first_report == Place(on=LATER, position=2)


def test_frames_and_assessments_stand_in_the_order_in_which_they_happened(told: Told) -> None:
    for on, fixed in ((LATER, "laat"), (DAY, "vroeg")):
        told.say(course.SetFramework, on=on, fixed=(fixed,))
        told.say(course.AssessSuitability, on=on, motivation=fixed)
    account = project(told)
    assert [frames.fixed for frames in account.frames] == [("vroeg",), ("laat",)]
    assert [each.motivation for each in account.assessments] == ["vroeg", "laat"]
    assert account.framework == account.frames[-1]


def test_a_mandate_that_is_recorded_late_ends_where_the_next_began(told: Told) -> None:
    for party in ("Q1", "Q2"):
        told.say(course.JoinParty, party=party)
    told.say(course.AssignMandate, party="Q1", on=LATER)
    told.say(course.AssignMandate, party="Q2", on=DAY)
    account = project(told)
    assert [(one.party, one.until) for one in account.mandates] == [("Q2", LATER), ("Q1", None)]
    assert account.directs == "Q1"
    assert subject(told, "Q1").carried == {"mandates": 1}
    assert subject(told, "Q2").carried == {}


def test_a_departure_that_is_recorded_late_shortens_a_mandate_that_ended(told: Told) -> None:
    for party in ("Q1", "Q2"):
        told.say(course.JoinParty, party=party)
    told.say(course.AssignMandate, party="Q1")
    told.say(course.AssignMandate, party="Q2", on=LATER)
    told.say(course.LeaveParty, party="Q1", on=DAY + timedelta(days=2))
    mandates = project(told).mandates
    assert [one.until for one in mandates] == [DAY + timedelta(days=2), None]
