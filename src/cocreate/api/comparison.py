"""What municipalities learn from each other: the comparison, and the co-creation map."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.documented import documented
from cocreate.api.knowing import (
    READ_PROBLEMS,
    AnyRequest,
    Knowing,
    Known,
    answered,
    known_to,
    tag_of,
    today,
    unchanged,
    with_tag,
)
from cocreate.api.parts import parts_of
from cocreate.api.problems import Problem, unauthenticated
from cocreate.api.query import read_query
from cocreate.api.steps import MUNICIPALITY
from cocreate.projections.answers import EVERYWHERE, mark_of
from cocreate.projections.comparison import Comparison, ComparisonFilter, compare
from cocreate.projections.landscape import CoCreationMap, OneLog, draw
from cocreate.projections.others import Shown, log_of

_JSON = msgspec.json.Encoder()


@get(
    "/v1/comparison",
    operation_id="compareMunicipalities",
    summary="Compare the municipalities that take part",
    description="Of public steps only. A figure is shown where it rests on three municipalities "
    "and five projects at least, and its quartiles where it rests on five municipalities. It may "
    "be some minutes old.",
    tags=["dashboards"],
    opt=documented(
        answers=Comparison,
        problems=(400, 401, 403, 503),
        open=True,
        query=(ComparisonFilter,),
        tagged=True,
    ),
)
async def compare_municipalities(request: AnyRequest) -> ASGIResponse:
    """Give the comparison."""
    (narrow,) = read_query(request, ComparisonFilter)
    parts = parts_of(request)
    principal = await parts.access.principal(request.scope, narrow.own)
    if narrow.own is not None and not principal.is_of(narrow.own):
        refused = Problem("another-municipality") if principal.actor else unauthenticated()
        raise parts.access.denial(refused, principal, narrow.own)
    service, day = parts.service, today()
    shown = await service.others.figures.give()
    build = await service.answers.build("comparison")
    marks = [each.mark for each in shown.values()]
    mark = mark_of(request.scope["path"], build.number, day, narrow, list(shown), marks)
    tag = tag_of(request, mark)
    if (same := unchanged(request, tag, there=True)) is not None:
        return same

    async def ask() -> bytes:
        figures = {code: each.what for code, each in shown.items()}
        # Of all municipalities of the country it takes a while, and others are waiting.
        return _JSON.encode(await asyncio.to_thread(compare, figures, day, narrow))

    body = await service.answers.give(EVERYWHERE, mark, ask)
    return with_tag(request, cast("bytes", body), tag)


@get(
    f"{MUNICIPALITY}/co-creation-map",
    operation_id="readCoCreationMap",
    summary="Read the co-creation map: the words, what the log shows of each, and what helped",
    description="With what the logs of others that take part show, which may be some minutes old; "
    "of these, only words, sectors and kinds of interventions that three municipalities and five "
    "projects at least show, and nothing from which others could be worked out.",
    tags=["dashboards"],
    opt=documented(
        answers=CoCreationMap, problems=READ_PROBLEMS, open=True, query=(Knowing,), tagged=True
    ),
)
async def read_map(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give the map."""
    (knowing,) = read_query(request, Knowing)
    known = await known_to(request, code, "landscape", knowing)
    elsewhere = await shown_by_others(known)

    async def ask() -> bytes:
        return _JSON.encode(await drawn_map(known, elsewhere))

    # What others show counts for the tag as well: it changes without a step in this log.
    return await answered(request, known, ask, [each.mark for each in elsewhere.values()])


async def shown_by_others(known: Known) -> Mapping[str, Shown[OneLog]]:
    """Give what other municipalities that take part show of their logs, by their codes."""
    shown = await known.parts.service.others.logs.give()
    return {other: each for other, each in shown.items() if other != known.code}


async def drawn_map(known: Known, elsewhere: Mapping[str, Shown[OneLog]]) -> CoCreationMap:
    """Give the co-creation map of a municipality, with what others show."""
    answers = known.parts.service.answers
    own = await log_of(answers, known.code, known.audience, known.position)
    [row] = await answers.ask(
        "landscape", "taking_part", known.code, int(known.audience), known.position
    )
    logs = {other: each.what for other, each in elsewhere.items()}
    # Of all municipalities of the country it takes a while, and others are waiting.
    return await asyncio.to_thread(
        draw, own, logs, position=known.position, as_of=known.today, takes_part=row[0]
    )


HANDLERS = (compare_municipalities, read_map)
