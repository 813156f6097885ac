"""Where one begins: the municipalities, and the projects of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Template
from litestar.response.base import ASGIResponse
from litestar.response.redirect import ASGIRedirectResponse

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing
from cocreate.api.municipalities import every_municipality
from cocreate.api.parts import parts_of
from cocreate.api.problems import preferred_language
from cocreate.domain.glossary import Language, label
from cocreate.domain.vocabulary import (
    Initiative,
    ParticipationLevel,
    Phase,
    ProjectStatus,
    Sector,
)
from cocreate.projections.directory import DirectoryFilter, Facets, ListedProject, Sort
from cocreate.web.query import PagePaging, page_query
from cocreate.web.rendering import language_of, page, page_known, shown, written

A_PAGE = 20
"""How many projects a page shows."""


class Choice(NamedTuple):
    """A value of a filter, what it is called, and how many projects there are with it."""

    value: str
    said: str
    projects: int


@get("/", include_in_schema=False)
async def choose_language(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Lead to the pages in the language that a reader prefers."""
    language = preferred_language(request.headers.get("accept-language", ""))
    return ASGIRedirectResponse(
        path=f"/{language}", status_code=303, headers={"vary": "Accept-Language"}
    )


@get("/", include_in_schema=False)
async def list_portals(request: Request[Any, Any, Any]) -> Template:
    """Show the municipalities whose pages anyone may read."""
    parts, language = parts_of(request), language_of(request)
    found = []
    for each in await every_municipality(parts):
        standing = await parts.service.standings.of(each.code)
        if standing is not None and standing.public_portal:
            found.append(each)
    found.sort(key=lambda each: each.name.casefold())
    return page("portals", language, municipalities=found, cache="public, max-age=60")


@get("/{code:str}", include_in_schema=False)
async def read_portal(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show the projects of a municipality: to search, to narrow, and to put in order."""
    narrow, paging, knowing = page_query(request, DirectoryFilter, PagePaging, Knowing)
    reader, known = await page_known(request, code, "directory", knowing)

    async def write() -> str:
        projects, more = await rows_at(
            "projects", ListedProject, known, narrow, paging.after, A_PAGE
        )
        facets = await dashboard_at("project-facets", Facets, known, narrow)
        return written(
            "portal",
            reader.language,
            reader,
            projects=projects,
            next=more,
            total=facets.total,
            filters=_filters(facets, reader.language),
            narrow=narrow,
            begun=paging.after is None,
            sorts=("", *Sort),
        )

    return await shown(request, reader, known, write, narrow, paging)


def _filters(facets: Facets, language: Language) -> Mapping[str, Sequence[Choice]]:
    """Give the choices of each filter, in words, with how many projects each would give."""
    words = {
        "sector": Sector,
        "status": ProjectStatus,
        "phase": Phase,
        "level": ParticipationLevel,
        "initiative": Initiative,
    }
    named = {
        name: [
            Choice(each.value, label(vocabulary(each.value), language), each.count)
            for each in getattr(facets, name)
            if each.value is not None
        ]
        for name, vocabulary in words.items()
    }
    plain = {
        name: [
            Choice(each.value, each.value, each.count) for each in found if each.value is not None
        ]
        for name, found in (("department", facets.department), ("year", facets.year))
    }
    return {**named, **plain}


HANDLERS = (list_portals, read_portal)
