"""The registers: the rows behind every number, each leading to what it tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.asking import resource_at, rows_at
from cocreate.api.knowing import Knowing
from cocreate.api.problems import Problem
from cocreate.projections.resource import Register
from cocreate.web.filters import fields_of
from cocreate.web.query import PagePaging, page_query
from cocreate.web.rendering import page_known, shown, written

A_PAGE: Final = 40
"""How many rows a page shows."""


class Columns(msgspec.Struct, frozen=True):
    """What a page shows of a register; all of it is in the CSV."""

    subject: str
    """The field that has the id of what a row tells of."""
    columns: Sequence[str]
    """The fields shown beside its title and its project."""


REGISTERS: Final[Mapping[str, Columns]] = {
    "wishes": Columns("wish", ("status", "expressed_on", "supporters", "days_without_answer")),
    "proposals": Columns("proposal", ("status", "submitted_on", "days_waiting", "decided_on")),
    "deviations": Columns(
        "deviation", ("ground", "status", "recorded_on", "motivated_on", "fed_back_on")
    ),
    "decisions": Columns("decision", ("body", "decided_on", "announced_on")),
    "commitments": Columns("commitment", ("by", "status", "due_on", "days_late")),
    "approvals": Columns(
        "approval", ("authority", "status", "requested_on", "due_on", "lead_days", "days_late")
    ),
    "obstacles": Columns("obstacle", ("category", "department", "status", "raised_on", "days")),
    "interventions": Columns(
        "intervention", ("kind", "category", "outcome", "tried_on", "days_to_resolve")
    ),
}
"""The registers that have a page, by their address in the API."""


@get("/{code:str}/registers/{name:str}", include_in_schema=False)
async def read_register(
    request: Request[Any, Any, Any], code: FromPath[str], name: FromPath[str]
) -> ASGIResponse:
    """Show a page of a register."""
    columns = REGISTERS.get(name)
    if columns is None:
        raise Problem("not-found")
    model, register = resource_at(name, Register)
    narrow, paging, knowing = page_query(request, register.narrow, PagePaging, Knowing)
    reader, known = await page_known(request, code, model, knowing)

    async def write() -> str:
        rows, more = await rows_at(name, register.row, known, narrow, paging.after, A_PAGE)
        return written(
            "register",
            reader.language,
            reader,
            name=name,
            subject=columns.subject,
            columns=[(each, _is_number(register.row, each)) for each in columns.columns],
            rows=rows,
            next=more,
            begun=paging.after is None,
            filters=fields_of(narrow, language=reader.language),
        )

    return await shown(request, reader, known, write, narrow, paging)


def _is_number(row: type[msgspec.Struct], name: str) -> bool:
    return any(
        field.name == name and field.type in (int, float, int | None, float | None)
        for field in msgspec.structs.fields(row)
    )


HANDLERS = (read_register,)
"""The pages with rows."""
