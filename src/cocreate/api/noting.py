"""Putting on record what those who look on from outside read, before they are answered."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from litestar import Request

from cocreate.api.parts import parts_of
from cocreate.api.principal import Principal, first_of
from cocreate.api.roles import READS_RECORDED
from cocreate.log.reads import Reading

_MUNICIPALITY = re.compile(r"/(v1/municipalities|[a-z]{2})/\{code\}")
"""What stands before the shape of an address: of the API, or of a page in a language."""


async def note_read(
    request: Request[Any, Any, Any], principal: Principal, known_at: int | None = None
) -> None:
    """Note that a principal reads what is internal, once a day for each address and project.

    ``known_at`` is the position as known at, without it that of the log now. Raises
    :class:`~cocreate.log.errors.LogUnavailable`: without a record there is no answer.
    """
    noted = first_of(principal.roles & READS_RECORDED)
    if principal.sees_internal and noted is not None:
        reading = reading_of(request, principal.acting_as(noted))
        await parts_of(request).service.reads.note(reading, known_at)


def reading_of(request: Request[Any, Any, Any], principal: Principal) -> Reading:
    """Give what a request reads: the shape of its address, and the project in it."""
    places = request.scope["path_params"]
    project: object = places.get("project")
    shape = _MUNICIPALITY.sub("", request.scope["path_template"], count=1)
    return Reading(
        tenant=places["code"],
        actor=principal.actor,
        actor_role=principal.role or "",
        what=f"{request.method} {shape or '/'}",
        project=project if isinstance(project, UUID) else None,
    )
