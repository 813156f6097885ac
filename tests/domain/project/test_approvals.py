from datetime import date
from typing import Any, cast

import pytest
from tests.domain.project.told import DAY, Told

from cocreate.domain import errors
from cocreate.domain.calendar import PUBLISHED_DECREE_DAYS, Calendar
from cocreate.domain.moment import Rules
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import approvals, course, record
from cocreate.domain.steps.base import Step

DUE = date(2025, 4, 28)  # eight weeks after Monday 3 March 2025
EXTENDED = date(2025, 6, 10)  # six weeks on it is Whit Monday, 9 June


@pytest.fixture
def asked(told: Told) -> Told:
    """A permit, requested on 3 March 2025 under the regular procedure."""
    told.say(approvals.RequestApproval, approval="vergunning")
    return told


def about(told: Told, kind: type[Step], on: date = DAY, **fields: Any) -> None:
    told.say(kind, on, approval="vergunning", **fields)


def due(told: Told) -> date | None:
    return cast("approvals.ApprovalExtended", told.events[-1]).due_on


# -- the request


def test_the_term_that_held_stays_with_the_request(asked: Told) -> None:
    requested = asked.last(approvals.ApprovalRequested)
    assert requested.due_on == DUE
    assert requested.term is not None
    assert requested.term.ground == "Omgevingswet 16.64"


def test_without_a_statutory_term_the_stated_day_is_the_due_day(told: Told) -> None:
    stated = date(2025, 5, 1)
    told.say(approvals.RequestApproval, procedure=Procedure.NONE, stated_due_on=stated)
    requested = told.last(approvals.ApprovalRequested)
    assert (requested.term, requested.due_on) == (None, stated)


def test_no_law_held_before_it_came(told: Told) -> None:
    told.say(approvals.RequestApproval, date(2023, 12, 31))
    assert told.last(approvals.ApprovalRequested).term is None


def test_an_answer_is_not_expected_before_the_request(told: Told) -> None:
    with pytest.raises(errors.DatesOutOfOrder):
        told.say(approvals.RequestApproval, stated_due_on=date(2025, 3, 2))


def test_an_answer_is_not_expected_in_another_century(told: Told) -> None:
    with pytest.raises(errors.DateTooFar):
        told.say(approvals.RequestApproval, stated_due_on=date.max)


def test_a_request_names_what_it_is_needed_for(told: Told) -> None:
    milestone = told.say(course.ReachMilestone)
    with pytest.raises(errors.RepeatedReference):
        told.say(approvals.RequestApproval, needed_for=(milestone, milestone))


# -- standing still


def test_a_suspension_leaves_the_due_day_open_until_the_clock_runs_again(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10))
    assert (asked.status("vergunning"), due(asked)) == ("suspended", None)
    about(asked, approvals.ResumeApproval, date(2025, 3, 18))
    assert (asked.status("vergunning"), due(asked)) == ("pending", date(2025, 5, 6))


def test_a_suspension_until_a_known_day_ends_by_itself(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    assert (asked.status("vergunning"), due(asked)) == ("pending", date(2025, 5, 6))


def test_a_suspension_until_a_known_day_may_be_cut_short(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    about(asked, approvals.ResumeApproval, date(2025, 3, 14))
    assert due(asked) == date(2025, 5, 1)


@pytest.mark.parametrize("on", [date(2025, 3, 18), date(2025, 3, 12)])
def test_a_clock_that_runs_again_is_not_set_running_once_more(asked: Told, on: date) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10))
    about(asked, approvals.ResumeApproval, date(2025, 3, 14))
    with pytest.raises(errors.WrongStatus):
        about(asked, approvals.ResumeApproval, on)


def test_a_suspension_that_ended_by_itself_is_not_ended_again(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    with pytest.raises(errors.WrongStatus):
        about(asked, approvals.ResumeApproval, date(2025, 3, 18))


def test_a_clock_that_never_stood_still_is_not_set_running(asked: Told) -> None:
    with pytest.raises(errors.WrongStatus):
        about(asked, approvals.ResumeApproval)


def test_a_clock_that_stands_still_does_not_stop(asked: Told) -> None:
    about(asked, approvals.SuspendApproval)
    with pytest.raises(errors.WrongStatus):
        about(asked, approvals.SuspendApproval)


@pytest.mark.parametrize(
    ("on", "until"), [(date(2025, 3, 2), None), (date(2025, 3, 10), date(2025, 3, 9))]
)
def test_a_suspension_follows_the_request_and_its_end_the_suspension(
    asked: Told, on: date, until: date | None
) -> None:
    with pytest.raises(errors.DatesOutOfOrder):
        about(asked, approvals.SuspendApproval, on, until=until)


def test_the_clock_runs_again_after_it_stopped(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10))
    with pytest.raises(errors.DatesOutOfOrder):
        about(asked, approvals.ResumeApproval, date(2025, 3, 9))


def test_a_suspension_does_not_last_a_century(asked: Told) -> None:
    with pytest.raises(errors.DateTooFar):
        about(asked, approvals.SuspendApproval, until=date.max)


# -- more time


def test_the_law_gives_six_weeks_more_once(asked: Told) -> None:
    about(asked, approvals.ExtendApproval, date(2025, 4, 1))
    assert due(asked) == EXTENDED
    with pytest.raises(errors.NotExtendable):
        about(asked, approvals.ExtendApproval, date(2025, 4, 2))


def test_an_applicant_may_agree_to_more(asked: Told) -> None:
    about(asked, approvals.ExtendApproval, by_consent=True, until=date(2025, 7, 1))
    assert due(asked) == date(2025, 7, 1)
    with pytest.raises(errors.NotExtendable):
        about(asked, approvals.ExtendApproval, by_consent=True, until=date(2025, 8, 1))


def test_an_extension_after_the_term_is_too_late(asked: Told) -> None:
    with pytest.raises(errors.ExtensionTooLate):
        about(asked, approvals.ExtendApproval, date(2025, 4, 29))


def test_what_has_no_term_is_not_extended(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="vergunning", procedure=Procedure.NONE)
    with pytest.raises(errors.NoTerm):
        about(told, approvals.ExtendApproval)


def test_a_statutory_extension_names_no_day(asked: Told) -> None:
    with pytest.raises(errors.ConsentNeedsDate):
        about(asked, approvals.ExtendApproval, until=date(2025, 5, 1))


def test_consent_names_a_day(asked: Told) -> None:
    with pytest.raises(errors.ConsentNeedsDate):
        about(asked, approvals.ExtendApproval, by_consent=True)


def test_where_the_law_leaves_the_length_open_the_authority_names_a_day(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="vergunning", procedure=Procedure.AWB_REASONABLE)
    with pytest.raises(errors.ConsentNeedsDate):
        about(told, approvals.ExtendApproval)
    about(told, approvals.ExtendApproval, until=date(2025, 6, 2))
    assert due(told) == date(2025, 6, 2)


def test_a_long_procedure_is_extended_within_eight_weeks(told: Told) -> None:
    told.say(
        approvals.RequestApproval, approval="vergunning", procedure=Procedure.PUBLIC_PREPARATION
    )
    with pytest.raises(errors.ExtensionTooLate) as refused:
        about(told, approvals.ExtendApproval, date(2025, 5, 1), until=date(2025, 12, 1))
    assert refused.value.detail("en").startswith("On 2025-05-01")


def test_an_extension_reaches_forward(asked: Told) -> None:
    with pytest.raises(errors.DatesOutOfOrder):
        about(asked, approvals.ExtendApproval, by_consent=True, until=date(2025, 3, 1))
    with pytest.raises(errors.DatesOutOfOrder):
        about(asked, approvals.ExtendApproval, date(2025, 3, 1))


# -- the answer


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (approvals.GrantApproval, "granted"),
        (approvals.RefuseApproval, "refused"),
        (approvals.WithdrawApproval, "withdrawn"),
    ],
)
def test_an_answer_ends_the_clock(asked: Told, kind: type[Step], status: str) -> None:
    about(asked, kind, date(2025, 4, 1))
    assert asked.status("vergunning") == status
    assert asked.subject("vergunning").clock.decided_on == date(2025, 4, 1)


@pytest.mark.parametrize(
    "kind",
    [
        approvals.SuspendApproval,
        approvals.ResumeApproval,
        approvals.ExtendApproval,
        approvals.GrantApproval,
        approvals.RefuseApproval,
        approvals.WithdrawApproval,
        approvals.GiveNoticeOfDefault,
        approvals.RecalculateTerm,
    ],
)
def test_after_the_answer_nothing_happens_to_a_request(asked: Told, kind: type[Step]) -> None:
    about(asked, approvals.GrantApproval)
    with pytest.raises(errors.WrongStatus):
        about(asked, kind)


def test_an_answer_follows_the_request(asked: Told) -> None:
    with pytest.raises(errors.DatesOutOfOrder):
        about(asked, approvals.GrantApproval, date(2025, 3, 2))


def test_an_answer_may_come_while_the_clock_stands_still(asked: Told) -> None:
    about(asked, approvals.SuspendApproval)
    about(asked, approvals.GrantApproval, date(2025, 3, 20))
    assert asked.status("vergunning") == "granted"


def test_only_an_import_leaves_the_answer_out(asked: Told) -> None:
    with pytest.raises(errors.OutcomeNotStated):
        about(asked, approvals.ConcludeApproval)
    about(asked, approvals.ConcludeApproval, importing=True)
    assert asked.status("vergunning") == "concluded"


# -- too late


def test_notice_of_default_costs_money_after_fourteen_days(asked: Told) -> None:
    about(asked, approvals.GiveNoticeOfDefault, date(2025, 4, 29))
    assert asked.last(approvals.NoticeOfDefaultGiven).penalty_from == date(2025, 5, 14)


@pytest.mark.parametrize("stands_still", [True, False])
def test_notice_of_default_waits_for_the_end_of_the_term(asked: Told, stands_still: bool) -> None:
    if stands_still:
        about(asked, approvals.SuspendApproval)
    with pytest.raises(errors.NoticeTooEarly) as refused:
        about(asked, approvals.GiveNoticeOfDefault, DUE)
    assert "None" not in refused.value.detail("nl")


def test_what_has_no_term_is_never_in_default(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="vergunning", procedure=Procedure.NONE)
    with pytest.raises(errors.NoTerm):
        about(told, approvals.GiveNoticeOfDefault)


def test_the_first_notice_of_default_counts(asked: Told) -> None:
    about(asked, approvals.GiveNoticeOfDefault, date(2025, 4, 29))
    with pytest.raises(errors.WrongStatus):
        about(asked, approvals.GiveNoticeOfDefault, date(2025, 5, 9))


def test_a_notice_that_turned_out_premature_is_given_again(asked: Told) -> None:
    about(asked, approvals.GiveNoticeOfDefault, date(2025, 4, 29))
    asked.say(record.CorrectStep, step=2, changes={"occurredOn": "2025-03-10"})
    about(asked, approvals.GiveNoticeOfDefault, date(2025, 5, 7))
    assert asked.last(approvals.NoticeOfDefaultGiven).penalty_from == date(2025, 5, 22)


def test_a_late_answer_to_a_woo_request_costs_nothing(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="vergunning", procedure=Procedure.WOO_REQUEST)
    about(told, approvals.GiveNoticeOfDefault, date(2025, 4, 29))
    assert told.last(approvals.NoticeOfDefaultGiven).penalty_from is None


# -- days off decreed later


def test_a_day_off_decreed_later_moves_the_end_when_the_term_is_worked_out_again(
    asked: Told,
) -> None:
    decreed = {**PUBLISHED_DECREE_DAYS, DUE: "Stcrt. 2025, 1"}
    asked.rules = Rules(calendar=Calendar(decreed))
    about(asked, approvals.RecalculateTerm)
    assert asked.last(approvals.TermRecalculated).due_on == date(2025, 4, 29)


def test_what_has_no_term_is_not_worked_out_again(told: Told) -> None:
    told.say(approvals.RequestApproval, approval="vergunning", procedure=Procedure.NONE)
    with pytest.raises(errors.NoTerm):
        about(told, approvals.RecalculateTerm)


# -- corrected days reach the clock


def corrected(told: Told, version: int, **changes: object) -> date | None:
    told.say(record.CorrectStep, step=version, changes=changes)
    return told.last(approvals.TermRecalculated).due_on


def test_a_corrected_request_moves_the_term(asked: Told) -> None:
    assert corrected(asked, 2, occurredOn="2025-03-04") == date(2025, 4, 29)


def test_a_corrected_suspension_moves_the_term(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    assert corrected(asked, 3, until="2025-03-20") == date(2025, 5, 7)
    assert corrected(asked, 3, occurredOn="2025-03-11") == date(2025, 5, 6)


def test_a_corrected_resumption_moves_the_term(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10))
    about(asked, approvals.ResumeApproval, date(2025, 3, 18))
    assert corrected(asked, 4, occurredOn="2025-03-20") == date(2025, 5, 7)


def test_a_corrected_consent_moves_the_term(asked: Told) -> None:
    about(asked, approvals.ExtendApproval, by_consent=True, until=date(2025, 7, 1))
    assert corrected(asked, 3, until="2025-07-02") == date(2025, 7, 2)


def test_an_extension_that_turns_out_late_does_not_count(asked: Told) -> None:
    about(asked, approvals.ExtendApproval, date(2025, 4, 1))
    assert corrected(asked, 3, occurredOn="2025-04-29") == DUE


def test_a_corrected_day_reaches_an_answer_that_was_given(asked: Told) -> None:
    about(asked, approvals.GrantApproval, date(2025, 4, 1))
    asked.say(record.CorrectStep, step=3, changes={"occurredOn": "2025-04-02"})
    assert asked.subject("vergunning").clock.decided_on == date(2025, 4, 2)
    assert isinstance(asked.events[-1], record.StepCorrected)


def test_a_corrected_stated_day_is_the_due_day(told: Told) -> None:
    told.say(approvals.RequestApproval, procedure=Procedure.NONE, stated_due_on=date(2025, 5, 1))
    assert corrected(told, 2, statedDueOn="2025-05-02") == date(2025, 5, 2)
    assert corrected(told, 2, statedDueOn=None) is None


def test_a_corrected_title_leaves_the_term_alone(asked: Told) -> None:
    asked.say(record.CorrectStep, step=2, changes={"title": "Vergunning"})
    assert isinstance(asked.events[-1], record.StepCorrected)


@pytest.mark.parametrize(
    "changes", [{"occurredOn": "2025-03-20"}, {"until": "2025-03-01"}, {"until": None}]
)
def test_a_suspension_does_not_end_before_it_starts_by_a_correction(
    asked: Told, changes: dict[str, object]
) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    with pytest.raises(errors.CorrectionInvalid):
        asked.say(record.CorrectStep, step=3, changes=changes)


def test_a_correction_does_not_end_a_suspension(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10))
    with pytest.raises(errors.NotCorrectable):
        asked.say(record.CorrectStep, step=3, changes={"until": "2025-03-18"})


def test_a_correction_does_not_undo_that_a_suspension_was_cut_short(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    about(asked, approvals.ResumeApproval, date(2025, 3, 14))
    with pytest.raises(errors.NotCorrectable):
        asked.say(record.CorrectStep, step=3, changes={"until": "2025-03-19"})


def test_a_correction_gives_a_statutory_extension_no_day(asked: Told) -> None:
    about(asked, approvals.ExtendApproval)
    with pytest.raises(errors.NotCorrectable):
        asked.say(record.CorrectStep, step=3, changes={"until": "2025-07-01"})


def test_a_corrected_clock_does_not_run_backwards(asked: Told) -> None:
    about(asked, approvals.SuspendApproval, date(2025, 3, 10), until=date(2025, 3, 18))
    for step, day in ((2, "2025-03-11"), (3, "2025-03-01")):
        with pytest.raises(errors.DatesOutOfOrder):
            asked.say(record.CorrectStep, step=step, changes={"occurredOn": day})


def test_a_closed_project_still_sets_its_terms_right(asked: Told) -> None:
    asked.say(course.CompleteProject)
    assert corrected(asked, 2, occurredOn="2025-03-04") == date(2025, 4, 29)
