"""The force field of a project: who carries it, who could help, and who solved the like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.asking import dashboard_at, rows_at
from cocreate.api.knowing import Knowing, Known
from cocreate.domain.vocabulary import ObstacleCategory, ObstacleStatus, Sector
from cocreate.projections.accounts.account import ObstacleAccount
from cocreate.projections.force_field import (
    CarriedFilter,
    CarriedOverview,
    CarriedProject,
    DepartmentCarries,
    ForceField,
    InField,
    force_field,
)
from cocreate.projections.interventions import Intervention, InterventionFilter
from cocreate.projections.model import STATE
from cocreate.projections.resource import NoFilter
from cocreate.web.pages.project import PROJECT
from cocreate.web.pages.project import of as accounts_of
from cocreate.web.pictures.forces import SIZE, draw
from cocreate.web.query import page_query
from cocreate.web.rendering import page_known, shown, written

MODELS: Final = (STATE, "force_field", "interventions")
MOST_HELPERS: Final = 5
"""How many departments and projects are named that could help."""
SOLVED: Final = 3
"""How many interventions are named that resolved the like of each kind of obstacle."""


class Helpers(NamedTuple):
    """Who carries the like elsewhere in the organisation."""

    departments: Sequence[DepartmentCarries]
    projects: Sequence[CarriedProject]


class Solved(NamedTuple):
    """What resolved obstacles of a kind in other projects."""

    category: ObstacleCategory
    interventions: Sequence[Intervention]


@get(f"{PROJECT}/force-field", include_in_schema=False)
async def read_force_field(
    request: Request[Any, Any, Any], code: FromPath[str], project: FromPath[UUID]
) -> ASGIResponse:
    """Show the force field, and that nobody in it need stand alone."""
    (knowing,) = page_query(request, Knowing)
    reader, known = await page_known(request, code, MODELS, knowing)

    async def write() -> str | None:
        file = await known.file(project)
        if file is None:
            return None
        field = force_field(file, NoFilter(), {})
        standing = [
            each
            for each in accounts_of(file, ObstacleAccount)
            if each.status is ObstacleStatus.OPEN
        ]
        return written(
            "force_field",
            reader.language,
            reader,
            id=project,
            project=file.project,
            field=field,
            forces=draw(field),
            size=SIZE,
            carrying=carrying(field),
            beside=beside(field),
            helpers=await who_could_help(known, field, file.project.sector),
            solved=await who_solved_the_like(
                known, project, list(dict.fromkeys(each.category for each in standing))
            ),
        )

    return await shown(request, reader, known, write)


def carrying(field: ForceField) -> Sequence[InField]:
    """Give those of the own organisation who carry a project now, who carries most first."""
    return [each for each in field.internal if each.present and each.load]


def beside(field: ForceField) -> Sequence[InField]:
    """Give those who take part and carry nothing, or stand outside and carry with them."""
    inside = [each for each in field.internal if each.present and not each.load]
    return [*inside, *(each for each in field.external if each.present and each.load)]


async def who_could_help(known: Known, field: ForceField, sector: Sector) -> Helpers:
    """Give the departments and projects that carry the like elsewhere: of the same sector first.

    Where there are none, those of any sector: who knows the organisation helps as well.
    """
    for narrow in (CarriedFilter(sector=sector), CarriedFilter()):
        overview = await dashboard_at("force-field-overview", CarriedOverview, known, narrow)
        helpers = _elsewhere(overview, field)
        if helpers.departments or helpers.projects:
            return helpers
    return Helpers([], [])


def _elsewhere(overview: CarriedOverview, field: ForceField) -> Helpers:
    own = {each.department for each in carrying(field)}
    departments = [each for each in overview.by_department if each.department not in (None, *own)]
    projects = [
        each
        for each in overview.by_project
        if each.project != field.project and each.lonely is False
    ]
    return Helpers(departments[:MOST_HELPERS], projects[:MOST_HELPERS])


async def who_solved_the_like(
    known: Known, project: UUID, categories: Sequence[ObstacleCategory]
) -> Sequence[Solved]:
    """Give what resolved obstacles of some kinds, in other projects than this one first."""
    found = []
    for category in categories:
        narrow = InterventionFilter(category=category, resolved=True)
        resolved, _ = await rows_at("interventions", Intervention, known, narrow, None, 2 * SOLVED)
        resolved.sort(key=lambda each: each.project == project)
        found.append(Solved(category, resolved[:SOLVED]))
    return found


HANDLERS = (read_force_field,)
