"""What an official has to do: what is overdue, what is due soon, what is owed without a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing, Known
from cocreate.projections.duties import (
    DueTime,
    DutyFilter,
    DutyNarrowing,
    DutyOverview,
    OwedDuty,
)
from cocreate.web.query import PagePaging, page_query
from cocreate.web.rendering import page_known, shown, written
from cocreate.web.working import Worker, worker_of

A_TIME: Final = 12
"""How many duties of each time the list of today shows; each has a page of its own."""
A_PAGE: Final = 40

TODAY: Final = (DueTime.OVERDUE, DueTime.SOON, DueTime.UNDATED)
"""What is on the list of today. What is due later is told by how much it is."""

FORMS: Final[Mapping[str, Sequence[str]]] = {
    "answer": ("feedback",),
    "realisation": ("wish-realisations",),
    "motivation": ("deviation-motivations",),
    "feedback": ("feedback",),
    "announcement": ("decision-announcements",),
    "decision": ("approval-grants", "approval-refusals"),
    "fulfilment": ("commitment-fulfilments", "commitment-changes"),
    "date": ("commitment-changes",),
}
"""The steps that do what is owed."""


class Doing(NamedTuple):
    """A form that does what is owed."""

    noun: str
    href: str


class Part(NamedTuple):
    """Duties that are due in the same time."""

    when: DueTime
    duties: Sequence[tuple[OwedDuty, Sequence[Doing]]]
    total: int
    next: str | None


@get("/{code:str}/today", include_in_schema=False)
async def read_today(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show what is owed, by when it is due."""
    narrow, paging, knowing = page_query(request, DutyFilter, PagePaging, Knowing)
    reader, known = await page_known(request, code, "duties", knowing)
    worker = await worker_of(request, reader.at)

    async def write() -> str:
        narrowing = DutyNarrowing(
            project=narrow.project, department=narrow.department, duty=narrow.duty
        )
        overview = await dashboard_at("duty-overview", DutyOverview, known, narrowing)
        parts = []
        for when in TODAY if narrow.when is None else (narrow.when,):
            of_time = msgspec.structs.replace(narrow, when=when)
            limit = A_TIME if narrow.when is None else A_PAGE
            duties, more = await owed(known, worker, of_time, paging.after, limit)
            parts.append(Part(when, duties, getattr(overview.all, when), more))
        return written(
            "today",
            reader.language,
            reader,
            parts=parts,
            overview=overview,
            narrow=narrow,
            begun=paging.after is None,
            everywhere=worker.everywhere,
            own_projects=worker.in_projects,
        )

    return await shown(request, reader, known, write, narrow, paging)


async def owed(
    known: Known, worker: Worker, narrow: DutyFilter, after: str | None, limit: int
) -> tuple[Sequence[tuple[OwedDuty, Sequence[Doing]]], str | None]:
    """Give a page of duties with the forms that do them, and what the next starts by."""
    duties, more = await rows_at("duties", OwedDuty, known, narrow, after, limit)
    return [(each, doing(worker, each)) for each in duties], more


def doing(worker: Worker, duty: OwedDuty) -> Sequence[Doing]:
    """Give the forms that do what is owed, of those that someone may fill in."""
    return [
        Doing(noun, form)
        for noun in FORMS[duty.duty]
        if (form := worker.form(duty.project, noun, duty.subject)) is not None
    ]


HANDLERS = (read_today,)
