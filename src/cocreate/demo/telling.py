"""How a story is told: who recorded which steps, on which day.

A story reads as its history: ``told(day, who, *what)``. The words for *what* stand below; each
makes a step of the domain and takes the fields of that step by name, as the API does. The first
few fields may go without their name, in the order given with the word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from cocreate.domain.calendar import Calendar
from cocreate.domain.steps import (
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    record,
    wishes,
)
from cocreate.domain.steps.base import Step
from cocreate.domain.vocabulary import DeviationGround, Outcome, PublicValue, Role, Visibility


class Told(msgspec.Struct, frozen=True):
    """One command: steps that stand or fall together, and who recorded them."""

    said_by: str
    role: Role
    steps: tuple[Step, ...]


class Story(msgspec.Struct, frozen=True):
    """One project, told from its start; the first command holds that start alone."""

    municipality: str
    key: str
    told: tuple[Told, ...]


Saying = Callable[[date], Step]
"""A step without its day."""


def told(on: date, said_by: str, *what: Saying) -> Told:
    """Tell what an official recorded of one day."""
    return Told(said_by, Role.OFFICIAL, tuple(saying(on) for saying in what))


def decided(on: date, said_by: str, *what: Saying) -> Told:
    """Tell what the clerk recorded of one day."""
    return Told(said_by, Role.CLERK, tuple(saying(on) for saying in what))


def in_order(*chapters: Iterable[Told]) -> tuple[Told, ...]:
    """Lay chapters that happened side by side into one history, in order of their days."""
    history = [command for chapter in chapters for command in chapter]
    return tuple(sorted(history, key=lambda command: command.steps[0].occurred_on))


def days_before(today: date) -> Callable[[int], date]:
    """Give the ordinary days before today: so many days ago, or the last ordinary day by then."""
    calendar = Calendar()

    def ago(days: int) -> date:
        day = today - timedelta(days=days)
        while calendar.day_off(day) is not None:
            day -= timedelta(days=1)
        return day

    return ago


def internal(saying: Saying) -> Saying:
    """Keep a step among those who work for the municipality."""
    return lambda on: replace(saying(on), visibility=Visibility.INTERNAL)


def public(saying: Saying) -> Saying:
    """Let everyone read a step."""
    return lambda on: replace(saying(on), visibility=Visibility.PUBLIC)


def version_of(history: Iterable[Told], subject: str) -> int:
    """Give the version of the project that brought a subject."""
    return next(version for version, step in _numbered(history) if _mentions(step, {subject}))


def internal_steps(history: Iterable[Told], *subjects: str) -> tuple[int, ...]:
    """Give the versions of the internal steps about these subjects."""
    return tuple(
        version
        for version, step in _numbered(history)
        if (step.visibility or step.by_default) is Visibility.INTERNAL
        and _mentions(step, set(subjects))
    )


def _numbered(history: Iterable[Told]) -> Iterator[tuple[int, Step]]:
    version = 1
    for command in history:
        for step in command.steps:
            yield version, step
            version += 1
            if isinstance(step, decisions.RecordDecision):
                version += sum(outcome.deviation is not None for outcome in step.outcomes)


def _mentions(step: Step, subjects: set[str]) -> bool:
    values: list[object] = list(msgspec.structs.asdict(step).values())
    return any(
        value in subjects
        if isinstance(value, str)
        else isinstance(value, tuple) and any(isinstance(v, str) and v in subjects for v in value)
        for value in values
    )


# -- the words -------------------------------------------------------------------------------


def _word(step: type[Step], *order: str) -> Callable[..., Saying]:
    """Give the word for a step; ``order`` names the fields that need no name."""
    names = {field.name: field.encode_name for field in msgspec.structs.fields(step)}

    def word(*said: object, **more: object) -> Saying:
        fields = {**dict(zip(order, said, strict=False)), **more}
        body = {names[name]: value for name, value in fields.items()}
        return lambda on: msgspec.convert({"occurredOn": on, **body}, step)

    return word


start = _word(course.StartProject, "title", "summary")
pause = _word(course.PauseProject, "reason")
resume_project = _word(course.ResumeProject, "reason")
complete = _word(course.CompleteProject, "result")
stop = _word(course.StopProject, "reason")
suitability = _word(
    course.AssessSuitability, "verdict", "political_sensitivity", "rule_pressure", "motivation"
)
framework = _word(course.SetFramework, "level", "before")
directs = partial(_word(course.AssignMandate, "party", "body", "scope"), role="directs")
accounts = partial(_word(course.AssignMandate, "party", "body", "scope"), role="gives-account")
official = partial(
    _word(course.JoinParty, "party", "name", "department", "role"),
    kind="department",
    position="internal",
    carries=True,
)
inside = partial(
    _word(course.JoinParty, "party", "name", "department", "role"),
    kind="department",
    position="internal",
)
outside = partial(_word(course.JoinParty, "party", "kind", "name", "role"), position="external")
leaves = _word(course.LeaveParty, "party", "reason")
session = _word(course.HoldSession, "session", "work_form", "title", "summary")
final_report = _word(course.DeliverFinalReport, "report", "title", "to")
milestone = _word(course.ReachMilestone, "milestone", "title", "text")

wish = _word(wishes.ExpressWish, "wish", "title", "text")
support = _word(wishes.SupportWish, "wish", "supporters")
withdraw_wish = _word(wishes.WithdrawWish, "wish", "reason")
merge_wishes = _word(wishes.MergeWishes, "wishes", "into", "title", "text")
split_wish = _word(wishes.SplitWish, "wish", "into", "reason")
realised = _word(wishes.RealiseWish, "wish", "text")
disputed = partial(_word(wishes.JudgeRealisation, "wish", "text"), word="disputed")
confirmed = partial(_word(wishes.JudgeRealisation, "wish", "text"), word="confirmed")
proposal = _word(wishes.SubmitProposal, "proposal", "title", "text")
revise = _word(wishes.ReviseProposal, "proposal", "title", "text")
withdraw_proposal = _word(wishes.WithdrawProposal, "proposal", "reason")
merge_proposals = _word(wishes.MergeProposals, "proposals", "into", "title", "text")
split_proposal = _word(wishes.SplitProposal, "proposal", "into", "reason")

advice = _word(decisions.GiveAdvice, "advice", "adviser", "conclusion", "text")
decision = _word(decisions.RecordDecision, "decision", "body", "title", "motivation")
announced = _word(decisions.AnnounceDecision, "decision")
deviation = _word(decisions.RecordDeviation, "deviation", "ground", "motivation")
contest = _word(decisions.ContestDeviation, "deviation", "text")
settle = _word(decisions.SettleDeviation, "deviation", "settlement", "text")
feedback = _word(decisions.GiveFeedback, "feedback", "channel", "text")

approval = _word(approvals.RequestApproval, "approval", "kind", "title", "authority", "procedure")
suspend = _word(approvals.SuspendApproval, "approval", "ground", "reason")
resume = _word(approvals.ResumeApproval, "approval", "reason")
extend = _word(approvals.ExtendApproval, "approval", "reason")
grant = _word(approvals.GrantApproval, "approval", "text")
refuse = _word(approvals.RefuseApproval, "approval", "motivation")
withdraw_approval = _word(approvals.WithdrawApproval, "approval", "reason")
notice_of_default = _word(approvals.GiveNoticeOfDefault, "approval", "text")

obstacle = _word(obstacles.RaiseObstacle, "obstacle", "category", "title", "text")
escalate = _word(obstacles.EscalateObstacle, "obstacle", "to", "text")
reassign = _word(obstacles.ReassignObstacle, "obstacle", "department", "reason")
resolve = _word(obstacles.ResolveObstacle, "obstacle", "text", "interventions")
accept = _word(obstacles.AcceptObstacle, "obstacle", "reason")
intervention = _word(
    obstacles.TryIntervention, "intervention", "kind", "obstacles", "title", "text"
)
judge = _word(obstacles.JudgeIntervention, "intervention", "outcome", "text")

commitment = _word(commitments.MakeCommitment, "commitment", "title", "by", "to", "due_on")
kept = _word(commitments.FulfilCommitment, "commitment", "text")
change_commitment = _word(commitments.ChangeCommitment, "commitment", "due_on", "reason")
broken = _word(commitments.BreakCommitment, "commitment", "reason")
reflection = _word(commitments.RecordReflection, "reflection", "title", "text")

publish = _word(record.PublishSteps, "steps", "reason")
correct = _word(record.CorrectStep, "step", "changes", "reason")


def tension(between: str, other: str) -> decisions.Tension:
    """Name two public values that pull apart."""
    return decisions.Tension(between=PublicValue(between), and_=PublicValue(other))


def adopted(subject: str, motivation: str | None = None) -> decisions.SubjectOutcome:
    """Follow a wish or proposal."""
    return _outcome(subject, Outcome.ADOPTED, motivation=motivation)


def deferred(subject: str, motivation: str) -> decisions.SubjectOutcome:
    """Put a decision off."""
    return _outcome(subject, Outcome.DEFERRED, motivation=motivation)


def changed(
    subject: str, deviation_id: str, ground: str, motivation: str, **more: object
) -> decisions.SubjectOutcome:
    """Follow a wish or proposal in part; why not wholly."""
    return _outcome(
        subject,
        Outcome.ADOPTED_WITH_CHANGES,
        deviation_id=deviation_id,
        deviation=_grounds(ground, motivation, more),
    )


def rejected(
    subject: str, deviation_id: str, ground: str, motivation: str, **more: object
) -> decisions.SubjectOutcome:
    """Turn a wish or proposal down, and why."""
    return _outcome(
        subject,
        Outcome.REJECTED,
        deviation_id=deviation_id,
        deviation=_grounds(ground, motivation, more),
    )


def _outcome(subject: str, outcome: Outcome, **more: Any) -> decisions.SubjectOutcome:  # noqa: ANN401
    return decisions.SubjectOutcome(subject=subject, outcome=outcome, **more)


def _grounds(ground: str, motivation: str, more: Mapping[str, Any]) -> decisions.Grounds:
    return decisions.Grounds(ground=DeviationGround(ground), motivation=motivation, **more)
