"""The report of a period, to read and to print: what was asked, decided, promised, and is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing, Known
from cocreate.domain.calendar import AMSTERDAM
from cocreate.projections.commitments import Commitment, CommitmentFilter
from cocreate.projections.decisions import Decision, DecisionFilter
from cocreate.projections.deviations import Deviation, DeviationFilter
from cocreate.projections.duties import (
    DueTime,
    DutyFilter,
    DutyNarrowing,
    DutyOverview,
    OwedDuty,
)
from cocreate.projections.known import Audience
from cocreate.projections.proposals import Proposal, ProposalFilter
from cocreate.projections.wishes import Wish, WishFilter
from cocreate.web.pages.council import Period
from cocreate.web.query import page_query
from cocreate.web.rendering import page_known, shown, written
from cocreate.web.working import worker_of

MODELS: Final = ("wishes", "proposals", "decisions", "deviations", "commitments", "duties")
A_LIST: Final = 15
"""How many of each the report names; it leads to the register for all of them."""
COUNTED: Final = 200
"""Up to how many it counts."""

S = TypeVar("S", bound=msgspec.Struct)


class Openness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the report is for anyone."""

    public: bool = False


class Part(NamedTuple, Generic[S]):
    """Some of what a register has for a period."""

    rows: Sequence[S]
    number: int
    """How many there are, as far as they are counted."""
    more: bool
    """Whether there are more than were counted."""
    register: str
    """The address of all of them."""


@get("/{code:str}/council/report", include_in_schema=False)
async def read_council_report(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show the report of a period."""
    period, openness, knowing = page_query(request, Period, Openness, Knowing)
    reader, known = await page_known(request, code, MODELS, knowing)
    await worker_of(request, reader.at)
    first, last = period.days(known.today)
    if openness.public:
        known = msgspec.structs.replace(known, audience=Audience.PUBLIC)

    async def part(name: str, row: type[S], narrow: msgspec.Struct) -> Part[S]:
        query = urlencode(msgspec.to_builtins(narrow))
        return await _part(known, name, row, narrow, f"{reader.at.page('registers', name)}?{query}")

    async def write() -> str:
        days = {"from_date": first, "until_date": last}
        overview = await dashboard_at("duty-overview", DutyOverview, known, DutyNarrowing())
        overdue = DutyFilter(when=DueTime.OVERDUE)
        late, _ = await rows_at("duties", OwedDuty, known, overdue, None, A_LIST)
        return written(
            "council_report",
            reader.language,
            reader,
            first=first,
            last=last,
            today=known.today,
            position=known.position,
            public=known.audience is Audience.PUBLIC,
            asked=await part("wishes", Wish, WishFilter(**days)),
            proposed=await part("proposals", Proposal, ProposalFilter(**days)),
            decided=await part("decisions", Decision, DecisionFilter(**days)),
            deviated=await part("deviations", Deviation, DeviationFilter(**days)),
            promised=await part("commitments", Commitment, CommitmentFilter(**days)),
            ended=await part(
                "commitments", Commitment, CommitmentFilter(ended_from=first, ended_until=last)
            ),
            overview=overview,
            late=late,
            changes=f"{reader.at.api('changes')}?{urlencode(_moments(first, last))}",
        )

    return await shown(request, reader, known, write, period, openness)


async def _part(
    known: Known, name: str, row: type[S], narrow: msgspec.Struct, register: str
) -> Part[S]:
    found, more = await rows_at(name, row, known, narrow, None, COUNTED)
    return Part(found[:A_LIST], len(found), more is not None, register)


def _moments(first: date, last: date) -> dict[str, str]:
    """Give the moments at which a period begins and ends."""
    begin = datetime.combine(first, time.min, AMSTERDAM)
    end = datetime.combine(last, time.max, AMSTERDAM)
    return {"from": begin.isoformat(), "until": end.isoformat()}


HANDLERS = (read_council_report,)
