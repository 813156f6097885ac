"""Taking a command on a project: the one way from a decoded request to the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

from litestar import Request

from cocreate.api.answers import Answer, recorded
from cocreate.api.duties import require_duties_divided
from cocreate.api.parts import Parts
from cocreate.api.preconditions import Preconditions
from cocreate.api.principal import Principal
from cocreate.api.problems import EventSince, Problem
from cocreate.domain.log_reads import log_reads_id
from cocreate.domain.municipality import municipality_id
from cocreate.domain.signing_keys import signing_keys_id
from cocreate.domain.steps.base import Step
from cocreate.log.errors import VersionConflict
from cocreate.log.live import Receipt, Sender
from cocreate.log.read import Reader

MOST_SINCE = 100
"""How many events a problem tells of at most."""


Take = Callable[[str, UUID, Sequence[Step], Sender], Awaitable[Receipt]]
"""Takes the steps of a command on a project of a municipality."""


async def record(
    parts: Parts,
    request: Request[Any, Any, Any],
    principal: Principal,
    steps: Sequence[Step],
    said: object,
    conditions: Preconditions,
    take: Take | None = None,
) -> Answer:
    """Take the steps of a command, and answer it. ``said`` is the whole of its body.

    ``take`` is what takes them, where it is more than to record them.
    """
    receipt = await take_command(parts, request, principal, steps, said, conditions, take)
    code = request.scope["path_params"]["code"]
    proven = await parts.proves(code)
    return await recorded(parts.service.reader, code, steps, receipt, proven=proven)


async def take_command(
    parts: Parts,
    request: Request[Any, Any, Any],
    principal: Principal,
    steps: Sequence[Step],
    said: object,
    conditions: Preconditions,
    take: Take | None = None,
) -> Receipt:
    """Take the steps of a command, as :func:`record` does, and give what they came to."""
    path: Mapping[str, Any] = request.scope["path_params"]
    code, project = path["code"], require_project(path["code"], path["project"])
    sender = conditions.sender(principal, request.scope, said)
    await require_duties_divided(parts, principal, code, project, steps)
    async with losing_told(parts.service.reader, code, project, conditions):
        return await (take or parts.service.live.take)(code, project, steps, sender)


def require_project(code: str, stream: UUID) -> UUID:
    """Give the id of a project; the histories of the municipality itself are none."""
    if stream in _own_histories(code):
        raise Problem("not-found")
    return stream


@cache
def _own_histories(code: str) -> frozenset[UUID]:
    return frozenset({municipality_id(code), log_reads_id(code), signing_keys_id(code)})


@asynccontextmanager
async def losing_told(
    reader: Reader, code: str, stream: UUID, conditions: Preconditions
) -> AsyncIterator[None]:
    """Raise the problem of a race that is lost within: it tells what was recorded since."""
    try:
        yield
    except VersionConflict as conflict:
        lost = await _lost_race(reader, code, stream, conflict, conditions)
        raise lost from None


async def _lost_race(
    reader: Reader, code: str, stream: UUID, conflict: VersionConflict, conditions: Preconditions
) -> Problem:
    """Tell the sender of a command what was recorded since the version that was expected."""
    after = min(conflict.expected, conflict.version)
    since = await reader.stream(code, stream, after=after, limit=MOST_SINCE)
    return Problem(
        "version-mismatch" if conditions.matching else "version-conflict",
        version=conflict.version,
        since=[
            EventSince(
                type=event.type,
                version=event.version,
                position=event.position,
                occurred_on=event.occurred_on,
                recorded_at=event.recorded_at,
                actor_role=event.actor_role,
            )
            for event in since
        ],
    )
