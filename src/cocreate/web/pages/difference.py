"""What is known otherwise of a project at two moments: what came, what changed, what was owed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.knowing import AsOfText, Knowing, Known, as_of
from cocreate.domain.calendar import AMSTERDAM
from cocreate.projections.difference import difference
from cocreate.projections.model import STATE
from cocreate.projections.resource import ProjectFile
from cocreate.web.changes import ChangedAccount, in_words
from cocreate.web.pages.project import PROJECT, duties
from cocreate.web.query import page_query
from cocreate.web.rendering import Reader, page_known, shown, written

A_PAGE = 40
"""How many subjects of each kind of change a page shows."""


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """Two positions of the log, moments (RFC 3339) or days, the end of which is meant."""

    from_: Annotated[AsOfText | None, Meta(description="The one.")] = msgspec.field(
        name="from", default=None
    )
    until: Annotated[AsOfText | None, Meta(description="The other; without it, now.")] = None


class Side(NamedTuple):
    """A project as known at one of two moments."""

    position: int
    day: date
    file: ProjectFile | None
    """None where the project was not known of yet."""


class OwedThing(NamedTuple):
    """Something that is owed on a subject."""

    duty: str
    id: str
    title: str


@get(f"{PROJECT}/difference", include_in_schema=False)
async def read_difference(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show what is otherwise at the later of two moments."""
    (between,) = page_query(request, Between)
    reader, known = await page_known(request, code, STATE, Knowing())

    async def write() -> str | None:
        now = await known.file(project)
        if now is None:
            return None
        earlier = await _side(known, project, between.from_, "from", now)
        later = await _side(known, project, between.until, "until", now)
        if earlier.position > later.position:
            earlier, later = later, earlier
        return await asyncio.to_thread(_page, now, earlier, later, between, reader)

    return await shown(request, reader, known, write, between)


async def _side(known: Known, project: UUID, text: str | None, name: str, now: ProjectFile) -> Side:
    """Give the project as known at what was asked: without it, from its start or until now."""
    if text is None and name == "until":
        return Side(known.position, known.today, now)
    asked = str(now.project.position) if text is None else _end_of_day(text)
    position, day = await as_of(known.parts, known.code, asked, name=name)
    then = msgspec.structs.replace(known, position=position, today=day, now=False)
    return Side(position, day, await then.file(project))


def _end_of_day(text: str) -> str:
    """Give the last moment of a day; what is no day stays as it is."""
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        day = None
    return text if day is None else datetime.combine(day, time.max, AMSTERDAM).isoformat()


def _page(now: ProjectFile, earlier: Side, later: Side, between: Between, reader: Reader) -> str:
    changes: Sequence[ChangedAccount] = ()
    if later.file is not None:
        found = difference(earlier.file, later.file)
        changes = in_words(found, earlier.file, later.file, reader.language)
    subjects = [each for each in changes if each.id]
    parts = {
        "came": [each for each in subjects if each.came],
        "changed": [each for each in changes if not each.came and not each.went],
        "went": [each for each in subjects if each.went],
    }
    owed, owed_then = _owed(later.file), _owed(earlier.file)
    return written(
        "difference",
        reader.language,
        reader,
        id=now.id,
        project=now.project,
        earlier=earlier,
        later=later,
        between=between,
        parts={name: (found[:A_PAGE], len(found)) for name, found in parts.items()},
        owed={
            "new": [owed[each] for each in owed if each not in owed_then],
            "still": [owed[each] for each in owed if each in owed_then],
            "done": [owed_then[each] for each in owed_then if each not in owed],
        },
        a_page=A_PAGE,
    )


def _owed(file: ProjectFile | None) -> Mapping[tuple[str, str], OwedThing]:
    """Give what was owed, by what tells one thing from another."""
    if file is None:
        return {}
    return {
        (each.duty, each.account.id): OwedThing(each.duty, each.account.id, each.account.title)
        for each in duties(file)
    }


HANDLERS = (read_difference,)
"""The difference."""
