"""Reading a log: what an auditor or an operator read of a municipality is itself on record.

These events have a history of their own within the log of the municipality. It grows with every
day of reading, and the rules of the municipality, which each command needs, are not in its way.
"""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from msgspec import Meta

from cocreate.domain.steps.base import Event, EventMeta, Line, Step
from cocreate.domain.vocabulary import Visibility

_NAMESPACE = UUID("0f6c9f0a-7d55-5d0c-8a53-0b3f1f5a9c11")


class ReadLog(Step, frozen=True, kw_only=True):
    """Someone reads what is internal of a municipality; who, and in which role, is beside it."""

    noun: ClassVar = "log-reads"
    by_default: ClassVar = Visibility.INTERNAL

    what: Line
    """What was asked: the shape of an address, or a command."""
    project: UUID | None = None
    """The project that was read; without one, the municipality as a whole."""
    known_at: Annotated[int, Meta(ge=0)]
    """The position of the log as known at."""


class LogRead(ReadLog, Event, frozen=True, kw_only=True, metaclass=EventMeta):
    """What is internal of a municipality was read."""


def log_reads_id(code: str) -> UUID:
    """Give the id of the history of what was read of a municipality's log."""
    return uuid5(_NAMESPACE, code)
