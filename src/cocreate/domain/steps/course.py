"""The course of a project: its start and end, its frames, who carries it, who takes part."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from eventsourcing.domain import CanInitAggregate
from msgspec import Meta

from cocreate.domain.steps.base import (
    MAX_ITEMS,
    Count,
    Document,
    Event,
    EventMeta,
    Line,
    MilestoneId,
    NewId,
    PartyId,
    PersonalLine,
    PersonalText,
    ReportId,
    SessionId,
    Step,
    Text,
    Title,
)
from cocreate.domain.vocabulary import (
    Body,
    Degree,
    Initiative,
    MandateRole,
    ParticipationLevel,
    PartyKind,
    Position,
    Sector,
    Suitability,
    Visibility,
    WorkForm,
)


class StartProject(Step, frozen=True, kw_only=True):
    """A co-creation project starts."""

    noun: ClassVar = "projects"

    title: Title
    summary: Text | None = None
    sector: Sector
    initiative: Initiative
    department: Line
    place: Line | None = None


class ProjectStarted(
    StartProject, Event, CanInitAggregate[UUID], frozen=True, kw_only=True, metaclass=EventMeta
):
    """A co-creation project started: the first step of every history."""

    originator_topic: str = "cocreate.domain.project.project:Project"


class PauseProject(Step, frozen=True, kw_only=True):
    """The project stands still for a while."""

    noun: ClassVar = "pauses"

    reason: Text


class ProjectPaused(PauseProject, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The project was paused."""


class ResumeProject(Step, frozen=True, kw_only=True):
    """A paused project goes on."""

    noun: ClassVar = "resumptions"

    reason: Text | None = None


class ProjectResumed(ResumeProject, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The project went on."""


class CompleteProject(Step, frozen=True, kw_only=True):
    """The project is done; what it brought is said."""

    noun: ClassVar = "completions"

    result: Text


class ProjectCompleted(CompleteProject, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The project was completed."""


class StopProject(Step, frozen=True, kw_only=True):
    """The project ends before it is done, and why."""

    noun: ClassVar = "stops"

    reason: Text


class ProjectStopped(StopProject, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The project was stopped."""


class AssessSuitability(Step, frozen=True, kw_only=True):
    """Judge whether co-creation fits: "we do not co-create here" is a decision too."""

    noun: ClassVar = "suitability-assessments"

    verdict: Suitability
    political_sensitivity: Degree
    rule_pressure: Degree
    body: Body
    motivation: Text
    conditions: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()


class SuitabilityAssessed(AssessSuitability, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """It was judged whether co-creation fits."""


class SetFramework(Step, frozen=True, kw_only=True):
    """Say beforehand what is fixed and what is open to influence, and how far influence reaches.

    Source: Gemeentewet art. 150; ombudsman report 2009/180 asks it before residents come in.
    """

    noun: ClassVar = "frameworks"

    level: ParticipationLevel
    fixed: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    open: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    body: Body
    before: Line
    motivation: Text | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class FrameworkSet(SetFramework, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The frames were set."""


class AssignMandate(Step, frozen=True, kw_only=True):
    """Lay on a party that it directs, or that it gives account."""

    noun: ClassVar = "mandates"

    role: MandateRole
    party: PartyId
    body: Body
    scope: Line | None = None


class MandateAssigned(AssignMandate, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A mandate was assigned; it replaces the earlier one of the same role."""


class JoinParty(Step, frozen=True, kw_only=True):
    """A party enters the force field of the project.

    ``carries`` says that the party works on it, rather than being touched by it.
    """

    noun: ClassVar = "parties"
    by_default: ClassVar = Visibility.INTERNAL

    party: NewId | None = None
    kind: PartyKind
    position: Position
    name: PersonalLine
    contact: PersonalLine | None = None
    department: Line | None = None
    role: PersonalLine | None = None
    carries: bool = False
    about: PersonalText | None = None


class PartyJoined(JoinParty, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A party joined."""

    party: PartyId


class LeaveParty(Step, frozen=True, kw_only=True):
    """A party leaves the force field."""

    noun: ClassVar = "departures"
    by_default: ClassVar = Visibility.INTERNAL

    party: PartyId
    reason: PersonalText | None = None


class PartyLeft(LeaveParty, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A party left."""


class HoldSession(Step, frozen=True, kw_only=True):
    """A meeting or another work form took place; who was invited, who was reached."""

    noun: ClassVar = "sessions"
    commutes: ClassVar = True

    session: NewId | None = None
    work_form: WorkForm
    title: Title
    summary: Text | None = None
    invited: Count | None = None
    attended: Count | None = None
    reached: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()
    missed: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()
    parties: Annotated[tuple[PartyId, ...], Meta(max_length=MAX_ITEMS)] = ()
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class SessionHeld(HoldSession, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A session was held."""

    session: SessionId


class ReachMilestone(Step, frozen=True, kw_only=True):
    """Something that residents can point at is there."""

    noun: ClassVar = "milestones"

    milestone: NewId | None = None
    title: Title
    text: Text | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class MilestoneReached(ReachMilestone, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A milestone was reached."""

    milestone: MilestoneId


class DeliverFinalReport(Step, frozen=True, kw_only=True):
    """The final report goes to the body that decides and to those who took part.

    Source: Gemeentewet, art. 150, and the model ordinance of VNG.
    """

    noun: ClassVar = "final-reports"
    commutes: ClassVar = True

    report: NewId | None = None
    title: Title
    to: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=50)]
    body: Body | None = None
    text: Text | None = None
    differs_from_plan: Text | None = None
    satisfaction: Text | None = None
    documents: Annotated[tuple[Document, ...], Meta(max_length=50)] = ()


class FinalReportDelivered(
    DeliverFinalReport, Event, frozen=True, kw_only=True, metaclass=EventMeta
):
    """The final report was delivered."""

    report: ReportId
