"""What stands in the way, what was tried against it, and what helped against the like elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.comparison import drawn_map, shown_by_others
from cocreate.api.knowing import Knowing, Known
from cocreate.domain.vocabulary import (
    InterventionKind,
    ObstacleCategory,
    ObstacleStatus,
    Phase,
    Sector,
)
from cocreate.projections.interventions import Intervention, InterventionFilter
from cocreate.projections.landscape import OBSTACLES, CoCreationMap, Helped, MapTerm
from cocreate.projections.obstacles import (
    CategoryCount,
    Obstacle,
    ObstacleDashboard,
    ObstacleFilter,
)
from cocreate.web.filters import fields_of
from cocreate.web.query import PagePaging, page_query
from cocreate.web.rendering import page_known, shown, written

MODELS: Final = ("obstacles", "interventions", "landscape")
A_PAGE: Final = 20
"""How many obstacles a page shows."""
MOST_KINDS: Final = 4
"""Of how many kinds of interventions it tells what they did against a category."""
SOLVED: Final = 3
"""To how many projects it leads in which the like was resolved."""
TRIED: Final = 100
"""How many interventions of a project are looked at, the latest first."""


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which open obstacles are shown."""

    category: ObstacleCategory | None = None
    sector: Sector | None = None
    department: Annotated[str, Meta(max_length=300)] | None = None
    phase: Phase | None = None


class Did(NamedTuple):
    """What a kind of intervention did against a category, here and elsewhere."""

    kind: InterventionKind
    own: Helped | None
    others: Helped | None


class OfCategory(NamedTuple):
    """The open obstacles of a category, and what helped against such."""

    category: ObstacleCategory
    open: int
    standing: Sequence[Obstacle]
    """The longest first."""
    helped: Sequence[Did]
    solved: Sequence[Intervention]


@get("/{code:str}/obstacles", include_in_schema=False)
async def read_obstacles(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Show the open obstacles by category, with what helped."""
    standing, paging, knowing = page_query(request, Standing, PagePaging, Knowing)
    reader, known = await page_known(request, code, MODELS, knowing)
    elsewhere = await shown_by_others(known)
    marks = [each.mark for each in elsewhere.values()]

    async def ask_map() -> bytes:
        return msgspec.json.encode(await drawn_map(known, elsewhere))

    async def write() -> str:
        narrow = msgspec.convert(
            {**msgspec.to_builtins(standing), "status": ObstacleStatus.OPEN}, ObstacleFilter
        )
        dashboard = await dashboard_at("obstacle-dashboard", ObstacleDashboard, known, narrow)
        obstacles, more = await rows_at("obstacles", Obstacle, known, narrow, paging.after, A_PAGE)
        # Kept apart from the page: it is the same whatever is narrowed or turned to.
        drawn = await known.give(known.mark("co-creation-map", marks), ask_map)
        landscape = msgspec.json.decode(drawn or b"", type=CoCreationMap)
        return written(
            "obstacles",
            reader.language,
            reader,
            dashboard=dashboard,
            categories=await by_category(known, obstacles, dashboard.by_category, landscape.terms),
            tried=await tried_against(known, obstacles),
            landscape=landscape,
            lonely=[each for each in dashboard.carried_by or () if each.lonely],
            next=more,
            begun=paging.after is None,
            filters=fields_of(standing, language=reader.language),
        )

    return await shown(request, reader, known, write, standing, paging, marks)


async def by_category(
    known: Known,
    obstacles: Iterable[Obstacle],
    counts: Iterable[CategoryCount],
    terms: Iterable[MapTerm],
) -> Sequence[OfCategory]:
    """Give obstacles by category, each category where its longest standing one was."""
    standing: dict[ObstacleCategory, list[Obstacle]] = {}
    for each in obstacles:
        standing.setdefault(each.category, []).append(each)
    counted = {each.category: each.open for each in counts}
    words = {each.code: each for each in terms if each.vocabulary == OBSTACLES}
    found = []
    for category, of in standing.items():
        narrow = InterventionFilter(category=category, resolved=True)
        solved, _ = await rows_at("interventions", Intervention, known, narrow, None, SOLVED)
        found.append(
            OfCategory(
                category,
                counted.get(category, len(of)),
                of,
                what_helped(words[category])[:MOST_KINDS],
                solved,
            )
        )
    return found


def what_helped(term: MapTerm) -> Sequence[Did]:
    """Give what each kind of intervention did here and elsewhere, what resolved most first."""
    own = {each.kind: each for each in (term.own.helped if term.own else ())}
    others = {each.kind: each for each in (term.others.helped if term.others else ())}
    every = [Did(kind, own.get(kind), others.get(kind)) for kind in {**own, **others}]

    def in_all(did: Did, what: str) -> int:
        return sum(getattr(each, what) for each in (did.own, did.others) if each is not None)

    return sorted(every, key=lambda did: (-in_all(did, "resolved"), -in_all(did, "tried")))


async def tried_against(
    known: Known, obstacles: Sequence[Obstacle]
) -> Mapping[tuple[str, str], Sequence[Intervention]]:
    """Give what was tried against obstacles, by project and obstacle."""
    found: dict[tuple[str, str], list[Intervention]] = {}
    for project in dict.fromkeys(each.project for each in obstacles if each.interventions):
        narrow = InterventionFilter(project=project)
        rows, _ = await rows_at("interventions", Intervention, known, narrow, None, TRIED)
        for each in rows:
            found.setdefault((str(project), each.obstacle), []).append(each)
    return found


HANDLERS = (read_obstacles,)
