"""The history of a project, event by event, with how it was known at each of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.events import MAX_VERSION
from cocreate.api.knowing import Knowing
from cocreate.api.knowing import Known as AsKnown
from cocreate.api.roles import AUDIT
from cocreate.audit.replay import Narrow, ReplayedStep, replay
from cocreate.audit.replay_pages import Place
from cocreate.domain.calendar import amsterdam_date
from cocreate.domain.glossary import label
from cocreate.domain.vocabulary import ObstacleStatus, Role
from cocreate.projections.accounts.account import (
    DecisionAccount,
    DeviationAccount,
    ObstacleAccount,
    WishAccount,
)
from cocreate.projections.files import known_steps
from cocreate.projections.known import Audience, Known
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.web.changes import ChangedAccount, in_words
from cocreate.web.pages.project import PROJECT, duties, of
from cocreate.web.query import page_query
from cocreate.web.rendering import Reader, page_known, shown, written

A_PAGE = 20
"""How many events a page shows."""
A_STEP = 10
"""Of how many subjects it says what an event changed."""
OWED = 10
"""How much of what was owed it names."""


class Looking(msgspec.Struct, frozen=True, kw_only=True):
    """At which event one looks: by its number in the project, or by its place in the log."""

    step: Annotated[int, Meta(ge=1, le=MAX_VERSION)] | None = None
    position: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class HistoryPaging(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the events is shown."""

    after: Annotated[int, Meta(ge=0, le=MAX_VERSION)] = 0


class ToldStep(NamedTuple):
    """An event, and what it changed in words."""

    step: ReplayedStep
    role: str
    changes: Sequence[ChangedAccount]
    more: int
    """How many subjects it changed beside these."""


class Moment(NamedTuple):
    """The project as it was known at an event, and the events beside that one."""

    step: ToldStep
    file: ProjectFile
    counts: Sequence[tuple[str, int]]
    owed: Sequence[tuple[str, str, str]]
    """The duty, and the id and the title of what it is on."""
    owed_total: int
    previous: int | None
    next: int | None
    first: int
    last: int


@get(f"{PROJECT}/history", include_in_schema=False)
async def read_history(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show the events of a project, and how it was known at one of them."""
    looking, narrow, paging, knowing = page_query(request, Looking, Narrow, HistoryPaging, Knowing)
    reader, known = await page_known(request, code, STATE, knowing)
    inside = known.audience is Audience.INTERNAL
    if not inside:
        narrow = Narrow(kind=narrow.kind)  # the public is not told who recorded an event

    async def write() -> str | None:
        parts = known.parts
        log = parts.service.reader
        history = await known_steps(log, code, project, known.audience, known.position)
        file = await known.file(project)
        if not history or file is None:
            return None
        place = Place(code, project, known.position, narrow, paging.after, known.audience)
        steps, onward = await parts.replays.page(place, A_PAGE)
        kinds = {each.recorded.type for each in history}
        actors = {each.recorded.actor: _role(each.recorded.actor_role, reader) for each in history}
        return written(
            "history",
            reader.language,
            reader,
            id=project,
            project=file.project,
            total=len(history),
            looked_at=await _moment(known, project, history, looking, reader),
            steps=[_told(each, file, reader) for each in steps],
            next=None if onward is None else onward.after,
            begun=not paging.after,
            narrow=narrow,
            kinds=sorted(kinds),
            actors=sorted(actors.items()) if inside else [],
            inside=inside,
            proven=await parts.proves(code),
            audits=not reader.principal.roles.isdisjoint(AUDIT),
        )

    return await shown(request, reader, known, write, looking, narrow, paging)


async def _moment(
    known: AsKnown, project: UUID, history: Sequence[Known], looking: Looking, reader: Reader
) -> Moment | None:
    """Give the project as it was known at the event that is looked at: the last, if none is asked.

    None where it was not known at all: the event was made public later.
    """
    at = _looked_at(history, looking)
    recorded = history[at].recorded
    then = known
    if at < len(history) - 1:
        day = amsterdam_date(recorded.recorded_at)
        then = msgspec.structs.replace(known, position=recorded.position, today=day, now=False)
    file = await then.file(project)
    if file is None:
        return None
    told = replay(
        known.parts.service.reader,
        known.code,
        project,
        up_to=known.position,
        after=recorded.version - 1,
        audience=known.audience,
    )
    async with aclosing(told):
        step = await anext(told)
    owed = sorted(duties(file), key=lambda each: each.since)
    return Moment(
        _told(step, file, reader),
        file,
        _counts(file),
        [(each.duty, each.account.id, each.account.title) for each in owed[:OWED]],
        len(owed),
        history[at - 1].recorded.version if at else None,
        history[at + 1].recorded.version if at + 1 < len(history) else None,
        history[0].recorded.version,
        history[-1].recorded.version,
    )


def _looked_at(history: Sequence[Known], looking: Looking) -> int:
    """Give which event is looked at: the last that is not beyond what was asked, or the first."""
    found = [
        index
        for index, each in enumerate(history)
        if (looking.step is None or each.recorded.version <= looking.step)
        and (looking.position is None or each.recorded.position <= looking.position)
    ]
    return found[-1] if found else 0


def _counts(file: ProjectFile) -> Sequence[tuple[str, int]]:
    standing = [each for each in of(file, ObstacleAccount) if each.status is ObstacleStatus.OPEN]
    return (
        ("count-wishes", len(of(file, WishAccount))),
        ("count-decisions", len(of(file, DecisionAccount))),
        ("count-deviations", len(of(file, DeviationAccount))),
        ("count-obstacles", len(standing)),
    )


def _told(step: ReplayedStep, file: ProjectFile, reader: Reader) -> ToldStep:
    changes = in_words(step.changes, None, file, reader.language)
    more = max(len(changes) - A_STEP, 0)
    return ToldStep(step, _role(step.actor_role, reader), changes[:A_STEP], more)


def _role(role: str, reader: Reader) -> str:
    """Give the word for a role; what recorded an event at the terminal has a name, and no role."""
    return label(Role(role), reader.language) if role in {*Role} else role


HANDLERS = (read_history,)
"""The history."""
