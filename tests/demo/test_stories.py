"""Every story is one the domain accepts, and together they show what the log is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from cocreate.demo.stories import MUNICIPALITIES, NORMS, Story, stories
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import AdoptNorms, Municipality, RegisterMunicipality
from cocreate.domain.project import Project
from cocreate.domain.steps import approvals, commitments, course, decisions, obstacles, record
from cocreate.domain.steps import wishes as wish_steps
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.vocabulary import (
    Initiative,
    InterventionKind,
    InterventionOutcome,
    MandateRole,
    Norm,
    ObstacleCategory,
    Outcome,
    ProjectStatus,
    Role,
    Sector,
    Suitability,
    Visibility,
)

TODAY = date(2026, 11, 24)
DAYS = (TODAY, date(2027, 1, 2), date(2027, 4, 27), date(2027, 6, 1), date(2028, 2, 29))
TUNNEL = "lampen-in-de-tunnel"


def moment(today: date) -> Moment:
    return Moment(now=datetime(today.year, today.month, today.day, 12, tzinfo=UTC))


def play(story: Story, today: date) -> Project:
    first, *rest = story.told
    (start,) = first.steps
    assert isinstance(start, course.StartProject)
    project = Project.start(uuid4(), start, moment(today))
    for told in rest:
        project.take(told.steps, moment(today))
    return project


def steps(story: Story) -> Iterator[Step]:
    for told in story.told:
        yield from told.steps


def every_step(today: date = TODAY) -> Iterator[Step]:
    for story in stories(today):
        yield from steps(story)


def events(story: Story, today: date = TODAY) -> list[Event]:
    collected: list[Event] = list(play(story, today).collect_events())  # type: ignore[arg-type]
    return collected


def start_of(story: Story) -> course.StartProject:
    start = story.told[0].steps[0]
    assert isinstance(start, course.StartProject)
    return start


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize("key", [story.key for story in stories(TODAY)])
def test_the_domain_accepts_it_whatever_day_it_is(key: str, today: date) -> None:
    story = next(story for story in stories(today) if story.key == key)
    play(story, today)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_what_happened_is_told_in_order_and_not_ahead_of_today(today: date) -> None:
    for story in stories(today):
        days = [step.occurred_on for step in steps(story)]
        assert days == sorted(days), story.key
        assert days[-1] <= today, story.key


def test_every_step_reads_back_from_the_json_a_request_would_carry() -> None:
    for step in every_step():
        assert msgspec.json.decode(msgspec.json.encode(step), type=type(step)) == step


def test_no_story_needs_what_only_an_import_may_say() -> None:
    for step in every_step():
        assert not isinstance(step, approvals.ConcludeApproval)
        if isinstance(step, decisions.RecordDecision):
            assert not step.source_states_no_motivation


def test_officials_record_steps_and_the_clerk_records_decisions() -> None:
    for story in stories(TODAY):
        for told in story.told:
            decides = any(isinstance(step, decisions.RecordDecision) for step in told.steps)
            assert told.role is (Role.CLERK if decides else Role.OFFICIAL)


def test_each_municipality_has_at_least_three_stories_with_keys_of_their_own() -> None:
    per_municipality = Counter(story.municipality for story in stories(TODAY))
    assert set(per_municipality) == set(MUNICIPALITIES)
    assert min(per_municipality.values()) >= 3
    assert len({(s.municipality, s.key) for s in stories(TODAY)}) == len(stories(TODAY))


def test_the_four_sectors_of_the_research_come_at_least_twice_and_others_are_there() -> None:
    sectors = Counter(start_of(story).sector for story in stories(TODAY))
    for sector in (
        Sector.ENERGY_AND_ENVIRONMENT,
        Sector.POVERTY,
        Sector.EDUCATION,
        Sector.SAFETY,
    ):
        assert sectors[sector] >= 2
    assert {Sector.PUBLIC_SPACE, Sector.MOBILITY, Sector.CARE, Sector.HOUSING} <= set(sectors)


def test_projects_run_pause_stop_and_end_and_some_were_no_matter_for_co_creation() -> None:
    statuses = Counter(play(story, TODAY).status for story in stories(TODAY))
    assert min(statuses[status] for status in ProjectStatus) >= 2
    unsuitable = [
        story
        for story in stories(TODAY)
        for step in steps(story)
        if isinstance(step, course.AssessSuitability) and step.verdict is Suitability.NO_GO
    ]
    assert len(unsuitable) >= 2
    assert all(play(story, TODAY).status is ProjectStatus.STOPPED for story in unsuitable)


def test_residents_challenge_the_municipality_once_at_least() -> None:
    initiatives = {start_of(story).initiative for story in stories(TODAY)}
    assert Initiative.RIGHT_TO_CHALLENGE in initiatives


def test_the_tunnel_tells_the_full_chain() -> None:
    story = next(story for story in stories(TODAY) if story.key == TUNNEL)
    told = Counter(type(step) for step in steps(story))
    assert sum(told.values()) >= 40
    for kind in (
        wish_steps.ExpressWish,
        wish_steps.SupportWish,
        course.AssessSuitability,
        course.SetFramework,
        course.AssignMandate,
        course.HoldSession,
        wish_steps.SubmitProposal,
        wish_steps.ReviseProposal,
        wish_steps.MergeProposals,
        decisions.GiveAdvice,
        decisions.RecordDecision,
        decisions.ContestDeviation,
        decisions.SettleDeviation,
        decisions.GiveFeedback,
        approvals.SuspendApproval,
        approvals.ResumeApproval,
        approvals.ExtendApproval,
        approvals.GiveNoticeOfDefault,
        approvals.GrantApproval,
        obstacles.EscalateObstacle,
        obstacles.ReassignObstacle,
        obstacles.ResolveObstacle,
        obstacles.AcceptObstacle,
        obstacles.JudgeIntervention,
        commitments.FulfilCommitment,
        commitments.ChangeCommitment,
        course.ReachMilestone,
        wish_steps.RealiseWish,
        wish_steps.JudgeRealisation,
        commitments.RecordReflection,
        record.PublishSteps,
        record.CorrectStep,
    ):
        assert told[kind], kind.__name__


def test_the_tunnel_publishes_how_lonely_the_official_was_and_keeps_a_lesson_inside() -> None:
    story = next(story for story in stories(TODAY) if story.key == TUNNEL)
    project = play(story, TODAY)
    assert project.subjects["hobbel-alleen"].public
    assert project.subjects["les-eigenaar"].public
    assert not project.subjects["les-alleen"].public


def test_the_correction_reaches_the_evening_it_is_about() -> None:
    story = next(story for story in stories(TODAY) if story.key == TUNNEL)
    history = events(story)
    (correction,) = [event for event in history if isinstance(event, record.StepCorrected)]
    corrected = history[correction.step - 1]
    assert isinstance(corrected, course.SessionHeld)
    assert corrected.session == "avond-1"


def test_wishes_split_and_merge_and_one_letter_answers_a_decision_on_several_proposals() -> None:
    kinds = Counter(type(step) for step in every_step())
    assert kinds[wish_steps.SplitWish]
    assert kinds[wish_steps.MergeWishes]
    assert kinds[wish_steps.MergeProposals] >= 2
    platform = next(story for story in stories(TODAY) if story.key == "klimaatplatform")
    history = events(platform)
    (decision,) = [event for event in history if isinstance(event, decisions.DecisionRecorded)]
    (letter,) = [event for event in history if isinstance(event, decisions.FeedbackGiven)]
    assert len(decision.outcomes) >= 3
    assert {outcome.outcome for outcome in decision.outcomes} == set(Outcome)
    assert set(letter.wishes) == {wish for o in decision.outcomes for wish in o.wishes}
    assert set(letter.deviations) == {o.deviation_id for o in decision.outcomes if o.deviation_id}


def test_most_closed_projects_have_a_final_report_and_some_owe_it() -> None:
    reported, owing = 0, 0
    for story in stories(TODAY):
        closed = play(story, TODAY).status in (ProjectStatus.COMPLETED, ProjectStatus.STOPPED)
        if any(isinstance(step, course.DeliverFinalReport) for step in steps(story)):
            assert closed, story.key
            reported += 1
        else:
            owing += closed
    assert reported >= 8
    assert owing >= 2


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_a_mandate_falls_away_and_is_taken_up_later_or_not_at_all(today: date) -> None:
    taken_up = left_open = 0
    for story in stories(today):
        holder: str | None = None
        missing = False
        for step in steps(story):
            if isinstance(step, course.AssignMandate) and step.role is MandateRole.DIRECTS:
                taken_up += missing
                holder, missing = step.party, False
            elif isinstance(step, course.LeaveParty) and step.party == holder:
                missing = True
        left_open += missing
    assert (taken_up, left_open) == (1, 1)


def test_two_municipalities_have_norms_of_their_own_that_the_domain_accepts() -> None:
    assert len(NORMS) == 2
    for code, thresholds in NORMS.items():
        registration = RegisterMunicipality(occurred_on=TODAY, code=code, name=MUNICIPALITIES[code])
        municipality = Municipality.register(registration, moment(TODAY))
        pack = AdoptNorms(
            occurred_on=TODAY,
            version="1",
            title="Normen",
            valid_from=TODAY,
            thresholds=thresholds,
        )
        municipality.adopt_norms(pack, moment(TODAY))
        assert Norm.DEVIATIONS_FED_BACK in municipality.norms_on(TODAY)


def _past(due_on: date | None, today: date) -> bool:
    return due_on is not None and due_on < today


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_duties_are_owed_whatever_day_it_is(today: date) -> None:
    unanswered = unexplained = broken_dates = overdue = suspended = 0
    for story in stories(today):
        project = play(story, today)
        deviations: set[str] = set()
        fed_back: set[str] = set()
        wished: dict[str, date] = {}
        due: dict[str, date | None] = {}
        asked: dict[str, date | None] = {}
        for event in events(story, today):
            match event:
                case wish_steps.WishExpressed():
                    wished[event.wish] = event.occurred_on
                case decisions.FeedbackGiven():
                    fed_back.update(event.deviations)
                case decisions.DeviationRecorded():
                    deviations.add(event.deviation)
                case commitments.CommitmentMade() | commitments.CommitmentChanged():
                    due[event.commitment] = event.due_on
                case (
                    approvals.ApprovalRequested()
                    | approvals.ApprovalSuspended()
                    | approvals.ApprovalResumed()
                    | approvals.ApprovalExtended()
                ):
                    asked[event.approval] = event.due_on
                case _:
                    pass
        status = {key: getattr(subject, "status", "") for key, subject in project.subjects.items()}
        year_ago = today - timedelta(days=365)
        unanswered += sum(status[w] == "open" and on < year_ago for w, on in wished.items())
        unexplained += len(deviations - fed_back)
        broken_dates += sum(status[c] == "open" and _past(on, today) for c, on in due.items())
        overdue += sum(status[a] == "pending" and _past(on, today) for a, on in asked.items())
        suspended += sum(status[a] == "suspended" for a in asked)
    assert min(unanswered, unexplained, broken_dates, overdue, suspended) >= 2


def test_the_obstacles_make_a_telling_dashboard() -> None:
    categories: Counter[ObstacleCategory] = Counter()
    kinds: Counter[InterventionKind] = Counter()
    outcomes: Counter[InterventionOutcome] = Counter()
    months, departments = set(), set()
    for step in every_step():
        if isinstance(step, obstacles.RaiseObstacle):
            categories[step.category] += 1
            months.add((step.occurred_on.year, step.occurred_on.month))
            departments.add(step.department)
        elif isinstance(step, obstacles.TryIntervention):
            kinds[step.kind] += 1
        elif isinstance(step, obstacles.JudgeIntervention):
            outcomes[step.outcome] += 1
    assert set(categories) == set(ObstacleCategory)
    assert set(kinds) == set(InterventionKind)
    assert set(outcomes) == set(InterventionOutcome)
    assert len(months) >= 18
    assert len(departments) >= 10


def test_only_what_is_meant_for_inside_stays_inside() -> None:
    kept = {
        type(step)
        for step in every_step()
        if (step.visibility or step.by_default) is Visibility.INTERNAL
    }
    assert kept == {
        course.JoinParty,
        course.LeaveParty,
        commitments.RecordReflection,
        obstacles.RaiseObstacle,
        obstacles.EscalateObstacle,
        obstacles.TryIntervention,
        obstacles.JudgeIntervention,
        obstacles.ResolveObstacle,
    }
