"""An event as it was recorded, in the one shape in which it is read, followed and sent."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from cocreate.domain.vocabulary import Visibility
from cocreate.log.read import Recorded
from cocreate.log.tree.commitments import actor_mark


class RecordedEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An event as it was recorded.

    ``project`` is the history it is of; that of a municipality itself has an id as well.
    ``data`` are the bytes that are stored, corrections not applied. ``visibility`` is what it was
    when the event was recorded; an internal one that was made public since is here for everyone.
    """

    project: UUID
    version: int
    position: int
    type: str
    schema_version: int
    occurred_on: date
    recorded_at: datetime
    visibility: Visibility
    actor: str | None = None
    """The id of the key under which it was recorded; not told to the public."""
    actor_role: str
    salt: str
    """With which the event is committed to in the tree of the log, in hexadecimal."""
    actor_mark: str
    """What the commitment has instead of the actor."""
    data: msgspec.Raw


def as_told(event: Recorded, *, internal: bool) -> RecordedEvent:
    """Give an event as it is told to the public, or to those who see what is internal."""
    return RecordedEvent(
        project=event.project,
        version=event.version,
        position=event.position,
        type=event.type,
        schema_version=event.schema_version,
        occurred_on=event.occurred_on,
        recorded_at=event.recorded_at,
        visibility=Visibility.PUBLIC if event.public else Visibility.INTERNAL,
        actor=event.actor if internal else None,
        actor_role=event.actor_role,
        salt=event.salt.hex(),
        actor_mark=actor_mark(event.salt, event.actor),
        data=msgspec.Raw(event.data),
    )
