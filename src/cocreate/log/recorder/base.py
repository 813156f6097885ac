"""What the recorders of a log have in common."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Never, TypeVar
from uuid import UUID

import asyncpg
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

from cocreate.log.errors import (
    LogUnavailable,
    NotSubscribed,
    UnknownMunicipality,
    Unstorable,
    VersionConflict,
)
from cocreate.log.recorder.door import Door
from cocreate.log.recorder.loop_thread import LoopClosed, LoopThread
from cocreate.log.recorder.settings import RecorderSettings

FOREIGN = 0
"""The schema version of what is no step: its topic and its state stand in the log as given."""

Answer = TypeVar("Answer")


class LogRecorder:
    """A log as recorders work with it: from any thread, with the library's errors."""

    def __init__(self, loop: LoopThread[Door], settings: RecorderSettings) -> None:
        self._loop = loop
        self._settings = settings

    def _ask(self, work: Callable[[Door], Coroutine[None, None, Answer]]) -> Answer:
        with in_the_librarys_words():
            return self._loop.run(work)

    def _refuse_unless_anything_goes(self, topic: str) -> None:
        if self._settings.takes_steps:
            message = f"{topic} is no step, and the log of a municipality takes nothing else"
            raise NotSupportedError(message)


@contextlib.contextmanager
def in_the_librarys_words() -> Iterator[None]:
    """Raise what goes wrong as an error of the library."""
    try:
        yield
    except VersionConflict as problem:
        raise IntegrityError(str(problem)) from problem
    except NotSubscribed as problem:
        raise OperationalError(str(problem)) from problem
    except UnknownMunicipality as problem:
        raise ProgrammingError(str(problem)) from problem
    except Unstorable as problem:
        raise DataError(str(problem)) from problem
    except LoopClosed as problem:
        message = "The recorder is closed, or was opened before this process was forked off"
        raise InterfaceError(message) from problem
    except (LogUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
        message = f"{type(problem).__name__}: {problem}"
        raise OperationalError(message) from problem


def stream_of(originator_id: UUID | str) -> UUID:
    """Give the history of an aggregate. Raises ``NotSupportedError`` for an id that is no UUID."""
    if not isinstance(originator_id, UUID):
        message = f"A history of the log has a UUID, not {originator_id!r}"
        raise NotSupportedError(message)
    return originator_id


def refuse_tracking() -> Never:
    """Raise ``NotSupportedError``: a log keeps no account of who reads it."""
    message = (
        "A log keeps no account of who reads it: give the projection a PERSISTENCE_MODULE of its"
        " own, under its name"
    )
    raise NotSupportedError(message)
