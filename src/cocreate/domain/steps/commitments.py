"""Promises with a date, and what was learned."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from cocreate.domain.steps.base import (
    MAX_ITEMS,
    CommitmentId,
    Event,
    EventMeta,
    Line,
    NewId,
    OwnWords,
    PartyId,
    ReflectionId,
    Step,
    SubjectId,
    Text,
    Title,
)
from cocreate.domain.steps.decisions import Tension
from cocreate.domain.vocabulary import Competence, Visibility


class MakeCommitment(Step, frozen=True, kw_only=True):
    """Someone promises something; without ``due_on`` the promise has no date, and that shows."""

    noun: ClassVar = "commitments"

    commitment: NewId | None = None
    title: Title
    text: Text | None = None
    by: Line
    to: Line
    due_on: date | None = None
    about: Annotated[tuple[SubjectId, ...], Meta(max_length=MAX_ITEMS)] = ()


class CommitmentMade(MakeCommitment, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A commitment was made."""

    commitment: CommitmentId


class FulfilCommitment(Step, frozen=True, kw_only=True):
    """The promise is kept."""

    noun: ClassVar = "commitment-fulfilments"

    commitment: CommitmentId
    text: Text | None = None


class CommitmentFulfilled(FulfilCommitment, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A commitment was fulfilled."""


class ChangeCommitment(Step, frozen=True, kw_only=True):
    """The promise changes, and why; what was promised before stays in the log."""

    noun: ClassVar = "commitment-changes"

    commitment: CommitmentId
    due_on: date | None = None
    text: Text | None = None
    reason: Text


class CommitmentChanged(ChangeCommitment, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A commitment was changed; ``due_on`` is the date that holds from now."""


class BreakCommitment(Step, frozen=True, kw_only=True):
    """The promise will not be kept, and why."""

    noun: ClassVar = "commitment-breaches"

    commitment: CommitmentId
    reason: Text


class CommitmentBroken(BreakCommitment, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A commitment was broken."""


class RecordReflection(Step, frozen=True, kw_only=True):
    """A lesson, for whoever comes next."""

    noun: ClassVar = "reflections"
    commutes: ClassVar = True
    by_default: ClassVar = Visibility.INTERNAL

    reflection: NewId | None = None
    title: Title
    text: OwnWords
    by: PartyId | None = None
    tension: Tension | None = None
    competences: Annotated[tuple[Competence, ...], Meta(max_length=8)] = ()


class ReflectionRecorded(RecordReflection, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """A reflection was recorded."""

    reflection: ReflectionId
