"""The board of approvals: who has to give permission, and how the clock stands."""

from __future__ import annotations

from itertools import takewhile
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing
from cocreate.domain.vocabulary import ApprovalKind, Sector
from cocreate.projections.approvals import Approval, ApprovalBoard, ApprovalFilter
from cocreate.web.filters import fields_of
from cocreate.web.pictures.clocks import clock_of
from cocreate.web.query import PagePaging, page_query
from cocreate.web.rendering import page_known, shown, written

A_PAGE: Final = 30
"""How many clocks a page shows."""
MOST_PAIRS: Final = 40
"""Of how many authorities and kinds it is told what waits, those with most overdue first."""


class Awaited(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Which approvals are shown."""

    kind: ApprovalKind | None = None
    authority: Annotated[str, Meta(max_length=300)] | None = None
    department: Annotated[str, Meta(max_length=300)] | None = None
    sector: Sector | None = None
    overdue: bool | None = None


@get("/{code:str}/approvals", include_in_schema=False)
async def read_approvals(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show the approvals that wait for an answer, and who has to give it."""
    awaited, paging, knowing = page_query(request, Awaited, PagePaging, Knowing)
    reader, known = await page_known(request, code, "approvals", knowing)
    narrow = msgspec.convert(msgspec.to_builtins(awaited), ApprovalFilter)

    async def write() -> str:
        board = await dashboard_at("approval-board", ApprovalBoard, known, narrow)
        rows, more = await rows_at("approvals", Approval, known, narrow, paging.after, A_PAGE)
        # The open ones come first.
        waiting = list(
            takewhile(
                lambda each: each.decided_on is None and each.withdrawn_on is None,
                rows,
            )
        )
        pairs = [each for each in board.by_authority_and_kind if each.pending or each.suspended]
        pairs.sort(key=lambda each: (-each.overdue, -each.pending, each.authority, each.code or ""))
        return written(
            "approvals",
            reader.language,
            reader,
            all=board.all,
            pairs=pairs[:MOST_PAIRS],
            waiting=[(each, clock_of(each)) for each in waiting],
            next=more if len(waiting) == len(rows) else None,
            begun=paging.after is None,
            filters=fields_of(awaited, language=reader.language),
        )

    return await shown(request, reader, known, write, awaited, paging)


HANDLERS = (read_approvals,)
