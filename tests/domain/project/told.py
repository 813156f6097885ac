"""A project told step by step, with something to say for every field a test does not care for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec

from cocreate.domain import vocabulary as words
from cocreate.domain.errors import RuleBroken
from cocreate.domain.moment import Moment, Rules
from cocreate.domain.project import Project
from cocreate.domain.statutory_clock import Procedure
from cocreate.domain.steps import approvals, commitments, course, decisions, obstacles, wishes
from cocreate.domain.steps.base import Event, Step
from cocreate.domain.steps.record import CorrectStep, ErasePerson

DAY = date(2025, 3, 3)
NOW = datetime(2025, 6, 10, 12, tzinfo=UTC)
PROJECT = UUID("0b6f2a55-7d0c-4d9e-9d0b-2f6f0c0a1e11")
INTERNAL, PUBLIC = words.Visibility.INTERNAL, words.Visibility.PUBLIC

GROUNDS = decisions.Grounds(ground=words.DeviationGround.BUDGET, motivation="Er is geen geld voor.")
TORN = decisions.Tension(between=words.PublicValue.SAFETY, and_=words.PublicValue.SUSTAINABILITY)
NOT_TORN = decisions.Tension(between=words.PublicValue.SAFETY, and_=words.PublicValue.SAFETY)

SAID: Mapping[type[Step], Mapping[str, object]] = {
    course.StartProject: {
        "title": "Lampen in de tunnel",
        "sector": words.Sector.SAFETY,
        "initiative": words.Initiative.RESIDENTS,
        "department": "Openbare ruimte",
    },
    course.PauseProject: {"reason": "Wachten op de begroting."},
    course.CompleteProject: {"result": "De lampen branden."},
    course.StopProject: {"reason": "De tunnel verdwijnt."},
    course.AssessSuitability: {
        "verdict": words.Suitability.GO,
        "political_sensitivity": words.Degree.LOW,
        "rule_pressure": words.Degree.HIGH,
        "body": words.Body.COLLEGE,
        "motivation": "Bewoners kennen de tunnel.",
    },
    course.SetFramework: {
        "level": words.ParticipationLevel.CO_PRODUCE,
        "open": ("kleur van het licht",),
        "body": words.Body.COUNCIL,
        "before": "het ontwerp",
    },
    course.AssignMandate: {"role": words.MandateRole.DIRECTS, "body": words.Body.COLLEGE},
    course.JoinParty: {
        "kind": words.PartyKind.RESIDENT,
        "position": words.Position.EXTERNAL,
        "name": "Sanne de Wit",
    },
    course.HoldSession: {"work_form": words.WorkForm.SITE_VISIT, "title": "Schouw"},
    course.ReachMilestone: {"title": "De eerste lamp brandt"},
    course.DeliverFinalReport: {"title": "Eindverslag", "to": ("de raad", "alle deelnemers")},
    wishes.ExpressWish: {"title": "Licht in de tunnel"},
    wishes.MergeWishes: {"title": "Een veilige tunnel"},
    wishes.RealiseWish: {"text": "Er hangen twaalf lampen."},
    wishes.JudgeRealisation: {"word": words.ResidentsWord.CONFIRMED},
    wishes.SubmitProposal: {"title": "Twaalf ledlampen"},
    wishes.ReviseProposal: {"title": "Tien ledlampen", "reason": "Er is minder geld."},
    wishes.WithdrawProposal: {"reason": "Te duur."},
    wishes.MergeProposals: {"title": "Ledlampen met sensoren"},
    decisions.GiveAdvice: {
        "adviser": "Welstandscommissie",
        "conclusion": words.AdviceConclusion.POSITIVE,
    },
    decisions.RecordDecision: {
        "body": words.Body.COLLEGE,
        "title": "Besluit over de tunnel",
        "motivation": "De tunnel moet veilig zijn.",
    },
    decisions.RecordDeviation: {
        "ground": words.DeviationGround.TECHNICAL,
        "motivation": "Lekkage.",
    },
    decisions.MotivateDeviation: {
        "ground": words.DeviationGround.LAW,
        "motivation": "Het mag niet.",
    },
    decisions.ContestDeviation: {"text": "Wij zijn het er niet mee eens."},
    decisions.SettleDeviation: {"settlement": words.Settlement.AGREED, "text": "Het werd goed."},
    decisions.GiveFeedback: {
        "channel": words.FeedbackChannel.LETTER,
        "text": "Dit deden wij met uw wens.",
    },
    approvals.RequestApproval: {
        "kind": words.ApprovalKind.PERMIT,
        "title": "Omgevingsvergunning",
        "authority": "Omgevingsdienst",
        "procedure": Procedure.OMGEVINGSWET_REGULAR,
    },
    approvals.SuspendApproval: {
        "ground": words.SuspensionGround.INCOMPLETE_APPLICATION,
        "reason": "De tekening ontbreekt.",
    },
    approvals.ExtendApproval: {"reason": "Het is druk."},
    approvals.RefuseApproval: {"motivation": "Het past niet bij het monument."},
    approvals.RecalculateTerm: {"reason": "Stcrt. 2025, 1"},
    obstacles.RaiseObstacle: {
        "category": words.ObstacleCategory.RULE_PRESSURE,
        "title": "Drie vergunningen voor een lamp",
    },
    obstacles.EscalateObstacle: {"to": "de gemeentesecretaris"},
    obstacles.ResolveObstacle: {"text": "Een vergunning is genoeg."},
    obstacles.AcceptObstacle: {"reason": "Het is niet anders."},
    obstacles.TryIntervention: {
        "kind": words.InterventionKind.ESCALATION,
        "title": "Aan tafel met de directie",
    },
    obstacles.JudgeIntervention: {"outcome": words.InterventionOutcome.HELPED},
    commitments.MakeCommitment: {
        "title": "Lampen voor de herfst",
        "by": "wethouder",
        "to": "buurt",
    },
    commitments.ChangeCommitment: {"reason": "De levering is te laat."},
    commitments.BreakCommitment: {"reason": "Het geld is op."},
    commitments.RecordReflection: {"title": "Eerder bellen", "text": "Bel eerst, mail later."},
    ErasePerson: {"ground": words.ErasureGround.OBJECTION},
    CorrectStep: {"reason": "Een tikfout."},
}
"""What is said where a test does not say it."""

E = TypeVar("E", bound=Event)


def step(kind: type[Step], on: date = DAY, **fields: Any) -> Step:
    """Something to say, with defaults for what is left out."""
    return kind(occurred_on=on, **{**SAID.get(kind, {}), **fields})


def outcome(subject: str, result: words.Outcome, **fields: Any) -> decisions.SubjectOutcome:
    """An outcome, with grounds where it needs them."""
    if result in (words.Outcome.REJECTED, words.Outcome.ADOPTED_WITH_CHANGES):
        fields = {"deviation": GROUNDS, **fields}
    return decisions.SubjectOutcome(subject=subject, outcome=result, **fields)


def replayed(events: Iterable[Event]) -> Project:
    """The project as its events make it."""
    project: Project | None = None
    for taken in events:
        project = cast("Project | None", taken.mutate(project))
    assert project is not None
    return project


def stored(taken: E) -> E:
    """The event as it comes back from JSON, its bounds checked."""
    return msgspec.json.decode(msgspec.json.encode(taken), type=type(taken))


class Told:
    """A project and all that was recorded of it; like the log, it forgets what was refused."""

    def __init__(self, *, rules: Rules | None = None, **start: Any) -> None:
        self.rules = rules or Rules()
        said = cast("course.StartProject", step(course.StartProject, **start))
        self.project = Project.start(PROJECT, said, self.moment())
        self.events: list[Event] = []
        self._collect()

    def moment(self, *, importing: bool = False) -> Moment:
        return Moment(now=NOW, rules=self.rules, importing=importing)

    def take(self, *steps: Step, importing: bool = False) -> list[str | None]:
        """Take the steps of one command."""
        try:
            ids = self.project.take(steps, self.moment(importing=importing))
        except RuleBroken:
            if self.project.pending_events:
                self.project = replayed(self.events)
            raise
        self._collect()
        return ids

    def say(
        self, kind: type[Step], on: date = DAY, *, importing: bool = False, **fields: Any
    ) -> str:
        """Take one step, and give the id that it brought or was about."""
        return self.take(step(kind, on, **fields), importing=importing)[0] or ""

    def wishes(self, *ids: str, **fields: Any) -> None:
        for wish in ids:
            self.say(wishes.ExpressWish, wish=wish, **fields)

    def decide(self, *outcomes: decisions.SubjectOutcome, **fields: Any) -> str:
        return self.say(decisions.RecordDecision, outcomes=outcomes, **fields)

    def subject(self, subject_id: str) -> Any:
        return self.project.subjects[subject_id]

    def status(self, subject_id: str) -> str:
        return cast("str", self.subject(subject_id).status)

    def last(self, kind: type[E]) -> E:
        """The latest event of a kind."""
        return next(taken for taken in reversed(self.events) if isinstance(taken, kind))

    def _collect(self) -> None:
        self.events += cast("Iterable[Event]", self.project.collect_events())
