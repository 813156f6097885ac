"""What stands in the way, and what was tried against it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from cocreate.domain.steps.base import (
    MAX_ITEMS,
    Event,
    EventMeta,
    InterventionId,
    Line,
    NewId,
    ObstacleId,
    PartyId,
    Step,
    SubjectId,
    Text,
    Title,
)
from cocreate.domain.steps.decisions import Tension
from cocreate.domain.vocabulary import InterventionKind, InterventionOutcome, ObstacleCategory


class RaiseObstacle(Step, frozen=True, kw_only=True):
    """Something stands in the way; ``blocks`` names what cannot go on because of it."""

    noun: ClassVar = "obstacles"
    commutes: ClassVar = True

    obstacle: NewId | None = None
    category: ObstacleCategory
    title: Title
    text: Text | None = None
    department: Line | None = None
    owner: PartyId | None = None
    blocks: Annotated[tuple[SubjectId, ...], Meta(max_length=MAX_ITEMS)] = ()
    tension: Tension | None = None


class ObstacleRaised(RaiseObstacle, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An obstacle was raised."""

    obstacle: ObstacleId


class EscalateObstacle(Step, frozen=True, kw_only=True):
    """The obstacle is laid before someone who can decide more."""

    noun: ClassVar = "obstacle-escalations"

    obstacle: ObstacleId
    to: Line
    text: Text | None = None


class ObstacleEscalated(EscalateObstacle, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An obstacle was escalated."""


class ReassignObstacle(Step, frozen=True, kw_only=True):
    """Another party or department takes the obstacle over."""

    noun: ClassVar = "obstacle-reassignments"

    obstacle: ObstacleId
    department: Line | None = None
    owner: PartyId | None = None
    reason: Text | None = None


class ObstacleReassigned(ReassignObstacle, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An obstacle was reassigned."""


class ResolveObstacle(Step, frozen=True, kw_only=True):
    """The obstacle is out of the way; ``interventions`` are those that did it."""

    noun: ClassVar = "obstacle-resolutions"

    obstacle: ObstacleId
    text: Text
    interventions: Annotated[tuple[InterventionId, ...], Meta(max_length=100)] = ()


class ObstacleResolved(ResolveObstacle, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An obstacle was resolved."""


class AcceptObstacle(Step, frozen=True, kw_only=True):
    """The obstacle stays; the project lives with it, and why."""

    noun: ClassVar = "obstacle-acceptances"

    obstacle: ObstacleId
    reason: Text


class ObstacleAccepted(AcceptObstacle, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An obstacle was accepted."""


class TryIntervention(Step, frozen=True, kw_only=True):
    """Something is tried against one or more obstacles."""

    noun: ClassVar = "interventions"
    commutes: ClassVar = True

    intervention: NewId | None = None
    kind: InterventionKind
    title: Title
    text: Text | None = None
    obstacles: Annotated[tuple[ObstacleId, ...], Meta(min_length=1, max_length=100)]
    by: PartyId | None = None


class InterventionTried(TryIntervention, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """An intervention was tried."""

    intervention: InterventionId


class JudgeIntervention(Step, frozen=True, kw_only=True):
    """What came of an intervention."""

    noun: ClassVar = "intervention-outcomes"

    intervention: InterventionId
    outcome: InterventionOutcome
    text: Text | None = None


class InterventionJudged(JudgeIntervention, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """The outcome of an intervention was recorded."""
