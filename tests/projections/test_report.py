"""The participation report: what it tells of each section, and how."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.domain.project.told import INTERNAL, Told, outcome
from tests.projections.filed import ENDS, TODAY, on, report_of, told_all

from cocreate.domain.steps import approvals, commitments, course, decisions, obstacles, wishes
from cocreate.domain.vocabulary import (
    DeviationGround,
    MandateRole,
    Outcome,
    PartyKind,
    ResidentsWord,
    Suitability,
)
from cocreate.projections.known import Audience
from cocreate.projections.report_parts import (
    Answered,
    Contribution,
    Difference,
    OwedKind,
)

WISHES = {"w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w12", "w3a", "w3b"}
"""Those of a project with every kind of step."""


def accounted(**start: Any) -> Told:
    """Tell a project of which someone gives account, so that nothing differs yet."""
    told = Told(**start)
    told.say(course.JoinParty, party="p1")
    told.say(course.AssignMandate, party="p1", role=MandateRole.GIVES_ACCOUNT)
    return told


def differences(told: Told) -> list[tuple[Difference, date | None, tuple[int, ...]]]:
    found = report_of(told).course.differences
    return [(each.difference, each.on, each.positions) for each in found]


def contribution(told: Told, wish: str) -> Contribution:
    [found] = [each for each in report_of(told).contributions if each.id == wish]
    return found


def owed(told: Told, duty: str, *, today: date = TODAY) -> OwedKind | None:
    found = [each for each in report_of(told, today=today).owed if each.duty == duty]
    return found[0] if found else None


# -- the procedure --------------------------------------------------------------------------------


def test_a_project_of_which_nothing_was_told_has_a_report_that_says_so() -> None:
    report = report_of(Told(), today=on(0))
    assert [each.difference for each in report.course.differences] == ["nobody-gave-account"]
    assert (report.contributions, report.decisions, report.owed) == ((), (), ())
    assert (report.unanswered, report.position, report.course.level) == (0, 1, None)
    assert (report.reach.reached, report.reach.attended, report.reach.parties) == ((), None, ())
    assert (report.evaluation.reports, report.evaluation.lessons) == ((), ())
    assert (report.completeness.steps, report.completeness.months) == (1, 1)
    assert report.completeness.silent_months == ()
    assert report.project.positions == (1,)


def test_a_procedure_as_it_is_to_be_shows_no_difference() -> None:
    told = accounted()
    told.say(course.AssessSuitability)
    told.say(course.SetFramework, on(1))
    told.say(course.HoldSession, on(1))
    told.wishes("w1", on=on(2))
    told.decide(outcome("w1", Outcome.ADOPTED), on=on(2))
    assert differences(told) == []


@pytest.mark.parametrize("happened", ["session", "decision"])
def test_it_is_a_difference_that_no_frames_were_set_once_there_was_something_to_frame(
    happened: str,
) -> None:
    told = accounted()
    told.wishes("w1")
    assert differences(told) == []
    told.say(course.HoldSession)
    if happened == "decision":
        told.decide(outcome("w1", Outcome.ADOPTED))
    assert differences(told) == [(Difference.NO_FRAMES, None, ())]


def test_it_is_a_difference_that_frames_came_after_the_first_session_by_the_days() -> None:
    told = accounted()
    told.say(course.SetFramework, on(5))
    told.say(course.HoldSession, on(6))
    assert differences(told) == []
    told.say(course.HoldSession, on(4))  # recorded late
    assert differences(told) == [(Difference.FRAMES_AFTER_FIRST_SESSION, on(5), (4, 6))]
    told.say(course.SetFramework, on(3))  # later still
    assert differences(told) == [(Difference.FRAMES_CHANGED, on(5), (4,))]


def test_every_change_of_the_frames_is_a_difference() -> None:
    told = accounted()
    for after in (1, 2, 3):
        told.say(course.SetFramework, on(after))
    assert differences(told) == [
        (Difference.FRAMES_CHANGED, on(2), (5,)),
        (Difference.FRAMES_CHANGED, on(3), (6,)),
    ]
    assert [each.set_on for each in report_of(told).course.frames] == [on(1), on(2), on(3)]


def test_it_is_a_difference_to_decide_without_a_session_or_before_the_first() -> None:
    told = accounted()
    told.say(course.SetFramework)
    told.wishes("w1")
    told.decide(outcome("w1", Outcome.ADOPTED), on=on(4))
    assert differences(told) == [(Difference.NO_SESSION, on(4), (6,))]
    told.say(course.HoldSession, on(5))
    assert differences(told) == [(Difference.DECISION_BEFORE_FIRST_SESSION, on(4), (6, 7))]
    told.say(course.HoldSession, on(4))
    assert differences(told) == []


def test_it_is_a_difference_to_go_on_where_the_last_judgement_was_that_it_does_not_fit() -> None:
    told = accounted()
    told.say(course.AssessSuitability, on(2), verdict=Suitability.NO_GO)
    assert differences(told) == [(Difference.NOT_SUITABLE, on(2), (4,))]
    told.say(course.AssessSuitability, on(1))  # earlier, if recorded later
    assert differences(told) == [(Difference.NOT_SUITABLE, on(2), (4,))]
    told.say(course.StopProject, on(3))
    assert differences(told) == []


def test_whoever_gave_account_once_did() -> None:
    told = Told()
    assert differences(told) == [(Difference.NOBODY_GAVE_ACCOUNT, None, ())]
    told.say(course.JoinParty, party="p1")
    told.say(course.AssignMandate, party="p1")
    assert differences(told) == [(Difference.NOBODY_GAVE_ACCOUNT, None, ())]
    told.say(course.AssignMandate, party="p1", role=MandateRole.GIVES_ACCOUNT)
    told.say(course.LeaveParty, on(9), party="p1")
    assert differences(told) == []
    mandates = report_of(told).course.mandates
    assert [(each.role, each.until, each.positions) for each in mandates] == [
        (MandateRole.DIRECTS, on(9), (3, 5)),
        (MandateRole.GIVES_ACCOUNT, on(9), (4, 5)),
    ]


def test_what_final_reports_say_of_the_plan_is_told_in_their_words() -> None:
    told = accounted()
    told.say(course.DeliverFinalReport, on(8), report="e1", differs_from_plan="Geen schouw.")
    told.say(course.DeliverFinalReport, on(9), report="e2", title="Naschrift")
    report = report_of(told)
    [difference] = report.course.differs_from_plan
    assert (difference.text, difference.report.id, difference.on) == ("Geen schouw.", "e1", on(8))
    assert difference.positions == (4,)
    assert [each.id for each in report.evaluation.reports] == ["e1", "e2"]


def test_the_end_of_a_project_is_told_with_its_reason() -> None:
    for end, status, reason in zip(
        ENDS, ("completed", "stopped"), ("De lampen branden.", "De tunnel verdwijnt."), strict=True
    ):
        told = told_all(end)
        project = report_of(told).project
        assert (project.status, project.reason, project.closed_on) == (status, reason, on(71))
        assert project.positions == (1, len(told.events))
        assert project.title == "Licht in de tunnel"  # as corrected


def test_who_was_reached_in_any_session_was_not_missed() -> None:
    told = Told()
    told.say(course.HoldSession, reached=("ouders",), missed=("jongeren", "ouderen"), attended=4)
    told.say(course.HoldSession, on(1), reached=("jongeren", "ouders"), missed=("ouderen",))
    told.say(course.HoldSession, on(2), missed=("winkeliers",), invited=50, attended=0)
    told.say(course.JoinParty, party="p1")
    told.say(course.JoinParty, party="p2")
    told.say(course.LeaveParty, on(3), party="p2")
    reach = report_of(told).reach
    assert (reach.reached, reach.missed) == (("ouders", "jongeren"), ("ouderen", "winkeliers"))
    assert (reach.invited, reach.attended, reach.sessions_without_numbers) == (50, 4, 1)
    [group] = reach.parties
    assert (group.kind, group.number, group.taking_part) == (PartyKind.RESIDENT, 2, 1)
    assert reach.positions == (2, 3, 4, 5, 6)


def test_numbers_that_no_session_tells_are_not_said_to_be_none() -> None:
    told = Told()
    told.say(course.HoldSession)
    reach = report_of(told).reach
    assert (reach.invited, reach.attended, reach.sessions_without_numbers) == (None, None, 1)
    told.say(course.HoldSession, invited=0)
    assert (report_of(told).reach.invited, report_of(told).reach.attended) == (0, None)


# -- what residents brought in --------------------------------------------------------------------


def answered(told: Told) -> tuple[Answered, date | None, int | None]:
    found = contribution(told, "w1")
    assert (found.days_without_answer is not None) == bool(report_of(told).unanswered)
    return found.answer, found.answered_on, found.days_without_answer


def test_a_wish_waits_until_it_is_decided_on() -> None:
    told = Told()
    told.wishes("w1", on=on(1))
    assert answered(told) == (Answered.NOT_ANSWERED, None, (TODAY - on(1)).days)
    told.decide(outcome("w1", Outcome.DEFERRED), on=on(2))
    assert answered(told) == (Answered.DEFERRED, None, (TODAY - on(1)).days)
    told.decide(outcome("w1", Outcome.REJECTED), on=on(5))
    assert answered(told) == (Answered.DECIDED, on(5), None)


def test_residents_who_were_told_have_an_answer_before_there_is_a_decision() -> None:
    told = Told()
    told.wishes("w1")
    told.say(decisions.GiveFeedback, on(3), feedback="f1", about=("w1",), reached=30)
    assert answered(told) == (Answered.TOLD, on(3), None)
    [message] = contribution(told, "w1").told
    assert (message.feedback, message.on, message.reached) == ("f1", on(3), 30)
    assert message.position == 3
    told.decide(outcome("w1", Outcome.DEFERRED), on=on(4))
    assert answered(told) == (Answered.DEFERRED, on(3), None)


def test_a_wish_that_was_realised_is_answered_by_that() -> None:
    told = Told()
    told.wishes("w1")
    told.say(wishes.RealiseWish, on(6), wish="w1")
    assert answered(told) == (Answered.REALISED, on(6), None)
    told.say(wishes.JudgeRealisation, on(7), wish="w1", word=ResidentsWord.DISPUTED)
    found = contribution(told, "w1")
    assert (found.realised_on, found.residents_word) == (on(6), ResidentsWord.DISPUTED)


def test_a_wish_that_was_withdrawn_needs_no_answer() -> None:
    told = Told()
    told.wishes("w1")
    told.say(wishes.WithdrawWish, on(1), wish="w1")
    assert answered(told) == (Answered.WITHDRAWN, None, None)


def test_a_wish_that_goes_on_in_others_waits_there() -> None:
    told = Told()
    told.wishes("w1", "w2")
    told.say(wishes.MergeWishes, on(1), wishes=("w1", "w2"), into="w12", title="Samen")
    parts = tuple(wishes.WishPart(wish=name, title=name) for name in ("a", "b"))
    told.say(wishes.SplitWish, on(2), wish="w12", into=parts)
    found = {each.id: each for each in report_of(told).contributions}
    assert list(found) == ["w1", "w2", "w12", "a", "b"]
    assert [each.number for each in found.values()] == [1, 2, 3, 4, 5]
    assert {name: [heir.id for heir in each.goes_on_in] for name, each in found.items()} == {
        "w1": ["w12"],
        "w2": ["w12"],
        "w12": ["a", "b"],
        "a": [],
        "b": [],
    }
    assert {name: [parent.id for parent in each.comes_from] for name, each in found.items()} == {
        "w1": [],
        "w2": [],
        "w12": ["w1", "w2"],
        "a": ["w12"],
        "b": ["w12"],
    }
    assert [mention.title for mention in found["w1"].goes_on_in] == ["Samen"]
    assert {name for name, each in found.items() if each.answer is Answered.GOES_ON} == {
        "w1",
        "w2",
        "w12",
    }
    assert report_of(told).unanswered == 2


def test_a_wish_tells_what_each_decision_did_with_it_and_through_what() -> None:
    told = Told()
    told.wishes("w1")
    told.say(wishes.SubmitProposal, proposal="v1", answers=("w1",), title="Lampen")
    told.say(wishes.SubmitProposal, proposal="v2", answers=("w1",), title="Verf")
    told.decide(
        outcome("v2", Outcome.REJECTED, deviation_id="d2"),
        outcome("v1", Outcome.ADOPTED, motivation="Het moet."),
        decision="b1",
        on=on(4),
    )
    told.decide(outcome("w1", Outcome.DEFERRED), decision="b0", on=on(2))
    found = contribution(told, "w1")
    assert [
        (each.decision.id, each.on, each.via and each.via.title, each.outcome, each.motivation)
        for each in found.decisions
    ] == [
        ("b0", on(2), None, "deferred", "De tunnel moet veilig zijn."),
        ("b1", on(4), "Verf", "rejected", "De tunnel moet veilig zijn."),
        ("b1", on(4), "Lampen", "adopted", "Het moet."),
    ]
    [ground] = found.grounds
    assert (ground.deviation, ground.ground, ground.on) == ("d2", DeviationGround.BUDGET, on(4))
    assert [each.id for each in found.proposals] == ["v1", "v2"]
    first, second = report_of(told).proposals
    assert (first.outcome, second.outcome) == (Outcome.ADOPTED, Outcome.REJECTED)
    assert [each.deviation for each in second.grounds] == ["d2"]


def test_wishes_are_numbered_by_the_day_on_which_they_came() -> None:
    told = Told()
    told.wishes("late", on=on(4))
    told.wishes("first", on=on(1))
    told.wishes("second", on=on(1))
    found = [(each.number, each.id) for each in report_of(told).contributions]
    assert found == [(1, "first"), (2, "second"), (3, "late")]


def test_proposals_tell_their_lineage_both_ways() -> None:
    found = {each.id: each for each in report_of(told_all()).proposals}
    lineage = {
        name: ([one.id for one in each.comes_from], [one.id for one in each.goes_on_in])
        for name, each in found.items()
    }
    assert lineage == {
        "v1": ([], ["v12"]),
        "v2": ([], ["v12"]),
        "v3": ([], []),
        "v12": (["v1", "v2"], ["v12a", "v12b"]),
        "v12a": (["v12"], []),
        "v12b": (["v12"], []),
    }
    assert [name for name, each in found.items() if each.revisions] == ["v1"]


def test_who_brought_a_wish_in_is_named_to_whoever_may_know() -> None:
    told = Told()
    told.say(course.JoinParty, party="p1", name="Sanne", visibility=INTERNAL)
    told.wishes("w1", by="p1", visibility=INTERNAL)
    told.wishes("w2")
    assert [each.by for each in report_of(told).contributions] == ["Sanne", None]
    [public] = report_of(told, Audience.PUBLIC).contributions
    assert (public.id, public.number, public.by) == ("w2", 1, None)


# -- deviations, approvals, obstacles, commitments ------------------------------------------------


def imported() -> Told:
    """Tell a project with a decision of which the source gives no motivation."""
    told = Told()
    told.wishes("w1")
    told.decide(
        outcome("w1", Outcome.REJECTED, deviation=None, deviation_id="d1"),
        decision="b1",
        on=on(1),
        motivation=None,
        source_states_no_motivation=True,
        importing=True,
    )
    return told


def test_a_deviation_tells_what_was_owed_and_what_was_given() -> None:
    told = imported()
    [before] = report_of(told).deviations
    assert (before.motivated, before.motivation, before.fed_back_on) == (False, None, None)
    assert (before.ground, before.status) == (DeviationGround.NOT_STATED, "recorded")
    assert [each.duty for each in report_of(told).owed] == ["feedback", "motivation"]
    told.say(decisions.MotivateDeviation, on(3), deviation="d1", alternatives=("verf",))
    told.say(decisions.ContestDeviation, on(4), deviation="d1")
    told.say(decisions.SettleDeviation, on(5), deviation="d1")
    told.say(decisions.ContestDeviation, on(6), deviation="d1")
    [contested] = report_of(told).deviations
    assert (contested.status, contested.contests, contested.contested_on) == ("contested", 2, on(4))
    assert (contested.settlement, contested.settled_on) == (None, None)
    told.say(decisions.SettleDeviation, on(7), deviation="d1")
    told.say(decisions.GiveFeedback, on(8), about=("b1",))
    report = report_of(told)
    [after] = report.deviations
    assert (after.motivated, after.motivation, after.motivated_on) == (
        True,
        "Het mag niet.",
        on(3),
    )
    assert (after.ground, after.alternatives) == (DeviationGround.LAW, ("verf",))
    assert (after.settlement, after.settled_on, after.fed_back_on) == ("agreed", on(7), on(8))
    assert ([each.id for each in after.subjects], after.decision and after.decision.id) == (
        ["w1"],
        "b1",
    )
    assert after.positions == (4, 5, 6, 7, 8, 9, 10)
    assert report.owed == ()


def test_a_decision_tells_how_it_was_motivated_and_announced() -> None:
    told = Told()
    told.wishes("w1", "w2")
    told.decide(
        outcome("w1", Outcome.ADOPTED),
        outcome("w2", Outcome.ADOPTED),
        decision="b1",
        open_to_objection=True,
    )
    [before] = report_of(told).decisions
    assert (before.motivated, before.announced_on, before.outcomes) == (True, None, {"adopted": 2})
    told.say(decisions.AnnounceDecision, on(2), decision="b1", published_on=on(2), sent_on=on(1))
    [after] = report_of(told).decisions
    assert (after.announced_on, after.published_on, after.sent_on) == (on(1), on(2), on(1))
    assert after.objection_until == on(1 + 42)
    assert not report_of(imported()).decisions[0].motivated


def test_an_approval_tells_how_long_it_took() -> None:
    told = Told()
    for approval in ("t1", "t2", "t3"):
        told.say(approvals.RequestApproval, approval=approval)
    told.say(approvals.GrantApproval, on(70), approval="t1", conditions=("geen wit licht",))
    told.say(approvals.WithdrawApproval, on(70), approval="t2")
    granted, withdrawn, pending = report_of(told).approvals
    due_on = granted.due_on
    assert due_on is not None
    late = (on(70) - due_on).days
    assert (granted.days_waited, granted.days_late, granted.decided_on) == (70, late, on(70))
    assert granted.conditions == ("geen wit licht",)
    assert (withdrawn.days_waited, withdrawn.days_late, withdrawn.decided_on) == (70, 0, None)
    assert withdrawn.withdrawn_on == on(70)
    assert (pending.days_waited, pending.days_late) == (
        (TODAY - on(0)).days,
        (TODAY - due_on).days,
    )


def test_an_obstacle_tells_what_was_tried_and_what_helped() -> None:
    told = Told()
    told.say(obstacles.RaiseObstacle, obstacle="h1")
    told.say(obstacles.TryIntervention, on(1), intervention="i1", obstacles=("h1",))
    told.say(obstacles.TryIntervention, on(2), intervention="i2", obstacles=("h1",))
    told.say(obstacles.JudgeIntervention, on(3), intervention="i1")
    [standing] = report_of(told).obstacles
    assert (standing.closed_on, standing.days) == (None, (TODAY - on(0)).days)
    told.say(obstacles.ResolveObstacle, on(9), obstacle="h1", interventions=("i2",))
    [found] = report_of(told).obstacles
    assert [(each.id, each.outcome, each.resolved_it) for each in found.tried] == [
        ("i1", "helped", False),
        ("i2", None, True),
    ]
    assert (found.closed_on, found.days) == (on(9), 9)


def test_a_commitment_tells_whether_it_was_kept_in_time() -> None:
    told = Told()
    for commitment in ("c1", "c2", "c3"):
        told.say(commitments.MakeCommitment, commitment=commitment, due_on=on(10))
    told.say(commitments.ChangeCommitment, on(1), commitment="c1", due_on=on(20))
    told.say(commitments.FulfilCommitment, on(25), commitment="c1")
    told.say(commitments.BreakCommitment, on(25), commitment="c2")
    kept, broken, running = report_of(told).commitments
    assert (kept.first_due_on, kept.due_on, kept.changes) == (on(10), on(20), 1)
    assert (kept.ended_on, kept.days_late) == (on(25), 5)
    assert (broken.status, broken.days_late) == ("broken", 0)
    assert (running.ended_on, running.days_late) == (None, (TODAY - on(10)).days)


# -- what is owed, and how complete it is ---------------------------------------------------------


def test_the_longest_owed_comes_first_and_nothing_is_owed_before_its_day_is_over() -> None:
    told = Told()
    for commitment, due in (("c1", 30), ("c2", 10), ("c3", 20), ("c4", 10)):
        told.say(commitments.MakeCommitment, commitment=commitment, due_on=on(due))
    told.say(commitments.MakeCommitment, on(5), commitment="c5")
    assert owed(told, "fulfilment", today=on(10)) is None
    late = owed(told, "fulfilment", today=on(21))
    assert late is not None
    assert [(each.subject.id, each.days_late) for each in late.items] == [
        ("c2", 11),
        ("c4", 11),
        ("c3", 1),
    ]
    assert (late.number, late.longest) == (3, 11)
    undated = owed(told, "date", today=on(21))
    assert undated is not None
    assert [(each.subject.id, each.since, each.days_late) for each in undated.items] == [
        ("c5", on(5), 16)
    ]
    assert [each.duty for each in report_of(told, today=on(21)).owed] == ["date", "fulfilment"]


def test_months_without_a_step_are_named() -> None:
    told = Told()  # in March
    told.say(course.ReachMilestone, date(2025, 5, 2))
    completeness = report_of(told, today=date(2025, 8, 20)).completeness
    assert (completeness.months, completeness.silent_months) == (
        6,
        ("2025-04", "2025-06", "2025-07"),
    )
    told.say(course.CompleteProject, date(2025, 5, 9))
    completeness = report_of(told, today=date(2025, 8, 20)).completeness
    assert (completeness.months, completeness.silent_months) == (3, ("2025-04",))


def test_what_the_record_lacks_is_counted() -> None:
    told = imported()
    told.say(course.JoinParty, party="p1")
    told.wishes("w2", by="p1")
    told.wishes("w3", source="decidim 3")
    told.wishes("w4", by="p1", source="decidim 4")
    told.say(wishes.MergeWishes, wishes=("w2", "w3"), into="w23")
    told.say(commitments.MakeCommitment, commitment="c1")
    told.say(commitments.MakeCommitment, commitment="c2", due_on=on(9))
    found = report_of(told).completeness
    assert (found.wishes, found.wishes_without_author, found.wishes_without_source) == (5, 2, 2)
    assert found.wishes_without_author_or_source == 1
    assert [each.id for each in found.decisions_without_motivation] == ["b1"]
    assert [each.id for each in found.undated_commitments] == ["c1"]
    assert (found.steps, found.steps_with_source, found.internal_steps) == (11, 2, 1)
    assert (found.last_position, found.last_step_on) == (11, on(1))


# -- the whole ------------------------------------------------------------------------------------


def test_a_project_with_every_kind_of_step_tells_of_each_subject_once() -> None:
    report = report_of(told_all())
    assert sorted(each.id for each in report.contributions) == sorted(WISHES)
    assert [each.id for each in report.decisions] == ["b1", "b2", "b3"]
    assert [each.id for each in report.deviations] == ["d1", "d2", "d3"]
    assert [each.id for each in report.approvals] == ["t1", "t2", "t3", "t4", "t5"]
    assert [each.id for each in report.obstacles] == ["h1", "h2"]
    assert [each.id for each in report.commitments] == ["c1", "c2", "c3"]
    assert [each.id for each in report.evaluation.lessons] == ["r1"]
    assert {each.answer for each in report.contributions} == set(Answered)
    assert {each.duty for each in report.owed} == {
        "answer",
        "date",
        "decision",
        "feedback",
        "realisation",
    }


def test_the_report_as_known_earlier_knows_nothing_of_what_came_later() -> None:
    told = Told()
    told.wishes("w1", "w2")
    told.decide(outcome("w1", Outcome.REJECTED))
    told.say(decisions.GiveFeedback, on(1), about=("w1",))
    early = report_of(told, position=3)
    assert early.position == 3
    assert [each.answer for each in early.contributions] == [Answered.NOT_ANSWERED] * 2
    assert (early.unanswered, early.decisions, early.deviations) == (2, (), ())
    assert [each.id for each in report_of(told, position=2).contributions] == ["w1"]
