"""The norm check: each verdict, and the same verdict from the database and from the fold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.projections.filed import RECORDED_AT
from tests.projections.world import DAY, SENDER, TODAY, World, day, random_history

from cocreate.domain.municipality import AdoptNorms, NormThreshold
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import approvals, commitments, course, decisions, wishes
from cocreate.domain.vocabulary import (
    ApprovalKind,
    Body,
    Degree,
    DeviationGround,
    FeedbackChannel,
    MandateRole,
    Norm,
    Outcome,
    ParticipationLevel,
    PartyKind,
    Position,
    Sector,
    Suitability,
    Verdict,
    Visibility,
    WorkForm,
)
from cocreate.projections.known import Audience
from cocreate.projections.norm_check import NormCheck, check_project
from cocreate.projections.report import participation_report
from cocreate.projections.report_parts import Answered
from cocreate.projections.resource import NoFilter

PUBLIC = Visibility.PUBLIC


async def checked(
    world: World,
    code: str,
    project: UUID,
    audience: Audience = Audience.INTERNAL,
    *,
    today: date = TODAY,
    position: int | None = None,
) -> NormCheck:
    file = await world.file(code, project, audience, today=today, position=position)
    return check_project(file, NoFilter(), {})


def verdicts(check: NormCheck) -> dict[Norm, Verdict]:
    return {norm.norm: norm.verdict for norm in check.norms}


async def adopt(world: World, code: str, *thresholds: NormThreshold, valid_from: date) -> None:
    municipality = await world.live.municipality(code)
    step = AdoptNorms(
        occurred_on=DAY,
        version=f"v{valid_from}",
        title="Normen",
        valid_from=valid_from,
        thresholds=thresholds,
    )
    municipality.adopt_norms(step, await world.live.moment(code))
    await world.live.record_municipality(code, municipality, SENDER)


async def test_a_project_that_has_just_begun_has_met_and_missed_next_to_nothing(
    world: World,
) -> None:
    code, project = await world.project()
    found = verdicts(await checked(world, code, project, today=DAY))
    assert found == {
        Norm.SUITABILITY_ASSESSED: Verdict.NOT_YET,
        Norm.FRAMES_BEFORE_SESSIONS: Verdict.NOT_YET,
        Norm.LEVEL_SET: Verdict.NOT_YET,
        Norm.MANDATE_CLEAR: Verdict.NOT_YET,
        Norm.RESIDENTS_BEFORE_DECISION: Verdict.NOT_YET,
        Norm.CONTRIBUTIONS_ANSWERED: Verdict.NOT_APPLICABLE,
        Norm.DEVIATIONS_GROUNDED: Verdict.NOT_APPLICABLE,
        Norm.DEVIATIONS_MOTIVATED: Verdict.NOT_APPLICABLE,
        Norm.DEVIATIONS_FED_BACK: Verdict.NOT_APPLICABLE,
        Norm.DECISIONS_ANNOUNCED: Verdict.NOT_APPLICABLE,
        Norm.STATUTORY_TERMS_KEPT: Verdict.NOT_APPLICABLE,
        Norm.COMMITMENTS_KEPT: Verdict.NOT_APPLICABLE,
        Norm.FINAL_REPORT_DELIVERED: Verdict.NOT_YET,
        Norm.REFLECTION_HELD: Verdict.NOT_YET,
    }


async def told_well(world: World, code: str, project: UUID) -> None:
    """Tell a project in which everything is done as it should be."""
    for party, role in (("lead", MandateRole.DIRECTS), ("wethouder", MandateRole.GIVES_ACCOUNT)):
        await world.take(
            code,
            project,
            course.JoinParty(
                occurred_on=DAY,
                party=party,
                kind=PartyKind.DEPARTMENT,
                position=Position.INTERNAL,
                name=party,
                carries=True,
                visibility=PUBLIC,
            ),
            course.AssignMandate(occurred_on=DAY, role=role, party=party, body=Body.COLLEGE),
        )
    await world.take(
        code,
        project,
        course.AssessSuitability(
            occurred_on=DAY,
            verdict=Suitability.GO,
            political_sensitivity=Degree.LOW,
            rule_pressure=Degree.LOW,
            body=Body.COLLEGE,
            motivation="Het past.",
        ),
        course.SetFramework(
            occurred_on=day(1),
            level=ParticipationLevel.ADVISE,
            open=("kleur",),
            body=Body.COUNCIL,
            before="ontwerp",
        ),
        course.HoldSession(
            occurred_on=day(10), work_form=WorkForm.WORKSHOP, title="Avond", attended=20
        ),
        wishes.ExpressWish(occurred_on=day(10), wish="w1", title="Licht"),
    )
    await world.take(
        code,
        project,
        decisions.RecordDecision(
            occurred_on=day(40),
            decision="b1",
            body=Body.COUNCIL,
            title="Besluit",
            motivation="Geld.",
            published_on=day(41),
            open_to_objection=True,
            outcomes=(
                decisions.SubjectOutcome(
                    subject="w1",
                    outcome=Outcome.REJECTED,
                    deviation=decisions.Grounds(
                        ground=DeviationGround.BUDGET, motivation="Er is geen geld."
                    ),
                    deviation_id="d1",
                ),
            ),
        ),
        decisions.GiveFeedback(
            occurred_on=day(50), about=("b1",), channel=FeedbackChannel.LETTER, text="Brief"
        ),
        commitments.MakeCommitment(
            occurred_on=day(50), commitment="t1", title="Terug", by="a", to="b", due_on=day(60)
        ),
        approvals.RequestApproval(
            occurred_on=day(50),
            approval="a1",
            kind=ApprovalKind.PERMIT,
            title="Vergunning",
            authority="Dienst",
            procedure=Procedure.OMGEVINGSWET_REGULAR,
        ),
    )
    await world.take(
        code,
        project,
        commitments.FulfilCommitment(occurred_on=day(60), commitment="t1"),
        approvals.GrantApproval(occurred_on=day(80), approval="a1"),
        course.CompleteProject(occurred_on=day(90), result="Klaar"),
    )
    await world.take(
        code,
        project,
        course.DeliverFinalReport(occurred_on=day(100), title="Verslag", to=("raad",)),
        commitments.RecordReflection(
            occurred_on=day(100), title="Les", text="Les", visibility=PUBLIC
        ),
    )


async def test_a_project_that_did_all_meets_all(world: World) -> None:
    code, project = await world.project()
    await told_well(world, code, project)
    check = await checked(world, code, project)
    assert set(verdicts(check).values()) == {Verdict.MET}
    assert (check.met, check.not_met, check.not_yet, check.not_applicable) == (14, 0, 0, 0)
    positions = {position for norm in check.norms for position in norm.positions}
    assert positions <= set(range(2, check.position + 1))


async def test_each_verdict_leads_to_the_events_that_show_it(world: World) -> None:
    code, project = await world.project()
    await told_well(world, code, project)
    check = await checked(world, code, project)
    types = {event.position: event.type for event in await world.reader.log(code)}
    shown = {norm.norm: [types[each] for each in norm.positions] for norm in check.norms}
    assert shown[Norm.FRAMES_BEFORE_SESSIONS] == ["FrameworkSet", "SessionHeld"]
    assert shown[Norm.CONTRIBUTIONS_ANSWERED] == ["WishExpressed", "DecisionRecorded"]
    assert shown[Norm.DEVIATIONS_FED_BACK] == ["DeviationRecorded", "FeedbackGiven"]
    assert shown[Norm.STATUTORY_TERMS_KEPT] == ["ApprovalRequested", "ApprovalGranted"]
    assert shown[Norm.FINAL_REPORT_DELIVERED] == ["ProjectCompleted", "FinalReportDelivered"]


async def test_residents_who_come_in_after_the_decision_come_too_late(world: World) -> None:
    code, project = await world.project()
    await world.take(
        code, project, wishes.SubmitProposal(occurred_on=day(5), proposal="p", title="P")
    )
    await world.take(
        code,
        project,
        decisions.RecordDecision(
            occurred_on=day(5),
            body=Body.COUNCIL,
            title="Besluit",
            motivation="Ja.",
            outcomes=(decisions.SubjectOutcome(subject="p", outcome=Outcome.ADOPTED),),
        ),
    )
    found = verdicts(await checked(world, code, project))
    assert found[Norm.RESIDENTS_BEFORE_DECISION] is Verdict.NOT_MET
    assert found[Norm.LEVEL_SET] is Verdict.NOT_MET


async def test_a_wish_without_answer_is_not_met_once_the_project_is_closed(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, wishes.ExpressWish(occurred_on=day(5), wish="w", title="W"))
    before = verdicts(await checked(world, code, project))
    await world.take(code, project, course.StopProject(occurred_on=day(9), reason="Op."))
    after = verdicts(await checked(world, code, project))
    norm = Norm.CONTRIBUTIONS_ANSWERED
    assert (before[norm], after[norm]) == (Verdict.NOT_YET, Verdict.NOT_MET)


async def test_a_threshold_holds_for_what_arose_while_its_pack_was_in_force(world: World) -> None:
    code, project = await world.project()
    await adopt(
        world,
        code,
        NormThreshold(norm=Norm.CONTRIBUTIONS_ANSWERED, days=30),
        valid_from=day(10),
    )
    await adopt(world, code, valid_from=day(20))
    for number, on in enumerate((9, 10, 19, 20)):
        await world.take(
            code, project, wishes.ExpressWish(occurred_on=day(on), wish=f"w{number}", title="W")
        )
    check = await checked(world, code, project, today=day(49))
    [norm] = [each for each in check.norms if each.norm is Norm.CONTRIBUTIONS_ANSWERED]
    due = {each.subject: (each.verdict, each.due_on) for each in norm.checks}
    assert due == {
        "w0": (Verdict.NOT_YET, None),
        "w1": (Verdict.NOT_MET, day(40)),
        "w2": (Verdict.NOT_YET, day(49)),
        "w3": (Verdict.NOT_YET, None),
    }
    assert check.pack == f"v{day(20)}"


async def test_what_the_record_lacks_is_said(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, wishes.ExpressWish(occurred_on=day(5), wish="w", title="W"))
    await world.take(
        code,
        project,
        commitments.MakeCommitment(occurred_on=day(150), title="Ooit", by="a", to="b"),
    )
    said = (await checked(world, code, project)).completeness
    assert (said.wishes, said.wishes_without_author, said.wishes_without_source) == (1, 1, 1)
    assert said.undated_commitments == 1
    # February to May of the first year, and from July on until the month that is not over.
    assert (said.silent_months, said.longest_silence) == (15, 11)
    totals = (await world.dashboard("norm-totals", code))["completeness"]
    assert totals["undatedCommitments"] == totals["wishesWithoutSource"] == 1
    assert totals["projectsSilentForMonths"] == 1


async def test_frames_that_are_recorded_late_count_from_the_day_they_were_set(
    world: World,
) -> None:
    code, project = await world.project()
    for on in (20, 1):
        await world.take(
            code,
            project,
            course.SetFramework(
                occurred_on=day(on),
                level=ParticipationLevel.ADVISE,
                body=Body.COUNCIL,
                before="ontwerp",
            ),
            course.AssessSuitability(
                occurred_on=day(on),
                verdict=Suitability.GO,
                political_sensitivity=Degree.LOW,
                rule_pressure=Degree.LOW,
                body=Body.COLLEGE,
                motivation="Het past.",
            ),
        )
    session = course.HoldSession(occurred_on=day(10), work_form=WorkForm.WORKSHOP, title="Avond")
    await world.take(code, project, session)
    found = verdicts(await checked(world, code, project))
    assert found[Norm.FRAMES_BEFORE_SESSIONS] is Verdict.MET
    assert found[Norm.SUITABILITY_ASSESSED] is Verdict.MET


async def test_a_wish_that_was_realised_needs_no_other_answer(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, wishes.ExpressWish(occurred_on=day(5), wish="w", title="W"))
    await world.take(code, project, wishes.RealiseWish(occurred_on=day(8), wish="w", text="Klaar."))
    found = verdicts(await checked(world, code, project))
    assert found[Norm.CONTRIBUTIONS_ANSWERED] is Verdict.MET
    [wish] = await world.register("wishes", code)
    assert (str(wish["answeredOn"]), wish["daysWithoutAnswer"]) == (str(day(8)), None)


async def test_a_wish_that_residents_were_told_about_is_owed_no_answer(world: World) -> None:
    code, project = await world.project()
    await world.take(code, project, wishes.ExpressWish(occurred_on=day(5), wish="w", title="W"))
    told = decisions.GiveFeedback(
        occurred_on=day(6), about=("w",), channel=FeedbackChannel.LETTER, text="Wij denken na."
    )
    await world.take(code, project, told)
    report = participation_report(await world.file(code, project), RECORDED_AT)
    [contribution] = report.contributions
    assert (contribution.answer, contribution.days_without_answer) == (Answered.TOLD, None)
    assert (report.unanswered, report.owed) == (0, ())
    assert await world.register("wishes", code, unanswered=True) == []
    found = verdicts(await checked(world, code, project))
    assert found[Norm.CONTRIBUTIONS_ANSWERED] is Verdict.MET


async def test_the_report_and_the_norm_check_tell_of_the_same_record(world: World) -> None:
    code, project = await world.project()
    await random_history(world, code, project, 5, 120)
    for audience in Audience:
        report = participation_report(
            await world.file(code, project, audience), RECORDED_AT
        ).completeness
        check = (await checked(world, code, project, audience)).completeness
        assert len(report.silent_months) == check.silent_months
        assert report.wishes_without_author == check.wishes_without_author
        assert report.wishes_without_source == check.wishes_without_source
        assert len(report.undated_commitments) == check.undated_commitments
        assert len(report.decisions_without_motivation) == check.decisions_without_motivation
        totals = (await world.dashboard("norm-totals", code, audience))["completeness"]
        assert totals["wishesWithoutSource"] == check.wishes_without_source
        assert totals["projectsSilentForMonths"] == (check.longest_silence >= 3)


async def test_the_totals_name_every_norm(world: World) -> None:
    code, _ = await world.project()
    totals = await world.dashboard("norm-totals", code)
    assert [each["norm"] for each in totals["norms"]] == list(Norm)
    [empty] = [each for each in totals["norms"] if each["norm"] == Norm.COMMITMENTS_KEPT]
    assert (empty["projectsNotApplicable"], empty["checksMet"], empty["projectsMet"]) == (1, 0, 0)


def count(rows: list[dict[str, Any]], verdict: Verdict) -> int:
    return sum(row["verdict"] == verdict for row in rows)


@pytest.mark.parametrize("narrow", [{}, {"year": 2025}, {"year": 2027}, {"sector": "care"}])
async def test_the_totals_add_up_what_the_register_lists(
    world: World, narrow: dict[str, Any]
) -> None:
    code = await world.municipality()
    for number, sector in enumerate((Sector.CARE, Sector.SAFETY, Sector.CARE)):
        project = await world.start(code, sector=sector, occurred_on=day(200 * number))
        await random_history(world, code, project, number, 60)
    await adopt(
        world, code, NormThreshold(norm=Norm.CONTRIBUTIONS_ANSWERED, days=9), valid_from=day(100)
    )
    head = await world.catch_up(code)
    for audience in Audience:
        for position in (head // 2, head - 1, head):
            totals = await world.dashboard(
                "norm-totals", code, audience, position=position, **narrow
            )
            rows = await world.register("norm-checks", code, audience, position=position, **narrow)
            assert totals["projects"] == len({row["project"] for row in rows})
            assert [each["norm"] for each in totals["norms"]] == list(Norm)
            for each in totals["norms"]:
                of_norm = [row for row in rows if row["norm"] == each["norm"]]
                assert each["checksMet"] == count(of_norm, Verdict.MET)
                assert each["checksNotMet"] == count(of_norm, Verdict.NOT_MET)
                assert each["checksNotYet"] == count(of_norm, Verdict.NOT_YET)
                failing = {row["project"] for row in of_norm if row["verdict"] == "not-met"}
                assert each["projectsNotMet"] == len(failing)
                applicable = len({row["project"] for row in of_norm})
                assert each["projectsNotApplicable"] == totals["projects"] - applicable
            by_year = {(each["year"], each["norm"]): each["met"] for each in totals["byYear"]}
            found: dict[tuple[int, str], int] = {}
            for row in rows:
                key = int(str(row["since"])[:4]), row["norm"]
                found[key] = found.get(key, 0) + (row["verdict"] == "met")
            assert by_year == found


async def test_the_totals_of_many_projects_add_up(world: World) -> None:
    code = await world.municipality()
    projects = [await world.start(code) for _ in range(140)]
    before = await world.catch_up(code)
    for project in projects[:7]:
        await world.take(code, project, course.StopProject(occurred_on=day(9), reason="Op."))
    head = await world.catch_up(code)
    for project in projects[7:10]:
        await world.take(code, project, wishes.ExpressWish(occurred_on=day(5), title="W"))
    for position, not_met in ((before, 0), (head, 7), (None, 7)):
        totals = await world.dashboard("norm-totals", code, position=position)
        by_norm = {each["norm"]: each for each in totals["norms"]}
        residents = by_norm[Norm.RESIDENTS_BEFORE_DECISION]
        met = 3 if position is None else 0
        assert totals["projects"] == 140
        assert (residents["projectsNotMet"], residents["projectsMet"]) == (not_met, met)
        assert residents["projectsNotYet"] == 140 - not_met - met


async def test_the_register_gives_checks_by_verdict_and_then_by_day(world: World) -> None:
    code, project = await world.project()
    await adopt(
        world, code, NormThreshold(norm=Norm.CONTRIBUTIONS_ANSWERED, days=9), valid_from=DAY
    )
    await random_history(world, code, project, 3, 120)
    await world.take(code, project, course.StopProject(occurred_on=day(310), reason="Op."))
    rows = await world.register("norm-checks", code, today=day(305))
    order = ["not-met", "not-yet", "met"]
    places = [(order.index(row["verdict"]), str(row["since"])) for row in rows]
    assert places == sorted(places)
    for verdict in order:
        some = await world.register("norm-checks", code, today=day(305), verdict=verdict)
        assert some == [row for row in rows if row["verdict"] == verdict]


@pytest.mark.parametrize("seed", range(3))
async def test_the_database_judges_as_the_fold_does(world: World, seed: int) -> None:
    code, project = await world.project()
    await adopt(
        world,
        code,
        NormThreshold(norm=Norm.CONTRIBUTIONS_ANSWERED, days=40),
        NormThreshold(norm=Norm.DEVIATIONS_FED_BACK, days=20),
        valid_from=day(60),
    )
    await random_history(world, code, project, seed, 140)
    head = await world.catch_up(code)
    for audience in Audience:
        for position in (head // 3, head):
            for today in (day(120), TODAY, TODAY + timedelta(days=400)):
                check = await checked(
                    world, code, project, audience, today=today, position=position
                )
                rows = await world.register(
                    "norm-checks", code, audience, position=position, today=today
                )
                told = sorted(
                    (row["norm"], row["subject"], row["verdict"], str(row["dueOn"])) for row in rows
                )
                expected = sorted(
                    (norm.norm, each.subject, each.verdict, str(each.due_on))
                    for norm in check.norms
                    for each in norm.checks
                )
                assert told == expected
                totals = await world.dashboard(
                    "norm-totals", code, audience, position=position, today=today
                )
                by_norm = {norm["norm"]: norm for norm in totals["norms"]}
                assert list(by_norm) == [norm.norm for norm in check.norms]
                for norm in check.norms:
                    field = {
                        Verdict.NOT_APPLICABLE: "projectsNotApplicable",
                        Verdict.MET: "projectsMet",
                        Verdict.NOT_MET: "projectsNotMet",
                        Verdict.NOT_YET: "projectsNotYet",
                    }[norm.verdict]
                    told_of = by_norm[norm.norm]
                    assert told_of[field] == 1
                    assert (norm.met, norm.not_met, norm.not_yet) == (
                        told_of["checksMet"],
                        told_of["checksNotMet"],
                        told_of["checksNotYet"],
                    )
