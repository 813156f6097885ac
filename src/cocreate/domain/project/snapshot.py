"""The state of a project at some version, so that not every history is replayed from its start."""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypedDict, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import CanSnapshotAggregate

from cocreate.domain.project.chapter import InternalStep
from cocreate.domain.project.project import Project
from cocreate.domain.project.subjects import AnySubject, ClockMark
from cocreate.domain.vocabulary import ProjectStatus

SNAPSHOT_SCHEMA = 2
"""Counts up whenever the state changes its shape: snapshots of another schema are left alone."""


class ProjectState(TypedDict):
    """The attributes of a project, as they are."""

    status: ProjectStatus
    subjects: dict[str, AnySubject]
    internal: dict[int, InternalStep]
    steps: list[str]
    clocks: dict[int, ClockMark]
    people: dict[int, str]
    _created_on: datetime
    _modified_on: datetime


class ProjectSnapshot(CanSnapshotAggregate[UUID], msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot, as the ``eventsourcing`` library takes and restores it."""

    originator_id: UUID
    originator_version: int
    timestamp: datetime
    topic: str
    state: ProjectState

    @classmethod
    def take(cls, project: Project) -> Self:  # type: ignore[override]
        """Take the state of a project that has no pending events."""
        attributes = {name: vars(project)[name] for name in ProjectState.__annotations__}
        return cls(
            originator_id=project.id,
            originator_version=project.version,
            timestamp=project.modified_on,
            topic="cocreate.domain.project.project:Project",
            state=cast("ProjectState", attributes),
        )
