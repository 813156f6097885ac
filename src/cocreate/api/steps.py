"""One route per step, made from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getdoc
from typing import Any

from litestar import Request, post
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from cocreate.api.answers import Written
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import STEP_EXAMPLES
from cocreate.api.parts import parts_of
from cocreate.api.recording import record
from cocreate.api.roles import takes
from cocreate.domain.steps import (
    STEPS,
    approvals,
    commitments,
    course,
    decisions,
    obstacles,
    wishes,
)
from cocreate.domain.steps import record as record_steps
from cocreate.domain.steps.base import Step

MUNICIPALITY = "/v1/municipalities/{code:str}"
PROJECT = f"{MUNICIPALITY}/projects/{{project:uuid}}"

WRITE_PROBLEMS = (400, 401, 403, 404, 409, 412, 413, 415, 422, 503)

TAGS = {
    course.__name__: "course",
    wishes.__name__: "wishes-and-proposals",
    decisions.__name__: "decisions",
    approvals.__name__: "approvals",
    obstacles.__name__: "obstacles",
    commitments.__name__: "commitments-and-reflections",
    record_steps.__name__: "record",
}
"""The chapter of the API that a step is in, by the module that has it."""

WITH_A_ROUTE_OF_THEIR_OWN = frozenset({course.StartProject.noun, record_steps.ErasePerson.noun})
"""The steps that are no step on a project as it stands: its start, and an erasure."""


def step_routes() -> Sequence[HTTPRouteHandler]:
    """Give a route for every step that is taken as it is sent."""
    return [_route(step) for noun, step in STEPS.items() if noun not in WITH_A_ROUTE_OF_THEIR_OWN]


def _route(step: type[Step]) -> HTTPRouteHandler:
    roles = takes(step.noun)
    body = Body(step)
    summary, description = in_words(step)

    async def take(request: Request[Any, Any, Any]) -> ASGIResponse:
        parts = parts_of(request)
        principal = await parts.access.allowed(request, roles)
        content, conditions = await body.read(request)
        return await record(parts, request, principal, (content,), content, conditions)

    return post(
        f"{PROJECT}/{step.noun}",
        operation_id=operation_id(step),
        summary=summary,
        description=description,
        tags=[TAGS[step.__module__]],
        opt=documented(
            takes=step,
            example=STEP_EXAMPLES[step.noun],
            answers=Written,
            problems=WRITE_PROBLEMS,
            preconditions=True,
        ),
    )(take)


def operation_id(step: type[Step]) -> str:
    """Give the name of the operation that takes a step, such as ``expressWish``."""
    name = step.__name__
    return name[0].lower() + name[1:]


def in_words(documented_class: type) -> tuple[str, str | None]:
    """Give the first sentence of what a class says of itself, and the rest."""
    first, _, rest = (getdoc(documented_class) or "").partition("\n\n")
    return first.replace("\n", " ").rstrip("."), rest.replace("``", "`") or None
