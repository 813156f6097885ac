"""The dashboards: figures to read, to narrow, to take along as CSV, and to show in other pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.knowing import Knowing
from cocreate.api.problems import Problem
from cocreate.projections.approvals import ApprovalFilter
from cocreate.projections.deviations import DeviationFilter
from cocreate.projections.interventions import InterventionFilter
from cocreate.projections.obstacles import ObstacleFilter
from cocreate.projections.statistics import StatisticsFilter
from cocreate.web.dashboards import deviations, interventions, lead_times, obstacles, trends
from cocreate.web.dashboards.asked import Asking
from cocreate.web.dashboards.figures import Figure, as_csv
from cocreate.web.filters import fields_of
from cocreate.web.query import page_query
from cocreate.web.rendering import EMBEDDED, kept, page_known, shown, written

Figures = Callable[..., Awaitable[Sequence[Figure]]]


class Shown(msgspec.Struct, frozen=True):
    """A dashboard: what it is made from, how it can be narrowed, and its figures."""

    model: str
    narrow: Sequence[type[msgspec.Struct]]
    figures: Figures


DASHBOARDS: Final[Mapping[str, Shown]] = {
    "obstacles": Shown("obstacles", (ObstacleFilter, obstacles.Side), obstacles.figures),
    "lead-times": Shown("approvals", (ApprovalFilter, lead_times.Side), lead_times.figures),
    "deviations": Shown("deviations", (DeviationFilter,), deviations.figures),
    "interventions": Shown("interventions", (InterventionFilter,), interventions.figures),
    "trends": Shown("statistics", (StatisticsFilter,), trends.figures),
}
"""The dashboards by the name in their address; a new one is added here."""


@get("/{code:str}/dashboards/{name:str}", include_in_schema=False)
async def read_dashboard(
    request: Request[Any, Any, Any], code: FromPath[str], name: FromPath[str]
) -> ASGIResponse:
    """Show a dashboard."""
    return await _page(request, code, name, "dashboard")


@get("/{code:str}/embed/dashboards/{name:str}", include_in_schema=False)
async def embed_dashboard(
    request: Request[Any, Any, Any], code: FromPath[str], name: FromPath[str]
) -> ASGIResponse:
    """Show the figures of a dashboard by themselves, within a page of another site."""
    return await _page(request, code, name, "embedded", policy=EMBEDDED)


@get("/{code:str}/dashboards/{name:str}/csv", include_in_schema=False)
async def download_dashboard(
    request: Request[Any, Any, Any], code: FromPath[str], name: FromPath[str]
) -> ASGIResponse:
    """Give the numbers of a dashboard as CSV."""
    dashboard = _named(name)
    *narrow, knowing = page_query(request, *dashboard.narrow, Knowing)
    reader, known = await page_known(request, code, dashboard.model, knowing)

    async def ask() -> bytes:
        return as_csv(await dashboard.figures(Asking(reader, known), *narrow))

    headers = [
        (b"content-type", b"text/csv; charset=utf-8; header=present"),
        (b"content-disposition", f'attachment; filename="{code}-{name}.csv"'.encode()),
    ]
    return await kept(request, known, ask, headers, *narrow)


async def _page(
    request: Request[Any, Any, Any], code: str, name: str, template: str, **as_policy: bytes
) -> ASGIResponse:
    dashboard = _named(name)
    *narrow, knowing = page_query(request, *dashboard.narrow, Knowing)
    reader, known = await page_known(request, code, dashboard.model, knowing)

    async def write() -> str:
        return written(
            template,
            reader.language,
            reader,
            name=name,
            names=list(DASHBOARDS),
            figures=await dashboard.figures(Asking(reader, known), *narrow),
            filters=fields_of(*narrow, language=reader.language),
            position=known.position,
            today=known.today,
        )

    return await shown(request, reader, known, write, *narrow, **as_policy)


def _named(name: str) -> Shown:
    found = DASHBOARDS.get(name)
    if found is None:
        raise Problem("not-found")
    return found


HANDLERS = (read_dashboard, embed_dashboard, download_dashboard)
"""The pages with figures."""
