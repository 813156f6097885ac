"""For council and clerk: what was decided, what is owed on it, and what was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing, Known
from cocreate.domain.vocabulary import CommitmentStatus
from cocreate.projections.commitments import Commitment, CommitmentFilter
from cocreate.projections.decisions import Decision, DecisionFilter
from cocreate.projections.duties import (
    Duty,
    DutyFilter,
    DutyKindCount,
    DutyNarrowing,
    DutyOverview,
    OwedDuty,
)
from cocreate.projections.proposals import Proposal, ProposalFilter
from cocreate.web.agenda import About, read_agenda
from cocreate.web.pages.today import Doing, owed
from cocreate.web.query import page_query
from cocreate.web.rendering import page_known, shown, written
from cocreate.web.working import Worker, worker_of

MODELS: Final = ("duties", "decisions", "commitments", "proposals")
A_LIST: Final = 6
"""How many of each are shown; each list leads to all of them."""
A_PERIOD: Final = timedelta(days=90)
"""How long a period is that nobody chose."""
LONGEST_AGENDA: Final = 6_000
MOST_WAITING: Final = 500
"""How many proposals that wait for a decision an agenda is compared with."""

OWED: Final[Sequence[Duty]] = ("announcement", "motivation", "feedback", "fulfilment", "date")
"""What is owed on decisions, on deviations and on promises, in the order of the page."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From which day until which, both included."""

    from_: date | None = msgspec.field(default=None, name="from")
    until: date | None = None

    def days(self, today: date) -> tuple[date, date]:
        """Give the first and the last day; the last ninety days where nobody chose."""
        until = self.until or today
        return self.from_ or until - A_PERIOD, until


class Agenda(msgspec.Struct, frozen=True, kw_only=True):
    """An agenda that was pasted."""

    agenda: Annotated[str, Meta(max_length=LONGEST_AGENDA)] = ""


class Part(NamedTuple):
    """What is owed of one kind."""

    duty: Duty
    duties: Sequence[tuple[OwedDuty, Sequence[Doing]]]
    total: int


class Ended(NamedTuple):
    """The promises that ended in a period in one way."""

    status: CommitmentStatus
    commitments: Sequence[Commitment]
    more: bool


@get("/{code:str}/council", include_in_schema=False)
async def read_council(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show what council and clerk follow."""
    period, agenda, knowing = page_query(request, Period, Agenda, Knowing)
    reader, known = await page_known(request, code, MODELS, knowing)
    worker = await worker_of(request, reader.at)
    first, last = period.days(known.today)

    async def write() -> str:
        overview = await dashboard_at("duty-overview", DutyOverview, known, DutyNarrowing())
        counts = {each.duty: each for each in overview.by_duty}
        narrow = DecisionFilter(from_date=first, until_date=last)
        decided, more = await rows_at("decisions", Decision, known, narrow, None, A_LIST)
        waiting = await proposals_waiting(known)
        return written(
            "council",
            reader.language,
            reader,
            first=first,
            last=last,
            agenda=agenda.agenda,
            items=read_agenda(agenda.agenda, waiting),
            waiting=by_project(waiting),
            form=worker.form,
            decided=decided,
            more_decided=more is not None,
            counts=counts,
            parts=await parts_of_duties(known, worker, counts),
            ended=[await ended(known, status, first, last) for status in ENDED],
        )

    return await shown(request, reader, known, write, period, agenda)


ENDED: Final = (CommitmentStatus.FULFILLED, CommitmentStatus.BROKEN)


async def parts_of_duties(
    known: Known, worker: Worker, counts: Mapping[Duty, DutyKindCount]
) -> Sequence[Part]:
    """Give what is owed, what is due first of each kind."""
    parts = []
    for duty in OWED:
        if duty in counts:
            duties, _ = await owed(known, worker, DutyFilter(duty=duty), None, A_LIST)
            parts.append(Part(duty, duties, counts[duty].total))
    return parts


async def ended(known: Known, status: CommitmentStatus, first: date, last: date) -> Ended:
    """Give the promises that were kept, or broken, in a period."""
    narrow = CommitmentFilter(status=status, ended_from=first, ended_until=last)
    rows, more = await rows_at("commitments", Commitment, known, narrow, None, A_LIST)
    return Ended(status, rows, more is not None)


async def proposals_waiting(known: Known) -> Sequence[Proposal]:
    """Give the proposals that wait for a decision, the longest waiting first."""
    undecided = ProposalFilter(undecided=True)
    rows, _ = await rows_at("proposals", Proposal, known, undecided, None, MOST_WAITING)
    return rows


def by_project(proposals: Sequence[Proposal]) -> Sequence[About]:
    """Give proposals by their project, that of the longest waiting first."""
    found: dict[UUID, list[Proposal]] = {}
    for each in proposals:
        found.setdefault(each.project, []).append(each)
    return [About(project, of[0].project_title, of) for project, of in found.items()]


HANDLERS = (read_council,)
