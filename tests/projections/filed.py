"""Projects told step by step, and the files that reports and stories are made of."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from tests.domain.project.test_histories import Speaker
from tests.domain.project.told import DAY, INTERNAL, Told, outcome
from tests.projections.accounts.kept import folded, seen

from cocreate.domain import vocabulary as words
from cocreate.domain.errors import RuleBroken
from cocreate.domain.steps import (
    EVENT_OF,
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Step
from cocreate.projections.accounts import ProjectAccount
from cocreate.projections.known import Audience
from cocreate.projections.report import participation_report
from cocreate.projections.report_parts import ParticipationReport
from cocreate.projections.resource import ProjectFile

TODAY = date(2025, 6, 10)
RECORDED_AT = datetime(2025, 6, 10, 9, 30, tzinfo=UTC)
ENDS: Sequence[type[Step]] = (course.CompleteProject, course.StopProject)
GOING_ON: Sequence[type[Step]] = tuple(
    kind for kind in EVENT_OF if kind not in (course.StartProject, *ENDS)
)
"""Every kind of step that may be followed by any other."""


def on(after: int) -> date:
    """Give a day by how many days it is after the first."""
    return DAY + timedelta(days=after)


def file_of(
    told: Told,
    audience: Audience = Audience.INTERNAL,
    *,
    today: date = TODAY,
    position: int | None = None,
) -> ProjectFile:
    """Give the file of a project as known at a position, or after all that was told."""
    events = told.events[:position]
    accounts = folded(seen(events, audience))
    assert isinstance(accounts.project, ProjectAccount)
    return ProjectFile(
        "GM0001",
        accounts.project_id,
        accounts.project,
        accounts.subjects,
        None,
        audience,
        len(events),
        today,
    )


def report_of(
    told: Told,
    audience: Audience = Audience.INTERNAL,
    *,
    today: date = TODAY,
    position: int | None = None,
) -> ParticipationReport:
    """Give the participation report of a project as known at a position, or after it all."""
    file = file_of(told, audience, today=today, position=position)
    return participation_report(file, RECORDED_AT)


@cache
def anything(seed: int, length: int = 100) -> Told:
    """Tell a project of which anything was said that the rules let through."""
    dice = Random(seed)  # noqa: S311 - not for secrets
    told = Told()
    for _ in range(length):
        with contextlib.suppress(RuleBroken):
            said = Speaker(told, dice).say(dice.choice(GOING_ON))
            told.take(said, importing=dice.random() < 0.2)
    return told


@cache
def told_all(end: type[Step] = course.CompleteProject) -> Told:
    """Tell a project in which every kind of step was taken, of those that end it the one given."""
    told = Told(summary="Licht voor wie er fietst", place="Tunnel")
    _began(told)
    _wished(told)
    _decided(told)
    _was_allowed(told)
    _was_stopped(told)
    _was_promised(told)
    told.say(end, on(71))
    return told


def _began(told: Told) -> None:
    told.say(course.AssessSuitability)
    told.say(course.SetFramework, fixed=("het geld",))
    told.say(course.JoinParty, party="p1", name="Sanne")
    told.say(course.JoinParty, party="p2", name="Joris", visibility=INTERNAL)
    told.say(course.AssignMandate, party="p1")
    told.say(course.AssignMandate, party="p1", role=words.MandateRole.GIVES_ACCOUNT)
    told.say(course.LeaveParty, on(30), party="p2")
    told.say(record.ErasePerson, on(31), party="p2")
    told.say(course.PauseProject, on(1))
    told.say(course.ResumeProject, on(5))
    told.say(
        course.HoldSession,
        on(6),
        session="s1",
        attended=12,
        invited=80,
        reached=("ouders",),
        missed=("jongeren",),
    )
    told.say(course.ReachMilestone, on(50), milestone="m1", text="Kijk maar.")


def _wished(told: Told) -> None:
    told.wishes("w1", "w2", "w3", "w4", "w5", session="s1", by="p1", on=on(6))
    told.say(wishes.SupportWish, on(7), wish="w1", supporters=40)
    told.say(wishes.WithdrawWish, on(7), wish="w5", reason="Verhuisd.")
    told.say(wishes.MergeWishes, on(8), wishes=("w1", "w2"), into="w12", reason="Lijken op elkaar.")
    told.say(
        wishes.SplitWish,
        on(8),
        wish="w3",
        into=(
            wishes.WishPart(wish="w3a", title="Licht"),
            wishes.WishPart(wish="w3b", title="Verf"),
        ),
        reason="Twee dingen.",
    )
    told.say(wishes.SubmitProposal, on(9), proposal="v1", answers=("w12",))
    told.say(wishes.SubmitProposal, on(9), proposal="v2", answers=("w12",), title="Verf")
    told.say(wishes.SubmitProposal, on(9), proposal="v3", answers=("w3a",), title="Spiegels")
    told.say(wishes.ReviseProposal, on(10), proposal="v1", answers=("w12", "w3a"))
    told.say(wishes.WithdrawProposal, on(10), proposal="v3")
    told.say(
        wishes.MergeProposals,
        on(11),
        proposals=("v1", "v2"),
        into="v12",
        reason="Samen goedkoper.",
    )
    told.say(
        wishes.SplitProposal,
        on(12),
        proposal="v12",
        into=(
            wishes.ProposalPart(proposal="v12a", title="Lampen"),
            wishes.ProposalPart(proposal="v12b", title="Verf op de muur"),
        ),
        reason="Eerst het licht.",
    )


def _decided(told: Told) -> None:
    told.say(decisions.GiveAdvice, on(13), advice="a1", about=("v12a",))
    told.decide(
        outcome("v12a", words.Outcome.ADOPTED),
        outcome("v12b", words.Outcome.REJECTED, deviation_id="d1"),
        decision="b1",
        on=on(14),
        open_to_objection=True,
    )
    told.say(decisions.AnnounceDecision, on(15), decision="b1", sent_on=on(15))
    told.decide(
        outcome("w3b", words.Outcome.REJECTED, deviation=None, deviation_id="d2"),
        decision="b2",
        on=on(14),
        motivation=None,
        source_states_no_motivation=True,
        importing=True,
    )
    told.say(decisions.MotivateDeviation, on(16), deviation="d2")
    told.say(decisions.RecordDeviation, on(17), deviation="d3", subjects=("w4",))
    told.say(decisions.ContestDeviation, on(18), deviation="d1")
    told.say(decisions.SettleDeviation, on(19), deviation="d1")
    told.say(decisions.GiveFeedback, on(20), feedback="f1", about=("b1",), reached=300)
    told.wishes("w7", "w8", on=on(20))
    told.decide(outcome("w7", words.Outcome.DEFERRED), decision="b3", on=on(20))
    told.say(decisions.GiveFeedback, on(20), feedback="f2", about=("w8",))


def _was_allowed(told: Told) -> None:
    for approval in ("t1", "t2", "t3", "t4"):
        told.say(approvals.RequestApproval, on(21), approval=approval, needed_for=("v12a",))
    told.say(approvals.SuspendApproval, on(22), approval="t1")
    told.say(approvals.ResumeApproval, on(24), approval="t1")
    told.say(approvals.ExtendApproval, on(25), approval="t1")
    told.say(approvals.RecalculateTerm, on(26), approval="t1")
    told.say(approvals.GrantApproval, on(30), approval="t1")
    told.say(approvals.RefuseApproval, on(30), approval="t2")
    told.say(approvals.WithdrawApproval, on(30), approval="t3")
    told.say(approvals.ConcludeApproval, on(30), approval="t4", importing=True)
    told.say(approvals.RequestApproval, on(21), approval="t5", needed_for=("w12",))
    told.say(approvals.GiveNoticeOfDefault, on(95), approval="t5")


def _was_stopped(told: Told) -> None:
    told.say(obstacles.RaiseObstacle, on(31), obstacle="h1", blocks=("w12",))
    told.say(obstacles.RaiseObstacle, on(31), obstacle="h2", blocks=("t1",))
    told.say(obstacles.EscalateObstacle, on(32), obstacle="h1")
    told.say(obstacles.ReassignObstacle, on(32), obstacle="h1", department="Verkeer")
    told.say(obstacles.TryIntervention, on(33), intervention="i1", obstacles=("h1",))
    told.say(obstacles.JudgeIntervention, on(34), intervention="i1")
    told.say(obstacles.ResolveObstacle, on(35), obstacle="h1", interventions=("i1",))
    told.say(obstacles.AcceptObstacle, on(35), obstacle="h2")


def _was_promised(told: Told) -> None:
    for commitment in ("c1", "c2", "c3"):
        told.say(
            commitments.MakeCommitment,
            on(36),
            commitment=commitment,
            about=("w12",),
            due_on=on(60),
        )
    told.say(commitments.ChangeCommitment, on(40), commitment="c1", due_on=on(70))
    told.say(commitments.FulfilCommitment, on(65), commitment="c1")
    told.say(commitments.BreakCommitment, on(65), commitment="c2")
    told.say(commitments.ChangeCommitment, on(66), commitment="c3")
    told.say(commitments.RecordReflection, on(67), reflection="r1")
    told.say(wishes.RealiseWish, on(68), wish="w12")
    told.say(
        wishes.JudgeRealisation, on(69), wish="w12", word=words.ResidentsWord.DISPUTED, text="Nee."
    )
    told.wishes("w6", visibility=INTERNAL)
    told.say(record.PublishSteps, on(69), steps=(told.project.version,))
    told.say(record.CorrectStep, on(69), step=1, changes={"title": "Licht in de tunnel"})
    told.say(course.DeliverFinalReport, on(70), report="e1", differs_from_plan="Een avond minder.")
