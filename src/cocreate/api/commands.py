"""Many steps in one command: they stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Annotated, Any, cast

import msgspec
from litestar import Request, post
from litestar.response.base import ASGIResponse
from msgspec import Meta

from cocreate.api.answers import Written
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import COMMAND_EXAMPLE
from cocreate.api.parts import parts_of
from cocreate.api.principal import first_of
from cocreate.api.problems import Problem
from cocreate.api.recording import record
from cocreate.api.roles import STEPS_OF
from cocreate.api.steps import PROJECT, WITH_A_ROUTE_OF_THEIR_OWN, WRITE_PROBLEMS
from cocreate.domain.steps import STEPS
from cocreate.domain.steps.base import MAX_ITEMS, Step, content_of

NOUN = "noun"
"""The field of a step in a command that tells which it is; no step has a field of that name."""

TOLD_APART: Mapping[str, type[Step]] = {
    noun: cast(
        "type[Step]",
        msgspec.defstruct(
            f"{step.__name__}InCommand",
            [],
            bases=(step,),
            module=__name__,
            namespace={"__doc__": step.__doc__},
            tag_field=NOUN,
            tag=noun,
            frozen=True,
            kw_only=True,
        ),
    )
    for noun, step in STEPS.items()
    if noun not in WITH_A_ROUTE_OF_THEIR_OWN
}
"""Every step that a project takes, told from the others by its noun."""

_AnyStep = reduce(or_, TOLD_APART.values())

Command = msgspec.defstruct(
    "Command",
    [
        (
            "steps",
            Annotated[tuple[_AnyStep, ...], Meta(min_length=1, max_length=MAX_ITEMS)],  # type: ignore[valid-type]
        )
    ],
    module=__name__,
    namespace={"__doc__": "Steps on one project that stand or fall together."},
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)

_BODY = Body(Command)
_ROLES = frozenset(role for role, nouns in STEPS_OF.items() if not nouns.isdisjoint(TOLD_APART))


@post(
    f"{PROJECT}/commands",
    operation_id="takeSteps",
    summary="Take many steps that stand or fall together",
    description="Each step is the body of its own operation, with its collection in `noun`.",
    tags=["record"],
    opt=documented(
        takes=Command,
        example=COMMAND_EXAMPLE,
        answers=Written,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def take_steps(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Take many steps that stand or fall together."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, _ROLES)
    command, conditions = await _BODY.read(request)
    steps = [as_said_alone(step) for step in cast("Any", command).steps]
    nouns = {step.noun for step in steps}
    role = first_of([each for each in principal.roles & _ROLES if nouns <= STEPS_OF[each]])
    if role is None:
        raise parts.access.denial(Problem("forbidden", facts={"role": principal.role}), principal)
    return await record(parts, request, principal.acting_as(role), steps, command, conditions)


def as_said_alone(step: Step) -> Step:
    """Give a step of a command as it would be by itself."""
    return STEPS[step.noun](**content_of(step))
