"""Taking a step on a municipality itself: the one way from a decoded request to its own history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Request

from cocreate.api.parts import Parts
from cocreate.api.preconditions import Preconditions
from cocreate.api.principal import Principal
from cocreate.api.recording import losing_told
from cocreate.domain.errors import RuleBroken
from cocreate.domain.moment import Moment
from cocreate.domain.municipality import Municipality, municipality_id
from cocreate.domain.steps.base import Step
from cocreate.log.codec import AGGREGATE_EVENTS, Codec
from cocreate.log.errors import KeyReused, VersionConflict
from cocreate.log.histories import Histories
from cocreate.log.live import Receipt, Sender

S = TypeVar("S", bound=Step)
Decide = Callable[[Municipality, S, Moment], None]
"""Decides on a step, and records its event in the municipality."""

ATTEMPTS = 5
"""How often a step that lost a race is decided again."""


async def take(
    parts: Parts,
    request: Request[Any, Any, Any],
    principal: Principal,
    step: S,
    conditions: Preconditions,
    decide: Decide[S],
    *,
    said: Step | None = None,
) -> Receipt:
    """Take a step on the municipality of a request. ``said`` is its body, where the step is more.

    Raises a problem that tells what was recorded since, where another was first, and what
    ``decide`` raises.
    """
    code = request.scope["path_params"]["code"]
    sender = conditions.sender(principal, request.scope, said or step)
    async with losing_told(parts.service.reader, code, municipality_id(code), conditions):
        return await _decided(parts, code, step, decide, sender)


async def _decided(
    parts: Parts,
    code: str,
    step: S,
    decide: Decide[S],
    sender: Sender,
) -> Receipt:
    """Decide on the municipality as it is, and again where another was first."""
    live = parts.service.live
    for attempt in range(ATTEMPTS):
        municipality = await live.municipality(code)
        try:
            if sender.expected not in (None, municipality.version):
                raise VersionConflict(sender.expected or 0, municipality.version)
            decide(municipality, step, await live.moment(code))
        except (RuleBroken, VersionConflict):
            first = await _first_answer(parts, code, sender)
            if first is None:
                raise
            return first
        try:
            return await live.record_municipality(code, municipality, sender)
        except VersionConflict:
            if sender.expected is not None or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


async def _first_answer(parts: Parts, code: str, sender: Sender) -> Receipt | None:
    """Give the answer to a command that was taken before."""
    if sender.key is None:
        return None
    histories = Histories(parts.service.pool, Codec(AGGREGATE_EVENTS))
    found = await histories.command(code, sender.key)
    if found is None:
        return None
    project, first = found
    if first.fingerprint != sender.fingerprint:
        raise KeyReused
    return Receipt(
        project=project, version=first.version, position=first.position, ids=[code], repeated=True
    )
