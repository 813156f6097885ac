"""How far the read models are behind the logs, for those who look after them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_json
from cocreate.api.documented import documented
from cocreate.api.knowing import AnyRequest
from cocreate.api.noting import note_read
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem
from cocreate.api.roles import SEE_LAGS
from cocreate.api.steps import MUNICIPALITY
from cocreate.domain.vocabulary import Role
from cocreate.projections.lag import Lag, Parked, lags, parked


class ProjectionLags(msgspec.Struct, frozen=True):
    """How far each read model is behind, and the projects that stand still."""

    lags: Sequence[Lag]
    parked: Sequence[Parked]
    """They are as they were before a step that could not be folded, until they are repaired."""


@get(
    f"{MUNICIPALITY}/projection-lags",
    operation_id="readProjectionLags",
    summary="Read how far the read models of a municipality are behind its log",
    tags=["health"],
    opt=documented(answers=ProjectionLags, problems=(400, 401, 403, 404, 503)),
)
async def read_lags(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give the lags of a municipality."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, SEE_LAGS)
    if await parts.service.reader.head(code) is None:
        raise Problem("not-found")
    await note_read(request, principal)  # why a project stands still may quote a step
    pool, builds = parts.service.pool, parts.service.builds
    stopped = await parked(pool, builds, code)
    if not principal.sees_internal:
        stopped = [each.in_short() for each in stopped]
    return as_json(ProjectionLags(await lags(pool, builds, code), stopped))


@get(
    "/v1/projection-lags",
    operation_id="readAllProjectionLags",
    summary="Read which read models are behind, in every municipality",
    description="For the operator. Those that are up to date are left out.",
    tags=["health"],
    opt=documented(answers=ProjectionLags, problems=(401, 403, 503)),
)
async def read_all_lags(request: AnyRequest) -> ASGIResponse:
    """Give the lags of all municipalities that are behind."""
    parts = parts_of(request)
    await parts.access.allowed(request, frozenset({Role.OPERATOR}))
    pool, builds = parts.service.pool, parts.service.builds
    behind = [
        lag
        for lag in await lags(pool, builds)
        if lag.position < lag.head or lag.parked or not lag.complete
    ]
    stopped = [each.in_short() for each in await parked(pool, builds)]
    return as_json(ProjectionLags(behind, stopped))


HANDLERS = (read_lags, read_all_lags)
