"""What municipalities learn from each other: the comparison, and the co-creation map."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cocreate.api.answers import as_json
from cocreate.api.documented import documented
from cocreate.api.knowing import (
    READ_PROBLEMS,
    AnyRequest,
    Knowing,
    answered,
    known_to,
    today,
)
from cocreate.api.parts import parts_of
from cocreate.api.query import read_query
from cocreate.api.steps import MUNICIPALITY
from cocreate.projections.comparison import Comparison, ComparisonFilter, compare
from cocreate.projections.landscape import CoCreationMap, draw
from cocreate.projections.others import log_of

_JSON = msgspec.json.Encoder()


@get(
    "/v1/comparison",
    operation_id="compareMunicipalities",
    summary="Compare the municipalities that take part",
    description="Of public steps only. A figure is shown where it rests on three municipalities "
    "and five projects at least. It may be some minutes old.",
    tags=["dashboards"],
    opt=documented(
        answers=Comparison, problems=(400, 401, 503), open=True, query=(ComparisonFilter,)
    ),
)
async def compare_municipalities(request: AnyRequest) -> ASGIResponse:
    """Give the comparison."""
    (narrow,) = read_query(request, ComparisonFilter)
    parts = parts_of(request)
    await parts.access.principal(request.scope)
    figures = await parts.service.others.figures.give()
    return as_json(compare(figures, today(), narrow))


@get(
    f"{MUNICIPALITY}/co-creation-map",
    operation_id="readCoCreationMap",
    summary="Read the co-creation map: the words, what the log shows of each, and what helped",
    description="With what the logs of others that take part show, which may be some minutes old; "
    "of these, only what three municipalities and five projects at least show.",
    tags=["dashboards"],
    opt=documented(
        answers=CoCreationMap, problems=READ_PROBLEMS, open=True, query=(Knowing,), tagged=True
    ),
)
async def read_map(request: AnyRequest, code: FromPath[str]) -> ASGIResponse:
    """Give the map."""
    (knowing,) = read_query(request, Knowing)
    known = await known_to(request, code, "landscape", knowing)
    answers = known.parts.service.answers
    shown = await known.parts.service.others.logs.give()
    turn = known.parts.service.others.logs.turn

    async def ask() -> bytes:
        own = await log_of(answers, code, known.audience, known.position)
        [row] = await answers.ask(
            "landscape", "taking_part", code, int(known.audience), known.position
        )
        elsewhere = [log for other, log in shown.items() if other != code]
        drawn = draw(own, elsewhere, position=known.position, as_of=known.today, takes_part=row[0])
        return _JSON.encode(drawn)

    # What others show counts for the tag as well: it changes without a step in this log.
    return await answered(request, known, ask, turn)


HANDLERS = (compare_municipalities, read_map)
