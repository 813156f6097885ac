"""Municipalities, and the rules they set for their logs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import MunicipalityWritten, as_json, changed, registered
from cocreate.api.decoding import Body
from cocreate.api.documented import documented
from cocreate.api.examples import (
    COMPARISON_EXAMPLE,
    DECREE_DAY_EXAMPLE,
    MUNICIPALITY_EXAMPLE,
    NORMS_EXAMPLE,
    VISIBILITY_EXAMPLE,
)
from cocreate.api.knowing import READ_PROBLEMS
from cocreate.api.noting import note_read
from cocreate.api.parts import Parts, parts_of
from cocreate.api.problems import Problem
from cocreate.api.roles import REGISTER_MUNICIPALITIES, SET_RULES
from cocreate.api.rules import Decide, S, take
from cocreate.api.steps import MUNICIPALITY, WRITE_PROBLEMS, in_words, operation_id
from cocreate.api.subscription_gate import IN_ANY_STATE
from cocreate.domain.municipality import (
    AdoptNorms,
    DecideOnComparison,
    DeclareDayOff,
    Municipality,
    MunicipalityCode,
    NormThreshold,
    RegisterMunicipality,
    SetVisibility,
)
from cocreate.log.errors import VersionConflict
from cocreate.log.subscriptions import CHANGED

B = TypeVar("B", bound=msgspec.Struct)

TAG = "municipalities"


class MunicipalityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A municipality that has a log here."""

    code: MunicipalityCode
    name: str


class NormPackAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A pack of norms: thresholds for what arises from ``validFrom`` on, until a later pack."""

    version: str
    title: str
    valid_from: date
    thresholds: Sequence[NormThreshold]
    basis: str | None = None


class MunicipalityInFull(MunicipalityAnswer, frozen=True, kw_only=True, rename="camel"):
    """A municipality, with the norms it adopted and whether it takes part in comparisons."""

    takes_part: bool
    norm_packs: Sequence[NormPackAnswer]


class Municipalities(msgspec.Struct, frozen=True, kw_only=True):
    """All municipalities that have a log here."""

    municipalities: Sequence[MunicipalityAnswer]


_REGISTRATION = Body(RegisterMunicipality)


@post(
    "/v1/municipalities",
    operation_id="registerMunicipality",
    summary=in_words(RegisterMunicipality)[0],
    description="For the operator. The first key, of an administrator, is made separately.",
    tags=[TAG],
    opt=documented(
        takes=RegisterMunicipality,
        example=MUNICIPALITY_EXAMPLE,
        answers=MunicipalityWritten,
        problems=WRITE_PROBLEMS,
        preconditions=True,
    ),
)
async def register_municipality(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Give a municipality a log of its own."""
    parts = parts_of(request)
    principal = await parts.access.allowed(request, REGISTER_MUNICIPALITIES)
    step, conditions = await _REGISTRATION.read(request)
    if conditions.matching:  # what is not there yet matches nothing
        raise Problem("version-mismatch", version=0, since=[])
    sender = conditions.sender(principal, request.scope, step)
    try:
        receipt = await parts.service.subscriptions.register(step, sender)
    except VersionConflict:
        raise Problem("municipality-exists", facts={"code": step.code}) from None
    return registered(step.code, receipt, proven=await parts.proves(step.code))


@get(
    "/v1/municipalities",
    operation_id="listMunicipalities",
    summary="Read which municipalities have a log here",
    tags=[TAG],
    opt=documented(answers=Municipalities, problems=(401, 503), open=True),
)
async def list_municipalities(request: Request[Any, Any, Any]) -> ASGIResponse:
    """Give all municipalities, by their code."""
    parts = parts_of(request)
    await parts.access.principal(request.scope)
    return as_json(Municipalities(municipalities=await every_municipality(parts)))


async def every_municipality(parts: Parts) -> Sequence[MunicipalityAnswer]:
    """Give the municipalities that have a log here, by their code."""
    rows = await parts.service.pool.fetch(
        "select tenant_id, name from cocreate.municipality order by tenant_id"
    )
    return [MunicipalityAnswer(code=row["tenant_id"], name=row["name"]) for row in rows]


@get(
    MUNICIPALITY,
    operation_id="getMunicipality",
    summary="Read a municipality",
    tags=[TAG],
    opt=documented(answers=MunicipalityInFull, problems=READ_PROBLEMS, open=True),
)
async def get_municipality(request: Request[Any, Any, Any], code: FromPath[str]) -> ASGIResponse:
    """Give a municipality."""
    parts = parts_of(request)
    principal = await parts.access.reading(request)
    await note_read(request, principal)
    municipality = await parts.service.live.municipality(code)
    packs = [
        NormPackAnswer(
            version=pack.version,
            title=pack.title,
            valid_from=pack.valid_from,
            thresholds=pack.thresholds,
            basis=pack.basis,
        )
        for pack in municipality.norm_packs.values()
        if pack.public or principal.sees_internal
    ]
    return as_json(
        MunicipalityInFull(
            code=code,
            name=municipality.name,
            takes_part=municipality.takes_part,
            norm_packs=packs,
        )
    )


def rule_route(
    noun: str,
    rule: type[S],
    decide: Decide[S],
    example: Mapping[str, object],
    description: str | None = None,
    *,
    tag: str = TAG,
    in_any_state: bool = False,
) -> HTTPRouteHandler:
    """Give the route by which a municipality sets a rule for its log, or for who reads it."""

    async def as_said(_parts: Parts, _code: str, said: S) -> S:
        return said

    return said_route(
        noun,
        rule,
        rule,
        as_said,
        decide,
        example,
        description,
        tag=tag,
        in_any_state=in_any_state,
    )


def said_route(
    noun: str,
    rule: type[S],
    takes: type[B],
    meant: Callable[[Parts, str, B], Awaitable[S]],
    decide: Decide[S],
    example: Mapping[str, object],
    description: str | None = None,
    *,
    tag: str = TAG,
    in_any_state: bool = False,
) -> HTTPRouteHandler:
    """Give the route of a rule that is said in another way than it is recorded.

    ``meant`` gives the rule that a body means; it raises :class:`Problem` for one that means none.
    ``in_any_state`` says whether it can be set where the subscription lets nothing be recorded.
    """
    body = Body(takes)

    async def set_rule(request: Request[Any, Any, Any]) -> ASGIResponse:
        parts = parts_of(request)
        principal = await parts.access.allowed(request, SET_RULES)
        said, conditions = await body.read(request)
        code = request.scope["path_params"]["code"]
        step = await meant(parts, code, said)
        receipt = await take(parts, request, principal, step, conditions, decide)
        parts.access.tokens.forget(code)
        parts.service.signals.tell(CHANGED, code)
        return changed(code, receipt, proven=await parts.proves(code))

    summary, more = in_words(rule)
    return post(
        f"{MUNICIPALITY}/{noun}",
        operation_id=operation_id(rule),
        summary=summary,
        description=description or more,
        tags=[tag],
        opt=documented(
            takes=takes,
            example=example,
            answers=MunicipalityWritten,
            problems=WRITE_PROBLEMS,
            preconditions=True,
        )
        | (IN_ANY_STATE if in_any_state else {}),
    )(set_rule)


HANDLERS = (
    register_municipality,
    list_municipalities,
    get_municipality,
    rule_route(
        "visibility-rules",
        SetVisibility,
        Municipality.set_visibility,
        VISIBILITY_EXAMPLE,
        "Steps that were recorded before keep what they have.",
    ),
    rule_route(
        "decree-days",
        DeclareDayOff,
        Municipality.declare_day_off,
        DECREE_DAY_EXAMPLE,
        "Terms that run are worked out again by steps of their own.",
    ),
    rule_route("norm-packs", AdoptNorms, Municipality.adopt_norms, NORMS_EXAMPLE),
    rule_route(
        "comparison-decisions",
        DecideOnComparison,
        Municipality.decide_on_comparison,
        COMPARISON_EXAMPLE,
        "Without such a decision it does not take part.",
    ),
)
