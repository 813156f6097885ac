from datetime import date, timedelta

import msgspec
import pytest
from tests.domain.project.told import DAY, INTERNAL, Told, replayed, step

from cocreate.domain import errors
from cocreate.domain.steps import commitments, course, decisions, record, wishes
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import ProjectStatus, Visibility

TODAY = date(2025, 6, 10)


def test_a_project_starts_running_at_version_one(told: Told) -> None:
    assert told.project.version == 1
    assert told.project.status is ProjectStatus.RUNNING
    assert told.last(course.ProjectStarted).visibility is Visibility.PUBLIC


def test_a_project_cannot_start_in_the_future() -> None:
    with pytest.raises(errors.OccurredInFuture):
        Told(on=TODAY + timedelta(days=2))


def test_a_step_may_be_dated_a_day_ahead_for_clocks_that_differ(told: Told) -> None:
    told.say(course.ReachMilestone, TODAY + timedelta(days=1))


def test_a_step_cannot_have_happened_in_the_future(told: Told) -> None:
    with pytest.raises(errors.OccurredInFuture):
        told.say(course.ReachMilestone, TODAY + timedelta(days=2))


def test_a_command_says_something(told: Told) -> None:
    with pytest.raises(errors.NothingSaid):
        told.take()


def test_a_start_is_no_step_among_others(told: Told) -> None:
    with pytest.raises(errors.NothingSaid):
        told.take(step(wishes.ExpressWish), step(course.StartProject))


def test_pausing_and_going_on(told: Told) -> None:
    statuses = []
    for kind in (course.PauseProject, course.ResumeProject):
        told.say(kind)
        statuses.append(told.project.status)
    assert statuses == [ProjectStatus.PAUSED, ProjectStatus.RUNNING]


@pytest.mark.parametrize("kind", [course.PauseProject, course.CompleteProject])
def test_what_stands_still_is_neither_paused_nor_completed(told: Told, kind: type[Step]) -> None:
    told.say(course.PauseProject)
    with pytest.raises(errors.ProjectIs):
        told.say(kind)


def test_what_runs_is_not_resumed(told: Told) -> None:
    with pytest.raises(errors.ProjectIs):
        told.say(course.ResumeProject)


def test_a_paused_project_still_takes_wishes(told: Told) -> None:
    told.say(course.PauseProject)
    told.wishes("licht")
    assert told.status("licht") == "open"


def test_a_paused_project_can_be_stopped(told: Told) -> None:
    told.say(course.PauseProject)
    told.say(course.StopProject)
    assert told.project.status is ProjectStatus.STOPPED


@pytest.mark.parametrize("end", [course.CompleteProject, course.StopProject])
@pytest.mark.parametrize("kind", [wishes.ExpressWish, course.ResumeProject, course.StopProject])
def test_a_closed_project_takes_no_further_steps(
    told: Told, end: type[Step], kind: type[Step]
) -> None:
    told.say(end)
    with pytest.raises(errors.ProjectClosed):
        told.say(kind)


def test_a_closed_project_takes_what_is_owed_and_what_shows_it(
    told: Told,
) -> None:
    told.wishes("licht")
    told.say(course.CompleteProject)
    told.say(decisions.GiveFeedback, about=("licht",))
    told.say(commitments.RecordReflection)
    told.say(record.CorrectStep, step=2, changes={"title": "Lampen"})
    told.say(record.PublishSteps, steps=(5,))
    told.say(course.DeliverFinalReport)
    assert told.project.status is ProjectStatus.COMPLETED


def test_that_co_creation_does_not_fit_is_on_record_and_changes_nothing(told: Told) -> None:
    told.say(course.AssessSuitability, verdict="no-go")
    told.say(course.SetFramework)
    assert told.project.status is ProjectStatus.RUNNING


def test_a_mandate_is_laid_on_a_party_that_takes_part(told: Told) -> None:
    party = told.say(course.JoinParty)
    assert told.say(course.AssignMandate, party=party) == party


def test_a_mandate_is_not_laid_on_a_party_that_left(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.say(course.LeaveParty, party=party)
    with pytest.raises(errors.WrongStatus):
        told.say(course.AssignMandate, party=party)


def test_a_party_leaves_once(told: Told) -> None:
    party = told.say(course.JoinParty)
    told.say(course.LeaveParty, party=party)
    with pytest.raises(errors.WrongStatus):
        told.say(course.LeaveParty, party=party)


def test_a_party_that_left_comes_back_under_its_id(told: Told) -> None:
    told.say(course.JoinParty, party="buurt")
    told.say(course.LeaveParty, party="buurt")
    assert told.say(course.JoinParty, party="buurt") == "buurt"
    assert told.subject("buurt").present


def test_a_party_that_is_there_does_not_join_again(told: Told) -> None:
    told.say(course.JoinParty, party="buurt")
    with pytest.raises(errors.IdTaken):
        told.say(course.JoinParty, party="buurt")


def test_a_party_does_not_take_the_id_of_something_else(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.IdTaken):
        told.say(course.JoinParty, party="licht")


def test_a_session_names_each_party_once(told: Told) -> None:
    party = told.say(course.JoinParty)
    with pytest.raises(errors.RepeatedReference):
        told.say(course.HoldSession, parties=(party, party))


def test_a_final_report_is_a_subject_that_can_be_told_about(told: Told) -> None:
    report = told.say(course.DeliverFinalReport, body="council")
    assert report == "E2"
    assert told.subject(report).kind == "report"
    told.say(decisions.GiveFeedback, about=(report,))


def test_a_further_final_report_adds_to_the_first(told: Told) -> None:
    assert told.say(course.DeliverFinalReport, report="deel-1") == "deel-1"
    assert told.say(course.DeliverFinalReport, report="deel-2") == "deel-2"
    with pytest.raises(errors.IdTaken):
        told.say(course.DeliverFinalReport, report="deel-1")


def test_a_final_report_names_each_reader_once(told: Told) -> None:
    with pytest.raises(errors.RepeatedReference):
        told.say(course.DeliverFinalReport, to=("raad", "raad"))


@pytest.mark.parametrize("to", [[], [""]])
def test_a_final_report_goes_to_someone(to: list[str]) -> None:
    said = {"occurredOn": "2025-03-03", "title": "Eindverslag", "to": to}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, course.DeliverFinalReport)


def test_a_final_report_kept_inside_is_published_like_any_step(told: Told) -> None:
    report = told.say(course.DeliverFinalReport, visibility=INTERNAL)
    assert not told.subject(report).public
    told.say(course.CompleteProject)
    told.say(record.PublishSteps, steps=(2,))
    assert told.subject(report).public


def test_a_mandate_names_a_party(told: Told) -> None:
    told.wishes("licht")
    with pytest.raises(errors.UnknownReference):
        told.say(course.AssignMandate, party="licht")


def test_ids_are_made_of_a_letter_and_the_version(told: Told) -> None:
    assert told.say(course.HoldSession) == "S2"
    assert told.say(course.ReachMilestone) == "M3"


def test_a_made_up_id_steps_aside_for_one_that_was_given(told: Told) -> None:
    told.wishes("W3")
    assert told.say(wishes.ExpressWish) == "W3.2"
    assert told.say(wishes.ExpressWish) == "W4"


def test_steps_of_one_command_stand_or_fall_together(told: Told) -> None:
    before = replayed(told.events)
    with pytest.raises(errors.UnknownReference):
        told.project.take(
            [step(wishes.ExpressWish), step(wishes.SupportWish, wish="niets")], told.moment()
        )
    assert told.project.pending_events, "the caller has to drop this instance, as take() says"
    assert told.project != before


def test_a_command_refused_at_its_first_step_leaves_nothing_behind(told: Told) -> None:
    before = replayed(told.events)
    with pytest.raises(errors.UnknownReference):
        told.project.take([step(wishes.SupportWish, wish="niets")], told.moment())
    assert told.project == before


def test_steps_of_one_command_build_on_each_other(told: Told) -> None:
    ids = told.take(
        step(wishes.ExpressWish, wish="licht"),
        step(wishes.SupportWish, wish="licht", supporters=12),
        step(course.PauseProject),
    )
    assert ids == ["licht", "licht", None]


def test_an_internal_start_stays_internal() -> None:
    told = Told(visibility=INTERNAL)
    told.say(record.PublishSteps, steps=(1,))
    assert told.project.internal == {}
    assert told.last(course.ProjectStarted).occurred_on == DAY
